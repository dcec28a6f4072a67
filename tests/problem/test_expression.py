import pytest
from hanging import no_hanging
from hypothesis import given
from hypothesis import strategies as st

from bpcli.diagnostics import Span
from bpcli.problem.expression import FormulaError, Place, is_name, parse_formula
from bpcli.problem.syntax import BinaryOperation, Call, Entry, Name, NumberLiteral, Syntax, UnaryMinus

HERE = Place(1, 1)


def written(node: Syntax) -> str:
    """A tree with every bracket."""
    match node:
        case NumberLiteral(text=text):
            return text
        case Name(name=name):
            return name
        case UnaryMinus(operand=operand):
            return f"(-{written(operand)})"
        case BinaryOperation(operator=operator, left=left, right=right):
            return f"({written(left)}{operator}{written(right)})"
        case Call(function=function, arguments=arguments):
            return f"{function}({','.join(written(argument) for argument in arguments)})"
        case Entry(operand=operand, indices=indices):
            return f"{written(operand)}{list(indices)}"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a-b-c", "((a-b)-c)"),
        ("a/b*c", "((a/b)*c)"),
        ("a+b*c", "(a+(b*c))"),
        ("a@b*c", "((a@b)*c)"),
        ("a^b^c", "(a^(b^c))"),
        ("a**b", "(a^b)"),
        ("-x^2", "(-(x^2))"),
        ("e^-x", "(e^(-x))"),
        ("e^-x^2*y", "((e^(-(x^2)))*y)"),
        ("x*-y^-z+1", "((x*(-(y^(-z))))+1)"),
        ("-a*b", "((-a)*b)"),
        ("2*-x", "(2*(-x))"),
        ("a - -b", "(a-(-b))"),
        ("--x", "(-(-x))"),
        ("+x", "x"),
        ("a + +b", "(a+b)"),
        ("−x − 1", "((-x)-1)"),
        ("(a+b)*c", "((a+b)*c)"),
        ("v[1]+M[1, 2]", "(v[1]+M[1, 2])"),
        ("-v[ 1 ]", "(-v[1])"),
        ("softmax(z)[2]", "softmax(z)[2]"),
        ("(a+b)[1]", "(a+b)[1]"),
        ("max(a, b+1)", "max(a,(b+1))"),
        ("f (x)", "f(x)"),
        ("f()", "f()"),
        ("f(g(x), -h(y)^2)", "f(g(x),(-(h(y)^2)))"),
        ("1e-3*.5+5.", "((1e-3*.5)+5.)"),
        ("0.9**1", "(0.9^1)"),
        ("  x  ", "x"),
        ("ŷ - λ_1", "(ŷ-λ_1)"),
    ],
)
def test_precedence(text, tree):
    assert written(parse_formula(text, HERE).syntax) == tree


def test_every_part_has_its_place():
    formula = parse_formula("z = (a + b) * -exp(x)", Place(7, 3), start=3)
    product = formula.syntax
    assert isinstance(product, BinaryOperation)
    assert product.span == Span(7, 7, 7, 24)
    assert product.left.span == Span(7, 8, 7, 13)
    assert isinstance(product.right, UnaryMinus)
    assert product.right.span == Span(7, 17, 7, 24)
    call = product.right.operand
    assert isinstance(call, Call)
    assert (call.span, call.function_span) == (Span(7, 18, 7, 24), Span(7, 18, 7, 21))
    assert formula.names == (product.left.left, product.left.right, call.arguments[0])
    assert formula.calls == (call,)


def test_a_place_that_is_no_text_of_the_file_holds_for_every_part():
    whole = Span(2, 5, 4, 1)
    formula = parse_formula("a + b", Place(2, 5, whole))
    assert {formula.syntax.span, *(name.span for name in formula.names)} == {whole}


