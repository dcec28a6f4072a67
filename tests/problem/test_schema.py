import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from bpcli.problem.declaration import PROBLEM, json_schema
from bpcli.problem.schema import FromVocabulary
from bpcli.problem.validate import read_problem

PUBLISHED = Path(__file__).parents[2].parent / "shared" / "published"


@pytest.fixture(scope="module")
def validator(vocabulary):
    schema = json_schema(vocabulary)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def published() -> list[Path]:
    return sorted(PUBLISHED.glob("*.problem.yaml"))


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published examples are not here")
def test_published_examples_are_accepted(validator, vocabulary):
    assert published()
    for path in published():
        data = path.read_bytes()
        read_problem(data, path.name, vocabulary)
        validator.validate(yaml.safe_load(data))


NETWORK = {"input": [1], "layers": [{"weights": [[1]]}]}


@pytest.mark.parametrize(
    "data",
    [
        {"network": NETWORK},
        {"network": {"input": "1/3", "layers": [{"weights": [["1e-3"]], "activation": {"name": "elu", "alpha": 1}}]}},
        {
            "network": NETWORK | {"target": 1, "loss": "huber", "update": {"learning_rate": 0.1}},
            "conventions": {"affine": "Wx+b"},
        },
        {"network": NETWORK, "conventions": {"symbols": {"preset": "ng", "loss": "C"}}, "check": {"points": {"a1": 1}}},
        {"graph": {"define": {"y": 1}}},
        {"graph": {"inputs": None, "define": "y = 1"}, "functions": {"f(x)": {"value": "x"}}},
    ],
)
def test_what_is_right_is_accepted(validator, vocabulary, data):
    validator.validate(data)
    read_problem(json.dumps(data), "p", vocabulary)


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        {"title": "x"},
        {"network": NETWORK, "graph": {"define": "y = 1"}},
        {"network": NETWORK, "titel": "x"},
        {"network": {"input": [1]}},
        {"network": {"input": [1], "layers": []}},
        {"network": {"input": [1], "layers": [{"weights": [1]}]}},
        {"network": {"input": ["one"], "layers": [{"weights": [[1]]}]}},
        {"network": NETWORK | {"target": [1], "loss": ["huber"]}},
        {"network": NETWORK | {"target": [1], "loss": "huber", "update": {"learning_rate": -1}}},
        {"network": NETWORK | {"target": [1], "loss": "huber", "update": {"learning_rate": 1, "steps": 0}}},
        {"network": NETWORK, "conventions": {"symbols": "goodfelow"}},
        {"network": NETWORK, "conventions": {"symbols": {"los": "C"}}},
        {"network": NETWORK, "display": {"decimals": 11}},
        {"network": NETWORK, "language": "fr"},
        {"graph": {"inputs": {"x": 1}}},
        {"graph": {"define": {"y": [1]}}},
        {"graph": {"define": {"2y": "1"}}},
        {"graph": {"define": {"y": "1"}}, "functions": {"f": "x"}},
    ],
)
def test_what_is_wrong_is_rejected_by_both(validator, vocabulary, data):
    from bpcli.diagnostics import ProblemError

    assert not validator.is_valid(data)
    with pytest.raises(ProblemError):
        read_problem(json.dumps(data), "p", vocabulary)


def walk(schema):
    if isinstance(schema, dict):
        for value in schema.values():
            yield from walk(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from walk(value)
    yield schema


def test_every_key_is_described_for_editors(validator):
    parts = [part for part in walk(validator.schema) if isinstance(part, dict)]
    assert len(parts) > 200
    for part in parts:
        for name, value in part.get("properties", {}).items():
            assert value.get("description"), name


def test_nothing_stands_beside_a_reference(validator):
    """In draft-07 nothing else would be read there."""
    references = [part for part in walk(validator.schema) if isinstance(part, dict) and "$ref" in part]
    assert references
    assert all(part.keys() == {"$ref"} for part in references)


def kinds(kind, vocabulary):
    """A kind and all that it is made of."""
    yield kind
    if isinstance(kind, FromVocabulary):
        yield from kinds(kind.record(vocabulary), vocabulary)
    for name in ("item", "value", "scalar", "sequence", "mapping"):
        if (part := getattr(kind, name, None)) is not None:
            yield from kinds(part, vocabulary)
    for field in getattr(kind, "fields", ()):
        yield from kinds(field.kind, vocabulary)


def test_every_kind_says_what_it_expects(vocabulary):
    """In words that go on after “expected”."""
    for kind in kinds(PROBLEM, vocabulary):
        assert kind.expected
        assert kind.expected[0].islower() or kind.expected[0] == "`"
        assert not kind.expected.endswith(".")


def test_the_schema_is_plain_json(validator):
    assert json.loads(json.dumps(validator.schema)) == validator.schema
