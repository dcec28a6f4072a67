"""The scripts of one base together, as typesetting wants them: W with (2) and a transpose has one upper script."""

from __future__ import annotations

from bpcli.document.mathtree import Identifier, Math, Operator, Subscript, Superscript


def joined_scripts(node: Superscript | Subscript) -> tuple[Math, Math | None, list[Math]]:
    """The base, its lower script if it has one, and its upper scripts in order.

    The base has scripts of its own only where they may not stand together: a power of a power.
    """
    upper: list[Math] = []
    lower: Math | None = None
    base: Math = node
    while type(base) is Superscript or type(base) is Subscript:
        if type(base) is Superscript and (not upper or _joins(upper[-1])):
            upper.append(base.script)
        elif type(base) is Subscript and lower is None and _may_go_inside(base, upper):
            lower = base.script
        else:
            break
        base = base.base
    return base, lower, upper[::-1]


def _may_go_inside(node: Subscript, upper: list[Math]) -> bool:
    """Whether the base of `node` takes all of these scripts at once, with no power of a power among them."""
    return not (upper and type(node.base) is Superscript and not _joins(upper[-1]))


def _joins(script: Math) -> bool:
    """Whether a script may stand behind another one: a transpose or a prime, but no power."""
    name = script.name if type(script) is Identifier else script.symbol if type(script) is Operator else ""
    return bool(name) and all(c in "⊤′″‴*∗" for c in name)
