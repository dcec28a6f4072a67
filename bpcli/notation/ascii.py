"""Text in ASCII: `∂` is `d`, `⊙` is `(*)`, and what has no name is shown by its number."""

from __future__ import annotations

from bpcli.notation.symbols import GREEK

SYMBOLS = {
    "−": "-",
    "±": "+/-",
    "·": "*",
    "⋅": "*",
    "∗": "*",
    "×": "x",
    "⊗": "(x)",
    "⊙": "(*)",
    "∘": "o",
    "⊘": "(/)",
    "÷": "/",
    "∕": "/",
    "⁄": "/",
    "½": "1/2",
    "⅓": "1/3",
    "⅔": "2/3",
    "¼": "1/4",
    "¾": "3/4",
    "≈": "~=",
    "≃": "~=",
    "≠": "!=",
    "≤": "<=",
    "≥": ">=",
    "≡": "==",
    "≔": ":=",
    "≪": "<<",
    "≫": ">>",
    "∝": "prop. to",
    "∈": "in",
    "∞": "inf",
    "∂": "d",
    "∇": "grad",
    "Δ": "Delta",
    "Σ": "sum",
    "∑": "sum",
    "Π": "prod",
    "∏": "prod",
    "∫": "int",
    "√": "sqrt",
    "‖": "||",
    "∥": "||",
    "⊤": "T",
    "ᵀ": "^T",
    "²": "^2",
    "³": "^3",
    "′": "'",
    "″": "''",
    "‴": "'''",
    "→": "->",
    "←": "<-",
    "↦": "|->",
    "⇒": "=>",
    "↳": "|_",
    "…": "...",
    "⋯": "...",
    "⋮": ":",
    "⋱": "...",
    "–": "-",
    "—": "-",
    "‐": "-",
    "‑": "-",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "«": '"',
    "»": '"',
    "•": "*",
    "✓": "ok",
    "✗": "x",
    "⌊": "floor(",
    "⌋": ")",
    "⟨": "<",
    "⟩": ">",
    "\u2009": " ",
    "\u202f": " ",
    "\u00a0": " ",
    "ß": "ss",
    "æ": "ae",
    "ø": "o",
    "€": "EUR",
}

_TABLE = str.maketrans(GREEK | SYMBOLS)


def _spelled(character: str) -> str:
    import unicodedata

    plain = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    plain = plain.translate(_TABLE)
    if plain.isascii() and plain.isprintable() and (plain or unicodedata.combining(character)):
        return plain
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def ascii_text(text: str) -> str:
    """The text with every character outside ASCII spelled, stripped of its accent or shown by its number."""
    if text.isascii():
        return text
    if "⁽" in text:
        # Inside a layer number, ² counts and is no power.
        text = text.replace("⁽²⁾", "(2)").replace("⁽³⁾", "(3)")
    text = text.translate(_TABLE)
    if text.isascii():
        return text
    return "".join(c if c.isascii() else _spelled(c) for c in text)
