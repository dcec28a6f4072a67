"""The numbers that textbooks, courses and notes print for examples worked by hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from bpcli import Solution, load_problem, solve
from bpcli.document.rounding import Rounding

HERE = Path(__file__).parent / "published"
SHARED = Path(__file__).parents[2] / "shared" / "published"


class Printed(NamedTuple):
    problem: str
    quantity: str
    text: str
    verdict: str

    def is_reproduced_by(self, value: float) -> bool:
        """Whether the value rounds to what is printed, with room for the last bits of the computation."""
        _, _, decimals = self.text.partition(".")
        half_unit = 0.5 * 10.0 ** -len(decimals)
        return abs(value - float(self.text)) <= half_unit + 1e-12 * max(1.0, abs(value))


def printed_in(problem: str, path: Path) -> list[Printed]:
    return [Printed(problem, *row) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]


def shipped_cases() -> list[Printed]:
    return [case for path in sorted(HERE.glob("*.yaml")) for case in printed_in(path.stem, path)]


def shared_cases() -> list[Printed]:
    paths = sorted(SHARED.glob("*.printed.yaml")) if SHARED.is_dir() else []
    return [case for path in paths for case in printed_in(str(path).replace(".printed.", ".problem."), path)]


def name_of(case: Printed) -> str:
    return f"{Path(case.problem).name.removesuffix('.problem.yaml')} {case.quantity}={case.text}"


@cache
def solved(problem: str) -> Solution:
    # Some problems ask for few digits; that concerns what is shown, not these values.
    return solve(load_problem(problem), Rounding())


@pytest.mark.parametrize("case", [*shipped_cases(), *shared_cases()], ids=name_of)
def test_correct_numbers_are_reproduced_and_others_are_not(case: Printed) -> None:
    """A number classed `correct` comes out to its last digit; one that its author got wrong or rounded does not."""
    value = solved(case.problem)[case.quantity]
    assert case.is_reproduced_by(value) == (case.verdict == "correct"), f"{case.text} is printed, {value!r} computed"


def test_examples_with_printed_numbers_are_shipped() -> None:
    """Every file of printed numbers belongs to a problem that ships, and there are enough of both."""
    names = {path.stem for path in HERE.glob("*.yaml")}
    assert len(names) >= 12
    for name in names:
        assert load_problem(name).source, f"{name} does not say where its numbers are printed"


# The exercise of Lez5, section 2. Its author prints 0.6478, 1.2478 and 0.7770; exact are 0.6477, 1.2477 and 0.7769.
# The last digit is the author's own rounding on the way (even the rounded 0.6094 and 0.6236 give 0.6477).
LEZ5 = {
    "a1": ["0.445", "0.505"],
    "h1": ["0.6094", "0.6236"],
    "terms(a1)": [["0.075", "0.02"], ["0.125", "0.03"]],
    "a2[1]": "1.1244",
    "y[1]": "0.7548",
    "L": "0.3",
    "dL/dy[1]": "0.7448",
    "dL/dy[2]": "-0.213",
    "f'(a2)": ["0.1851", "0.1733"],
    "dL/da2": ["0.1378", "-0.0369"],
    "dL/dW2": [["0.0840", "0.0860"], ["-0.0225", "-0.0230"]],
}
LEZ5_OWN_ROUNDING = {"a2[2]": ("1.2478", 1.247723387), "y[2]": ("0.7770", 0.776905520)}

# The example of MAC0460: W, x, b and y are printed; the rest follows with p = softmax(Wx + b) and L = −ln p₁.
MAC0460 = {
    "z1": "0.963",
    "z2": "-0.506",
    "p1": "0.8129",
    "p2": "0.1871",
    "L": "0.2071",
    "dL/db1": "-0.1871",
    "dL/db2": "0.1871",
    "dL/dw11": "-0.0374",
    "dL/dw12": "-0.1310",
    "dL/dw21": "0.0374",
    "dL/dw22": "0.1310",
}
MAC0460_ENTROPIES = {"H_p": "0.72", "H_q": "1", "D_pq": "0.28", "D_pr": "0.04"}


def assert_printed(problem: str, quantity: str, expected: object) -> None:
    def compare(value: object, text: object) -> None:
        if isinstance(text, list):
            assert isinstance(value, list)
            for item, part in zip(value, text, strict=True):
                compare(item, part)
        else:
            assert isinstance(value, float)
            assert Printed(problem, quantity, str(text), "correct").is_reproduced_by(value), (quantity, text, value)

    compare(solved(problem)[quantity], expected)


@pytest.mark.parametrize("quantity", LEZ5)
def test_lez5_numbers_are_reproduced(quantity: str) -> None:
    """The 2-2-2 exercise of the Italian notes comes out as printed."""
    assert_printed("lez5", quantity, LEZ5[quantity])


@pytest.mark.parametrize("quantity", LEZ5_OWN_ROUNDING)
def test_lez5_numbers_of_the_authors_own_rounding_are_one_unit_away(quantity: str) -> None:
    """The last digit of some printed numbers is their author's own rounding: one unit too large."""
    text, exact = LEZ5_OWN_ROUNDING[quantity]
    value = solved("lez5")[quantity]
    assert value == pytest.approx(exact, abs=1e-9)
    assert 0.5e-4 < float(text) - value < 1.0e-4


def test_lez5_product_of_the_authors_own_rounding() -> None:
    """The notes print 0.6478 for the second entry of W⁽²⁾h⁽¹⁾; its summands give 0.6477."""
    product = sum(solved("lez5")["terms(a2)[2]"])
    assert product == pytest.approx(0.647723387, abs=1e-9)


def test_lez5_matrices_are_those_that_the_printed_products_belong_to() -> None:
    """The notes print W⁽¹⁾ transposed and 0.5 for 0.45; only the shipped matrices give the printed products."""
    solution = solved("lez5")
    assert solution["W1"] == [[0.15, 0.20], [0.25, 0.30]]
    assert solution["W2"] == [[0.40, 0.45], [0.50, 0.55]]
    assert "0.45" in solution.problem.note


@pytest.mark.parametrize("quantity", MAC0460)
def test_mac0460_numbers_are_reproduced(quantity: str) -> None:
    """Logistic regression as a graph of scalars gives the numbers that its printed W, x, b and y lead to."""
    assert_printed("mac0460-logistic", quantity, MAC0460[quantity])


@pytest.mark.parametrize("quantity", MAC0460_ENTROPIES)
def test_mac0460_entropies_are_reproduced(quantity: str) -> None:
    """The entropies and divergences of the Portuguese slides come out as printed, in bits."""
    assert_printed("mac0460-entropy", quantity, MAC0460_ENTROPIES[quantity])


def test_mac0460_derivative_of_b1_is_prediction_minus_target() -> None:
    """For a one-hot y the three paths to b₁ come to ŷ₁ − y₁, as the slides derive."""
    graph, network = solved("mac0460-logistic"), solved("mac0460-softmax")
    assert graph["dL/db1"] == pytest.approx(graph["p1"] - graph["y1"], rel=1e-14)
    assert network["dL/db1"] == pytest.approx([graph["dL/db1"], graph["dL/db2"]], rel=1e-14)
    assert network["dL/dW1"][0] == pytest.approx([graph["dL/dw11"], graph["dL/dw12"]], rel=1e-14)


def test_mac0460_cross_entropy_is_entropy_plus_divergence() -> None:
    """CE(p, q) = H(p) + D(p‖q)."""
    solution = solved("mac0460-entropy")
    assert solution["CE_pq"] == pytest.approx(solution["H_p"] + solution["D_pq"], rel=1e-14)
