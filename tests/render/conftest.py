"""The 2-2-2 sigmoid lesson, written by hand: every kind of block with the numbers it will really hold."""

from __future__ import annotations

import pytest

from bpcli.document.document import (
    Cell,
    Code,
    Document,
    Equation,
    Givens,
    Heading,
    InlineMath,
    Link,
    Note,
    Paragraph,
    Step,
    Strong,
    Table,
    Title,
)
from bpcli.document.mathtree import (
    INVISIBLE_TIMES,
    Fenced,
    Fraction,
    Identifier,
    Math,
    Matrix,
    Number,
    Operator,
    Row,
    Subscript,
    Superscript,
)

PLUS, MINUS, TIMES, DOT, HADAMARD = (Operator(sign) for sign in ("+", "−", INVISIBLE_TIMES, "·", "⊙"))
EQUALS = Operator("=", "relation")
TRANSPOSE, PRIME = Operator("⊤", "postfix"), Operator("′", "postfix")


def row(*items: Math) -> Row:
    return Row(items)


def name(letter: str, layer: int | None = None) -> Math:
    return Identifier(letter) if layer is None else Superscript(Identifier(letter), Fenced(Number(str(layer))))


def transposed(base: Math) -> Math:
    return Superscript(base, TRANSPOSE)


def gradient(of: Math) -> Math:
    partial = Operator("∂", "prefix")
    return Fraction(row(partial, Identifier("L")), row(partial, of), solid=True)


def matrix(*rows: str) -> Matrix:
    return Matrix(tuple(tuple(line.split()) for line in rows))


def slope(of: Math) -> Math:
    return row(Superscript(Identifier("σ"), PRIME), Fenced(of))


def half_norm(body: Math) -> Math:
    return row(Fraction(Number("1"), Number("2")), TIMES, Superscript(Fenced(body, "‖", "‖"), Number("2")))


def is_(left: Math, right: Math) -> Math:
    return row(left, EQUALS, right)


X, T, Y, L = (Identifier(letter) for letter in "xtyL")
W1, W2 = matrix("0.15 0.20", "0.25 0.30"), matrix("0.40 0.45", "0.50 0.55")
B1, B2 = matrix("0.35", "0.35"), matrix("0.60", "0.60")
XV, TV = matrix("0.5", "0.1"), matrix("0.01", "0.99")
A1, H1 = matrix("0.4450", "0.5050"), matrix("0.6095", "0.6236")
A2, YV = matrix("1.1244", "1.2478"), matrix("0.7548", "0.7769")
GY, S2, D2 = matrix("0.7448", "-0.2131"), matrix("0.1851", "0.1733"), matrix("0.1378", "-0.0369")


def affine(layer: int, below: Math) -> Math:
    return row(name("W", layer), TIMES, below, PLUS, name("b", layer))


def step(number: int, title: str, why: str, *body: object) -> Step:
    return Step(number, f"s{number}", (title,), (why,), body)  # type: ignore[arg-type]


