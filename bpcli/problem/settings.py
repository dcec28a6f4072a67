"""The parts that every problem may have: conventions, display, grading."""

from __future__ import annotations

from types import MappingProxyType

from bpcli.problem.model import Check, Conventions, Display
from bpcli.problem.schema import Fields, Reader
from bpcli.problem.yaml import ScalarNode

MAX_SYMBOL = 16
RELU_AT_ZERO = (0.0, 0.5, 1.0)

# They would make the ids of quantities ambiguous: `dL/dW2[1,2]`, `terms(a1)[2,1]`, `W1@2`.
NOT_IN_SYMBOLS = frozenset("[](){}/,=:@\"'`\\ ")


def read_conventions(fields: Fields, reader: Reader) -> Conventions:
    conventions = Conventions()
    symbols = fields.get("symbols", conventions.preset)
    preset, overrides = symbols, {}
    if isinstance(symbols, Fields):
        preset = symbols.get("preset", conventions.preset)
        overrides = {role: node for role, node in symbols.values.items() if role != "preset" and node is not None}
    relu_at_zero = conventions.relu_at_zero
    if (number := fields.get("relu_at_zero")) is not None:
        relu_at_zero = number.values
        if relu_at_zero not in RELU_AT_ZERO:
            message = f"`{number.texts}` is not a slope of relu at 0"
            reader.report.add("unknown-choice", message, number.span, help="known: 0, 0.5, 1")
    return Conventions(
        fields.get("affine", conventions.affine),
        preset,
        MappingProxyType({role: _symbol(node, reader) for role, node in overrides.items()}),
        fields.get("delta"),
        relu_at_zero,
        fields.span,
        fields.get("layer_index", conventions.layer_index),
        step_at_zero.values if (step_at_zero := fields.get("step_at_zero")) is not None else conventions.step_at_zero,
    )


def _symbol(node: ScalarNode, reader: Reader) -> str:
    text = node.text
    if not text:
        reader.report.add("missing-value", "a symbol is missing here", node.span)
    odd = next((c for c in text if c in NOT_IN_SYMBOLS or not c.isprintable()), None)
    if odd is not None:
        message = f"a symbol cannot have `{odd}`" if odd.isprintable() else f"a symbol cannot have U+{ord(odd):04X}"
        reader.report.add("bad-name", message, node.span, help="symbols are short: `z`, `ŷ`, `net`")
    elif len(text) > MAX_SYMBOL:
        reader.report.add(
            "text-too-long", f"a symbol of {len(text)} characters", node.span, help=f"at most {MAX_SYMBOL}"
        )
    return text


def read_display(fields: Fields, reader: Reader) -> Display:
    if "decimals" in fields.keys and "significant" in fields.keys:
        advice = "`decimals` counts digits after the point, `significant` all digits: keep one of them"
        message = "`decimals` and `significant` exclude each other"
        reader.report.add("conflict", message, fields.keys["significant"].span, help=advice)
    return Display(fields.get("decimals"), fields.get("significant"), fields.get("rounding", "final"))


def read_check(fields: Fields) -> Check:
    tolerance: Fields | None = fields.get("tolerance")
    absolute = tolerance.get("absolute") if tolerance else None
    relative = tolerance.get("relative") if tolerance else None
    follow_through, close, coarse = (fields.get(name) for name in ("follow_through", "close", "coarse"))
    points = tuple((key.text, value.values, key.span) for key, value in fields.get("points", ()) if value is not None)
    return Check(
        absolute.values if absolute else 0.0,
        relative.values if relative else 0.0,
        follow_through.values if follow_through else 1.0,
        fields.get("truncation", "accept"),
        points,
        fields.span,
        fields.get("digits"),
        close.values if close else 1.0,
        coarse.values if coarse else 0.5,
    )