@pytest.mark.parametrize(
    ("text", "column", "code", "said"),
    [
        ("", 1, "formula-syntax", "missing"),
        ("   ", 1, "formula-syntax", "missing"),
        ("2x", 2, "missing-operator", "write `2*x`"),
        ("2(x)", 2, "missing-operator", "write `2*(…)`"),
        ("(a)(b)", 4, "missing-operator", "write `(a)*(…)`"),
        ("a b", 3, "missing-operator", "write `a*b`"),
        ("1_000", 2, "missing-operator", "write `1000`"),
        ("1..2", 3, "missing-operator", ""),
        ("1j", 2, "missing-operator", ""),
        ("x²", 1, "bad-name", "write `x^2`"),
        ("(x)²", 4, "bad-name", "write `x^2`"),
        ("Wᵀ", 1, "bad-name", "transpose"),
        ("½", 1, "bad-name", "U+00BD"),
        ("ｅｘｐ(x)", 1, "bad-name", "write `exp`"),
        ("𝐱", 1, "bad-name", "write `x`"),
        ("x٣", 1, "bad-name", "U+0663"),
        ("x\u0302", 2, "formula-syntax", "U+0302"),
        ("x×y", 2, "formula-syntax", "write `*`"),
        ("x÷y", 2, "formula-syntax", "write `/`"),
        ("√x", 1, "formula-syntax", "sqrt"),
        ("|x|", 1, "formula-syntax", "abs"),
        ("exp(", 4, "formula-syntax", "stops"),
        ("exp(x", 4, "formula-syntax", "never closed"),
        ("(a + b", 1, "formula-syntax", "never closed"),
        ("x)", 2, "formula-syntax", "does not belong"),
        ("x]", 2, "formula-syntax", "does not belong"),
        ("(x]", 3, "formula-syntax", "does not belong"),
        ("()", 2, "formula-syntax", "missing after `(`"),
        ("f(,)", 3, "formula-syntax", "missing"),
        ("f(x,)", 5, "formula-syntax", "missing"),
        ("a,b", 2, "formula-syntax", "does not belong"),
        ("(a,b)", 3, "formula-syntax", "outside of a call"),
        ("*x", 1, "formula-syntax", "missing before `*`"),
        ("x*", 2, "formula-syntax", "stops"),
        ("x*/y", 3, "formula-syntax", "missing after `*`"),
        ("x***y", 4, "formula-syntax", "missing"),
        ("x=1", 2, "formula-syntax", "`=`"),
        ("x:=1", 2, "formula-syntax", "`:`"),
        ("exp(x=1)", 6, "formula-syntax", "no names"),
        ("x;x", 2, "formula-syntax", "`;`"),
        ("x#c", 2, "formula-syntax", "comment"),
        ("x\nimport os", 2, "formula-syntax", "one line"),
        ("'a'*10", 1, "formula-syntax", "no text"),
        ("f'{1}'", 2, "formula-syntax", "no text"),
        ("b''", 2, "formula-syntax", ""),
        ("__import__('os').system('id')", 12, "formula-syntax", ""),
        ("x.__class__", 2, "formula-syntax", "parts"),
        ("().__class__", 2, "formula-syntax", ""),
        ("...", 1, "formula-syntax", ""),
        ("(lambda: 0)()", 8, "formula-syntax", ""),
        ("[x for x in y]", 4, "missing-operator", "x*for"),
        ("{x}", 1, "formula-syntax", "group"),
        ("1<<10**9", 2, "formula-syntax", ""),
        ("x % 2", 3, "formula-syntax", ""),
        ("v[0]", 2, "bad-index", "from 1"),
        ("v[x]", 2, "bad-index", "whole numbers"),
        ("v[1.5]", 2, "bad-index", ""),
        ("v[-1]", 2, "bad-index", ""),
        ("v[]", 2, "bad-index", ""),
        ("v[1,2,3]", 2, "bad-index", ""),
        ("v[" + "9" * 50 + "]", 2, "bad-index", ""),
        ("M[1][2]", 5, "bad-index", "M[1,2]"),
        ("0xF**999", 1, "not-a-number", "hexadecimal"),
        ("010", 1, "not-a-number", "write `10`"),
        ("1e400", 1, "out-of-range", ""),
        ("9" * 5000, 1, "formula-too-long", "5000"),
        ("(" * 300 + "x" + ")" * 300, 201, "formula-too-deep", "steps"),
        ("-" * 900 + "x", 201, "formula-too-deep", "steps"),
        ("x" + "**x" * 300, 602, "formula-too-deep", "steps"),
        ("x\x00", 2, "formula-syntax", "U+0000"),
    ],
)
def test_what_is_not_a_formula_is_refused_quickly_at_its_place(text, column, code, said):
    with no_hanging(), pytest.raises(FormulaError) as caught:
        parse_formula(text, HERE)
    diagnostic = caught.value.diagnostic
    assert diagnostic.span is not None
    assert (diagnostic.span.line, diagnostic.span.column, diagnostic.code) == (1, column, code)
    assert said in f"{diagnostic.message} | {diagnostic.help}"


