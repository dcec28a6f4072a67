"""How an operation is written in scripts is what it computes."""

from __future__ import annotations

import numpy as np
import pytest
from test_operations import CASES, Case, close, values_for, variables_for

from bpcli.calculus.expr import Apply
from bpcli.export.scripts.code import Coder
from bpcli.export.scripts.pieces import VOCABULARY


@pytest.mark.parametrize("case", [case for case in CASES if case.operation.code], ids=str)
def test_code_has_the_value(case: Case) -> None:
    """Its text, run with numpy and the functions that scripts define, gives the value."""
    names = {variable.name: variable.name for variable in variables_for(case.inputs)}
    coder = Coder(names, {})
    text = coder.code(Apply(case.operation, variables_for(case.inputs)))
    known: dict[str, object] = {"np": np, **values_for(case.inputs)}
    for function in (*VOCABULARY.values(), *coder.functions.values()):
        exec(function, known)
    close(eval(text, known), case.operation.forward(*case.inputs), 1e-13)
