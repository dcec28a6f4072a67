"""The codes of diagnostics that come after a problem has been read: when it is built, and from answer files."""

from __future__ import annotations

from types import MappingProxyType

from bpcli.problem.codes import CODES

LATER = {
    # a problem that reads well and still has no meaning
    "symbol-clash": "Two quantities would have the same name under the symbols that the problem chooses.",
    "wrong-derivative": "A stated derivative is not that of the function, as central differences show.",
    "not-finite": "A quantity is not a finite number: an overflow, a division by zero, a logarithm of zero.",
    "too-large": "A problem asks for more numbers, or more work, than fit into memory and a few seconds.",
    "range": "An argument of a function lies outside of what the function takes.",
    # answers, and the files beside them
    "unreadable": "A file cannot be read.",
    "csv": "A file is no table in CSV.",
    "too-many": "There is more in a file than one run takes.",
    "internal": "bpcli has a bug that this file brings up.",
    "unknown-quantity": "An id names no quantity of the problem.",
    "answered-twice": "A quantity (or one entry of it) is answered twice.",
    "bad-header": "The first line of a CSV file of answers names other columns than `quantity` and `value`.",
    "not-gradable": "What is asked for is no number that could be compared with an answer.",
    "no-variant": "A file does not belong to any variant, or to another than its student's.",
    "not-variants": "The `variants.yaml` of a folder is not what `bpcli generate` writes.",
    # class lists
    "bad-student": "The name of a student is too long, or has characters that cannot be seen.",
    "bad-roster": "A class list is no table in CSV, or too long for one run.",
    "ambiguous-student": "Two files claim to be from the same student.",
}

ALL_CODES = MappingProxyType({**CODES, **LATER})
"""Every code with what it means in one line."""
