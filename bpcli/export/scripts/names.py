"""Names of quantities as Python identifiers: `dL/da2` → `dL_da2`, `f'(a1)` → `slope_a1`, `v_W1@0` → `v_W1_old`."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from unicodedata import normalize

TAKEN = frozenset(
    {
        "np",
        "torch",
        "jax",
        "jnp",
        "softmax",
        "log_softmax",
        "x_log_y",
        "absolute",
        "windows",
        "largest",
        "erf",
        "stop",
        "print",
        "float",
        "tuple",
        "abs",
        "objective",
    }
    | {"expected", "name", "value", "known", "step", "first", "range", "len"}
)
"""Names that a script uses itself."""


def identifiers(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """An identifier for each name, no two the same."""
    used = {*TAKEN, *taken}
    result: dict[str, str] = {}
    for name in names:
        text = _plain(name)
        while text in used or keyword.iskeyword(text) or keyword.issoftkeyword(text):
            text += "_"
        used.add(text)
        result[name] = text
    return result


def _plain(name: str) -> str:
    # Python reads identifiers in this normal form, in which two different names can be one.
    text = normalize("NFKC", name)
    text = re.sub(r"^f'\((.*)\)$", r"slope_\1", text).removesuffix("@0") + ("_old" if text.endswith("@0") else "")
    text = re.sub(r"\W", "_", text.replace("'", "_prime"))
    return text if text.isidentifier() else f"q_{text}" if f"q_{text}".isidentifier() else "q"
