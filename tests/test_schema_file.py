"""The JSON Schema that ships is the one that validation is declared by."""

import json
from pathlib import Path

import bpcli
from bpcli.problem.declaration import json_schema
from bpcli.solution.load import vocabulary

SHIPPED = Path(bpcli.__file__).with_name("problem.schema.json")


def test_shipped_schema_is_current():
    """`bpcli schema > bpcli/problem.schema.json` would change nothing."""
    assert json.loads(SHIPPED.read_text(encoding="utf-8")) == json_schema(vocabulary())
