"""What the names in a formula mean: known values, known functions, the right number of arguments."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bpcli.diagnostics import Related, Span
from bpcli.problem.expression import MAX_LENGTH, Formula, FormulaError, Place, is_name, parse_formula
from bpcli.problem.report import Report, nearest, shortened, suggestion
from bpcli.problem.yaml import ScalarNode

MAX_NAME = 64
MOST_COUNTS = 4  # more numbers of arguments are told as a range

# What the same operation is called elsewhere.
OTHER_NAMES = {
    "ln": "log",
    "logistic": "sigmoid",
    "sigma": "sigmoid",
    "σ": "sigmoid",
    "norm": "norm2",
    "average": "mean",
    "avg": "mean",
    "maximum": "max",
    "minimum": "min",
    "inner": "dot",
    "matmul": "dot",
    "T": "transpose",
    "sqr": "square",
    "root": "sqrt",
    "sen": "sin",
    "fabs": "abs",
}


def formula_place(node: ScalarNode) -> Place:
    """Where the text of a scalar stands: exactly if it stands in the file as it is read, else as a whole."""
    span = node.span
    if span.line == span.end_line:
        quotes = 1 if node.style in ("'", '"') else 0
        if node.style not in ("|", ">") and span.end_column - span.column == len(node.text) + 2 * quotes:
            return Place(span.line, span.column + quotes)
    return Place(span.line, span.column, span)


def read_formula(node: ScalarNode, report: Report, *, max_length: int | None = MAX_LENGTH) -> Formula | None:
    """Parse the formula in a scalar, reporting what is wrong with it."""
    if node.is_empty:
        report.add("missing-value", "a formula is missing here", node.span)
        return None
    try:
        return parse_formula(node.text.rstrip("\n"), formula_place(node), max_length=max_length)
    except FormulaError as error:
        report.put(error.diagnostic)
        return None


def check_calls(
    formula: Formula, functions: Mapping[str, Collection[int]], values: Mapping[str, Span], report: Report
) -> bool:
    """Report calls of unknown functions and wrong numbers of arguments."""
    good = True
    for call in formula.calls:
        counts = functions.get(call.function)
        given = len(call.arguments)
        if counts is None:
            _refuse_function(call.function, call.function_span, functions, values, report)
        elif given not in counts:
            wanted = " or ".join(str(count) for count in sorted(counts))
            if len(counts) > MOST_COUNTS:
                wanted = f"{min(counts)} to {max(counts)}"
            plural = "" if wanted == "1" else "s"
            message = f"`{call.function}` takes {wanted} argument{plural}, not {given}"
            report.add("argument-count", message, call.span)
        else:
            continue
        good = False
    return good


def _refuse_function(
    name: str, span: Span, functions: Collection[str], values: Mapping[str, Span], report: Report
) -> None:
    shown = shortened(name)
    if name in values:
        message = f"`{shown}` is a value, not a function"
        report.add("unknown-function", message, span, help=f"write `{shown}*(…)` for a product")
        return
    other = OTHER_NAMES.get(name)
    advice = f"write `{other}`" if other in functions else suggestion(name, functions)
    report.add("unknown-function", f"`{shown}` is not a function", span, help=advice)


def unknown_value(
    name: str,
    span: Span,
    report: Report,
    *,
    known: Collection[str],
    functions: Collection[str],
    later: Mapping[str, Span],
    defining: str = "",
) -> None:
    """Report a name that stands for no value at its place; `later` are the names defined further down."""
    shown = shortened(name)
    if name == defining:
        report.add("used-before-definition", f"`{shown}` is used in its own definition", span)
    elif name in later:
        related = (Related(later[name], "defined here"),)
        advice = "a name may use the ones above it: change the order"
        report.add(
            "used-before-definition", f"`{shown}` is used before it is defined", span, related=related, help=advice
        )
    elif name in functions:
        message = f"`{name}` is a function, not a value"
        report.add("function-as-name", message, span, help=f"write `{name}(…)`")
    else:
        listed = len(known) <= 20
        # Comparing with all names of a very large graph for each of many mistakes would take minutes.
        close = nearest(name, known) if not listed else None
        advice = suggestion(name, known) if listed else f"did you mean `{close}`?" if close else ""
        report.add("unknown-name", f"`{shown}` is not defined{_spelled(name)}", span, help=advice)


def _spelled(name: str) -> str:
    """The code points of letters that look like others."""
    if name.isascii():
        return ""
    from unicodedata import name as character_name

    odd = next(character for character in name if not character.isascii())
    return f" (it has U+{ord(odd):04X} {character_name(odd, '')})"


def check_value_name(name: str, span: Span, functions: Collection[str], report: Report) -> bool:
    """Report a name that cannot be given to a value."""
    if name in functions:
        message = f"`{name}` is the name of a function"
        report.add("reserved-name", message, span, help=f"call the value something else, for example `{name}_1`")
        return False
    return check_new_name(name, span, report)


def check_new_name(name: str, span: Span, report: Report) -> bool:
    """Report what is not a name: letters, digits and `_`."""
    if len(name) > MAX_NAME:
        report.add("bad-name", f"a name of {len(name)} characters", span, help=f"at most {MAX_NAME} are read")
        return False
    if is_name(name):
        return True
    advice = "a name has letters, digits and `_`, and starts with a letter or `_`"
    message = "a name is missing here" if not name else f"`{name}` is not a name"
    if not name.isascii():
        from unicodedata import normalize

        plain = normalize("NFKC", name)
        if plain != name and is_name(plain):
            advice = f"write `{plain}`"
        message += _spelled(name)
    report.add("bad-name", message, span, help=advice)
    return False