def build_lesson() -> Document:
    """The whole lesson, from what is given to the table of every quantity."""
    a1, h1, a2 = name("a", 1), name("h", 1), name("a", 2)
    sigma_of_a = row(Identifier("σ"), Fenced(Identifier("a")))
    slope_rule = row(
        slope(Identifier("a")),
        EQUALS,
        sigma_of_a,
        Fenced(row(Number("1"), MINUS, sigma_of_a)),
        EQUALS,
        row(Identifier("h"), Fenced(row(Number("1"), MINUS, Identifier("h")))),
    )
    return Document(
        (
            Title("A 2-2-2 sigmoid network", "Lez5, section 2"),
            Givens(
                (
                    is_(X, XV),
                    is_(T, TV),
                    is_(name("W", 1), W1),
                    is_(name("b", 1), B1),
                    is_(name("W", 2), W2),
                    is_(name("b", 2), B2),
                    is_(L, half_norm(row(Y, MINUS, T))),
                )
            ),
            Paragraph(("Both layers use the ", Strong("sigmoid"), ", ", InlineMath(sigma_of_a), ".")),
            Heading("Forward pass"),
            step(
                1,
                "Pre-activation of layer 1",
                "weigh the inputs and add the bias.",
                Equation(
                    a1,
                    (
                        Link("=", affine(1, X)),
                        Link("=", row(W1, TIMES, XV, PLUS, B1)),
                        Link("=", row(matrix("0.0950", "0.1550"), PLUS, B1)),
                        Link("=", A1),
                    ),
                ),
            ),
            step(
                2,
                "Activation of layer 1",
                "the sigmoid of each entry.",
                Equation(
                    h1,
                    (
                        Link("=", row(Identifier("σ"), Fenced(a1))),
                        Link("=", row(Identifier("σ"), Fenced(A1))),
                        Link("≈", H1),
                    ),
                ),
            ),
            step(
                3,
                "Pre-activation of layer 2",
                "weigh the activations of layer 1 and add the bias.",
                Equation(
                    a2,
                    (
                        Link("=", affine(2, h1)),
                        Link("≈", row(W2, TIMES, H1, PLUS, B2)),
                        Link("≈", row(matrix("0.5244", "0.6478"), PLUS, B2)),
                        Link("=", A2),
                    ),
                ),
            ),
            step(
                4,
                "Prediction",
                "the sigmoid of each entry.",
                Equation(Y, (Link("=", row(Identifier("σ"), Fenced(a2))), Link("≈", YV))),
            ),
            step(
                5,
                "Loss",
                "half the squared distance between the prediction and the target.",
                Equation(
                    L,
                    (
                        Link("=", half_norm(row(Y, MINUS, T))),
                        Link("≈", half_norm(row(YV, MINUS, TV))),
                        Link("≈", Number("0.3001")),
                    ),
                ),
                Note(("Only ", InlineMath(gradient(Y)), " is needed to go back, not the loss itself.")),
            ),
            Heading("Backward pass"),
            step(
                6,
                "At the prediction",
                "the slope of the loss.",
                Equation(gradient(Y), (Link("=", row(Y, MINUS, T)), Link("≈", row(YV, MINUS, TV)), Link("≈", GY))),
            ),
            step(
                7,
                "Through the sigmoid of layer 2",
                "multiply, entry by entry, by its slope.",
                Equation(
                    gradient(a2),
                    (
                        Link("=", row(gradient(Y), HADAMARD, slope(a2))),
                        Link("≈", row(GY, HADAMARD, S2)),
                        Link("≈", D2),
                    ),
                    slope_rule,
                ),
            ),
            step(
                8,
                "Gradient of the weights of layer 2",
                "(2×1)(1×2) = 2×2, the shape of W.",
                Equation(
                    gradient(name("W", 2)),
                    (
                        Link("=", row(gradient(a2), TIMES, transposed(h1))),
                        Link("≈", row(D2, TIMES, matrix("0.6095 0.6236"))),
                        Link("≈", matrix("0.0840 0.0860", "-0.0225 -0.0230")),
                    ),
                ),
            ),
            step(
                9,
                "Back to the activation of layer 1",
                "every unit answers for what it fed.",
                Equation(
                    gradient(h1),
                    (
                        Link("=", row(transposed(name("W", 2)), TIMES, gradient(a2))),
                        Link("≈", row(transposed(W2), TIMES, D2)),
                        Link("≈", matrix("0.0367", "0.0417")),
                    ),
                ),
            ),
            step(
                10,
                "The first weight, entry by entry",
                "one path, three factors.",
                Equation(
                    gradient(Subscript(name("w", 2), Number("11"))),
                    (
                        Link(
                            "=",
                            row(
                                Fenced(row(Subscript(Y, Number("1")), MINUS, Subscript(T, Number("1")))),
                                DOT,
                                slope(Subscript(a2, Number("1"))),
                                DOT,
                                Subscript(h1, Number("1")),
                            ),
                        ),
                        Link("≈", row(Number("0.7448"), DOT, Number("0.1851"), DOT, Number("0.6095"))),
                        Link("≈", Number("0.0840")),
                    ),
                ),
            ),
            Heading("Every quantity"),
            build_table(),
            Note(
                ("Every gradient agrees with central differences; see ", Code("bpcli solve lez5 --verify"), "."),
                "check",
            ),
        )
    )


def build_table() -> Table:
    def line(quantity: Math, value: Math, slope_of: Math, verdict: str = "10 digits") -> tuple[Cell, ...]:
        return (
            Cell((InlineMath(quantity),)),
            Cell((InlineMath(value),)),
            Cell((InlineMath(slope_of),)),
            Cell((verdict,), "good"),
        )

    return Table(
        (("quantity",), ("value",), ("gradient ", InlineMath(gradient(Operator("·", "postfix")))), ("agrees to",)),
        (
            line(name("W", 2), W2, matrix("0.0840 0.0860", "-0.0225 -0.0230")),
            line(name("b", 2), B2, D2),
            line(name("W", 1), W1, matrix("0.0044 0.0009", "0.0049 0.0010")),
            line(name("b", 1), B1, matrix("0.0087", "0.0098")),
            line(Identifier("η"), Number("0.5"), Number("0")),
        ),
        "lllr",
    )


@pytest.fixture
def lesson() -> Document:
    return build_lesson()
