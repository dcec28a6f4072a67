"""The ids of quantities: every spelling that is understood, and what is said of one that is not."""

from __future__ import annotations

import pytest

from bpcli import Solution, load_problem, parse_problem, solve
from bpcli.problem.identifiers import Identifier, UnknownQuantityError, parse_identifier


@pytest.fixture(scope="module")
def network() -> Solution:
    text = load_problem("lez5").text
    return solve(parse_problem(text + "  update: {optimizer: momentum, learning_rate: 0.5, steps: 2}\n"))


@pytest.fixture(scope="module")
def batch() -> Solution:
    return solve(load_problem("batch-ridge"))


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("dW2", "dL/dW2"),
        ("grad_W2", "dL/dW2"),
        ("∇W2", "dL/dW2"),
        ("dJ/dW2", "dL/dW2"),
        ("∂L/∂W2", "dL/dW2"),
        ("delta2", "dL/da2"),
        ("δ2", "dL/da2"),
        ("delta1", "dL/da1"),
        ("W1+", "W1_new"),
        ("W1'", "W1_new"),
        ("W1′", "W1_new"),
        ("b2+", "b2_new"),
        ("loss", "L"),
        ("h2", "y"),
        ("dL/dh2", "dL/dy"),
        ("dh2", "dL/dy"),
        (" a1 ", "a1"),
        ("f′(a1)", "f'(a1)"),
    ],
)
def test_alias_names_the_quantity(network: Solution, alias: str, name: str) -> None:
    """Every alias of a quantity gives its value."""
    assert network.resolve(alias).name == name
    assert network[alias] == network[name]


@pytest.mark.parametrize("name", ["x", "t", "W1", "b1", "a1", "h1", "y", "L", "dL/dy", "dL/da2", "dL/dW2", "dL/db2",
                                  "dL/dh1", "W1_new", "W1@0", "W1@2", "a1@1", "L@2", "f'(a2)", "terms(a1)", "v_W1",
                                  "terms(L)[1]", "terms(a1)[2,1]", "W2[1,2]", "dL/dW2[1,2]", "a1[2]", "terms(dL/dh1)",
                                  "dW2[1,2]", "h2[1]", "delta2[2]", "W1+[1,1]", "y@1[2]"])  # fmt: skip
def test_id_of_the_contract_is_known(network: Solution, name: str) -> None:
    """Each form of id names a quantity."""
    assert network[name] is not None


@pytest.mark.parametrize(
    ("alias", "name"), [("dL/dW1", "dJ/dW1"), ("dW1", "dJ/dW1"), ("delta1", "dJ/da1"), ("loss", "L"), ("h2", "y")]
)
def test_objective_takes_the_place_of_the_loss_in_adjoints(batch: Solution, alias: str, name: str) -> None:
    """Where there is an objective, `dL/d…` means `dJ/d…`."""
    assert batch.resolve(alias).name == name


def test_entries_count_from_one(network: Solution, batch: Solution) -> None:
    """`W2[1,2]` is the second entry of the first row; `L[3]` the loss of instance 3."""
    assert network["W2[1,2]"] == 0.45
    assert network["terms(a1)[2,1]"] == 0.25 * 0.5
    assert batch["L[3]"] == batch["L"][2]
    assert network["dL/dW2[1]"] == network["dL/dW2"][0]


@pytest.mark.parametrize("name", ["W2[3,1]", "W2[0,1]", "W2[1,2,3]", "a1[9]", "L[1]", "a1[1,1]", "terms(a1)[1,7]"])
def test_entry_that_does_not_exist_is_an_error(network: Solution, name: str) -> None:
    """An index out of range, or of something that has no entries, is refused."""
    with pytest.raises(UnknownQuantityError, match="no"):
        network[name]


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("dL/dw2", "dL/dW2"), ("W1_nwe", "W1_new"), ("a11", "a1"), ("dL/dW22", "dL/dW2"), ("sigma'(a2)", "f'(a2)")],
)
def test_unknown_id_is_an_error_with_the_nearest_ids(network: Solution, wrong: str, near: str) -> None:
    """What matches nothing is never skipped; the message names what it may have been."""
    with pytest.raises(UnknownQuantityError) as caught:
        network[wrong]
    assert near in caught.value.near
    assert f"there is no quantity `{wrong}` here; did you mean" in str(caught.value)


@pytest.mark.parametrize("name", ["a1@3", "W1@3", "L@99"])
def test_step_beyond_the_updates_is_an_error(network: Solution, name: str) -> None:
    """A quantity after more updates than the problem makes does not exist, and the message says how many there are."""
    with pytest.raises(UnknownQuantityError, match="the problem makes 2"):
        network[name]


def test_terms_of_what_is_no_sum_is_an_error(network: Solution) -> None:
    """Only sums have summands."""
    with pytest.raises(UnknownQuantityError, match="is not a sum"):
        network["terms(h1)"]


@pytest.mark.parametrize(
    "text", ["", " ", "[1]", "@", "terms()", "d", "∇", "+", "delta", "a" * 10_000, "W1[" + "9" * 50 + "]"]
)
def test_no_text_is_too_strange_to_be_an_unknown_id(network: Solution, text: str) -> None:
    """Whatever is asked for, the answer is a value or that it is unknown."""
    with pytest.raises(UnknownQuantityError):
        network[text]


def test_parts_of_an_id() -> None:
    """An id is a name, and possibly a step, indices and a mark for its terms."""
    assert parse_identifier("terms(a1@3)[2,1]") == Identifier("a1", 3, (2, 1), True)
    assert parse_identifier(" W2[ 1 , 2 ] ") == Identifier("W2", None, (1, 2))
    assert parse_identifier("f′(a1)") == Identifier("f'(a1)")


@pytest.mark.parametrize(
    ("preset", "names"),
    [
        ("nielsen", {"z1", "a1", "aL", "C", "dC/dz2"}),
        ("ng", {"z1", "a1", "yhat", "L", "dL/dz2"}),
        ("mitchell", {"net1", "o1", "o2", "E", "dE/dnet2"}),
        ("mazur", {"net1", "out1", "out2", "E", "target"}),
    ],
)
def test_ids_follow_the_symbols_in_force(network: Solution, preset: str, names: set[str]) -> None:
    """A preset renames quantities and leaves the numbers as they are."""
    renamed = solve(parse_problem(load_problem("lez5").text + f"conventions: {{symbols: {preset}}}\n"))
    assert names <= set(renamed.values)
    assert renamed["loss"] == network["loss"]
    assert renamed["dW1"] == network["dW1"]
    assert renamed["delta2"] == network["delta2"]
