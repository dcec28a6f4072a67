"""The sentences in which a diagnosis is told; formulas and numbers go into the holes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "formula": "you wrote {given}; {formula} gives {value}: {cause}",
        "plain": "you wrote {given}, and this mistake gives {value}: {cause}",
        "earlier": "you wrote {given}; with {formula} for {quantity} it comes to {value}: {cause}",
        "earlier.plain": "you wrote {given}; with a mistake at {quantity} it comes to {value}: {cause}",
        "misread": "you wrote {given_numbers}: it comes out if {quantity} is {number}; {given} is given",
        "unwritten": "you wrote {given_numbers}, which is right for {quantity} = {number}",
        "multiple": "you wrote {given_numbers}, which is {factor} times the right value",
        "two": "you wrote {given_numbers}: {first}, and {second}",
        "shaped": "these are the numbers of {formula}: {cause}",
        "shaped.plain": "{cause}",
        "some": "{where}: {sentence}",
        "true": "{sentence} (computed from the right earlier values)",
        "factor": "{sentence}, and it is multiplied by {factor}",
        "convention": "{sentence}; under another convention this is right",
        "entry": "entry {place}",
        "entries": "entries {place}",
        "among": "{count} of the entries",
    }
)

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "zero": "the right value is zero",
        "zero_bias": "the biases of the layer are zero",
        "zero_input": "something that the step multiplies by is zero",
        "symmetric": "the weights are symmetric",
        "two_outputs": "there are two outputs: half a sum is a mean then",
        "open": "every unit of the ReLU is open",
        "dead": "a unit of the ReLU is closed",
        "saturated": "a unit is saturated: its slope is almost zero",
        "small": "the value is lost in the decimals asked for",
    }
)
"""Why a mistake does not show, by the keys of a lint finding."""