@pytest.mark.parametrize("operator", ["+", "-", "*", "/", "@"])
def test_a_chain_of_100_000_operations_needs_no_recursion(operator):
    formula = parse_formula("x" + f"{operator}x" * 100_000, HERE, max_length=None)
    depth, node = 0, formula.syntax
    while isinstance(node, BinaryOperation):
        depth, node = depth + 1, node.left
    assert depth == 100_000
    assert len(formula.names) == 100_001


@pytest.mark.parametrize("text", ["(" * 100_000, "-" * 100_000 + "x", "x" + "**x" * 100_000, "f(" * 100_000])
def test_depth_is_refused_before_it_costs_anything(text):
    with pytest.raises(FormulaError) as caught:
        parse_formula(text, HERE, max_length=None)
    assert caught.value.diagnostic.code == "formula-too-deep"


def test_large_powers_are_only_read():
    assert written(parse_formula("9**9**9", HERE).syntax) == "(9^(9^9))"


def test_names():
    assert all(map(is_name, ["x", "_", "W1", "ŷ", "σ_2", "été"]))
    assert not any(map(is_name, ["", "1x", "x²", "ｘ", "x y", "x-y", "x'", "𝐱", "e\u0301", "x٣", "ﬁ"]))


def formulas() -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["x", "y1", "2", ".5", "1e-3", "v[1]", "M[2,1]", "ŷ"])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from("+-*/^@"), inner).map(lambda parts: f"({' '.join(parts)})"),
            inner.map(lambda operand: f"(-{operand})"),
            inner.map(lambda operand: f"f({operand})"),
            st.tuples(inner, inner).map(lambda pair: f"g({pair[0]}, {pair[1]})"),
        ),
        max_leaves=12,
    )


@given(formulas())
def test_reading_a_bracketed_formula_gives_it_back(text):
    assert written(parse_formula(text, HERE).syntax) == text.replace(" ", "").replace("[2,1]", "[2, 1]")


@given(formulas())
def test_spans_cover_what_they_name(text):
    formula = parse_formula(text, HERE)
    for name in formula.names:
        assert text[name.span.column - 1 : name.span.end_column - 1] == name.name
    for call in formula.calls:
        part = text[call.span.column - 1 : call.span.end_column - 1]
        assert written(parse_formula(part, HERE).syntax) == written(call)


@given(st.text("xyf12.0e+-*/^@()[], ²×'=\n#−", max_size=30) | st.text(max_size=20))
def test_any_text_is_a_formula_or_says_why(text):
    try:
        span = parse_formula(text, HERE).syntax.span
    except FormulaError as error:
        span = error.diagnostic.span or Span(0, 0, 0, 0)
    assert 1 <= span.column <= len(text) + 1
