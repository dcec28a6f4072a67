"""The `update:` and `training:` blocks of a network: an optimizer and its parameters."""

from __future__ import annotations

from types import MappingProxyType

from bpcli.problem.model import Numbers, Training, Update
from bpcli.problem.report import Report
from bpcli.problem.schema import Fields, Reader
from bpcli.problem.yaml import ScalarNode

PARAMETERS = ("momentum", "beta", "beta1", "beta2", "epsilon", "weight_decay")


def read_update(fields: Fields, reader: Reader) -> Update | None:
    value: Fields | None = fields.get("update")
    if value is None:
        return None
    report = reader.report
    optimizer: str | None = value.get("optimizer", None if "optimizer" in value.keys else "gradient_descent")
    if optimizer is None:
        return None
    allowed = reader.vocabulary.optimizers.get(optimizer, ())
    takes_nesterov = "momentum" in allowed
    for key in value.keys:
        if (key in PARAMETERS and key not in allowed) or (key == "nesterov" and not takes_nesterov):
            names = ", ".join(f"`{name}`" for name in (*allowed, *(("nesterov",) if takes_nesterov else ())))
            advice = f"its parameters: {names}" if names else "it has only a learning rate"
            message = f"`{key}` is not a parameter of `{optimizer}`"
            report.add("unknown-parameter", message, value.keys[key].span, help=advice)
    if {"momentum", "beta"} <= value.keys.keys() and takes_nesterov:
        message = "`momentum` and `beta` are the same parameter"
        report.add("conflict", message, value.keys["beta"].span, help="keep one of them")
    form = _read_form(value, optimizer, reader)
    learning_rate: Numbers | None = value.get("learning_rate")
    if learning_rate is None:
        return None
    parameters = {name: value.get(name) for name in PARAMETERS if value.get(name) is not None}
    return Update(
        optimizer,
        learning_rate,
        value.get("steps", 1),
        value.span,
        MappingProxyType(parameters),
        value.get("nesterov", False),
        form,
    )


def _plain_form(text: str) -> str:
    """A form without what people write differently: spaces, product signs, Greek letters."""
    for written, plain in (("β", "beta"), ("η", "eta"), ("−", "-"), ("·", ""), ("*", ""), ("_", "")):
        text = text.replace(written, plain)
    return "".join(text.split())


def _read_form(value: Fields, optimizer: str, reader: Reader) -> str | None:
    node: ScalarNode | None = value.get("form")
    if node is None:
        return None
    forms = reader.vocabulary.optimizer_forms.get(optimizer, ())
    plain = _plain_form(node.text)
    for form in forms:
        if _plain_form(form) == plain:
            return form
    known = " · ".join(f"`{form}`" for form in forms)
    advice = f"known: {known}" if forms else f"`{optimizer}` is written in one way only: remove `form:`"
    message = f"`{node.text[:60]}` is not a form of `{optimizer}`"
    reader.report.add("unknown-choice", message, node.span, help=advice)
    return None


def read_training(fields: Fields, instances: int | None, report: Report) -> Training | None:
    """The training of so many instances (None where they could not be read)."""
    value: Fields | None = fields.get("training")
    if value is None:
        return None
    batch_size: int | None = value.get("batch_size")
    if batch_size is not None and instances is not None and batch_size > instances:
        message = (
            f"a batch of {batch_size}, but there {'is 1 instance' if instances == 1 else f'are {instances} instances'}"
        )
        report.add("out-of-range", message, value.place("batch_size"))
    stop: Fields | None = value.get("stop")
    objective = stop.get("objective_below") if stop else None
    gradient = stop.get("gradient_below") if stop else None
    return Training(
        value.span,
        value.get("epochs", 1),
        batch_size,
        value.get("shuffle", False),
        value.get("seed", 0),
        value.get("learning_rate"),
        objective.values if objective else None,
        gradient.values if gradient else None,
    )
