"""A derived program as LaTeX: its lines aligned at their equals signs, ready to be pasted into a document."""

from __future__ import annotations

from bpcli.document.document import Equation
from bpcli.inquiry.derive import Derivation, simplifications
from bpcli.lesson.derivation import program_equations
from bpcli.messages import Messages
from bpcli.notation.latex import latex_text, to_latex
from bpcli.notation.writer import Writer
from bpcli.solution.solution import Solution


def derivation_to_latex(solution: Solution, derivation: Derivation) -> str:
    """Two `align*` environments (of `amsmath`), the program and its derivatives, and known simplifications."""
    messages = Messages(solution.problem.language)
    writer = Writer(solution.rounding)
    program, derivatives = program_equations(derivation, writer)
    groups = [
        (messages.text("derive.program"), [equation for equation, _ in program]),
        (messages.text("derive.derivatives"), [equation for equation, _ in derivatives]),
    ]
    if derivation.output is solution.output:
        known = simplifications(solution, derivation.program)
        shorter = [writer.chain(item.line.variable.math, [item.formula], iter(())) for item in known]
        groups.append((messages.text("derive.known"), shorter))
    return "\n".join(_aligned(title, equations) for title, equations in groups if equations)


def _aligned(title: str, equations: list[Equation]) -> str:
    lines = []
    for equation in equations:
        right = " = ".join(to_latex(link.math) for link in equation.links)
        lines.append(f"  {to_latex(equation.left)} &= {right}")
    body = " \\\\\n".join(lines)
    return f"\\noindent{latex_text(title)}\n\\begin{{align*}}\n{body}\n\\end{{align*}}\n"
