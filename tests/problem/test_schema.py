import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from bpcli.problem.validate import json_schema, read_problem

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
        {"network": NETWORK | {"target": [1], "loss": "squared"}},
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


def test_every_key_is_described_for_editors(validator):
    def walk(schema):
        if isinstance(schema, dict):
            for name, value in schema.get("properties", {}).items():
                assert value.get("description"), name
            for value in schema.values():
                yield from walk(value)
        elif isinstance(schema, list):
            for value in schema:
                yield from walk(value)
        yield schema

    assert sum(1 for _ in walk(validator.schema)) > 300


def test_the_schema_is_plain_json(validator):
    assert json.loads(json.dumps(validator.schema)) == validator.schema
