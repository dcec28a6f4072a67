"""The `update:` and `training:` blocks of a network: an optimizer and its parameters."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from bpcli.problem.model import Numbers, Schedule, Training, Update
from bpcli.problem.report import Report, point, shortened
from bpcli.problem.schema import Fields, Reader
from bpcli.problem.yaml import ScalarNode

PARAMETERS = ("momentum", "beta", "beta1", "beta2", "epsilon", "weight_decay")
DECAYING = frozenset({"step", "exponential", "inverse_time"})
MOST_DONE = 10**9


def read_update(fields: Fields, reader: Reader) -> Update | None:
    value: Fields | None = fields.get("update")
    if value is None:
        return None
    report = reader.report
    optimizer: str | None = value.get("optimizer", None if "optimizer" in value.keys else "gradient_descent")
    if optimizer is None:
        return None
    allowed = reader.vocabulary.optimizers.get(optimizer, ())
    takes_nesterov = optimizer == "momentum"
    for key in value.keys:
        if (key in PARAMETERS and key not in allowed) or (key == "nesterov" and not takes_nesterov):
            names = ", ".join(f"`{name}`" for name in (*allowed, *(("nesterov",) if takes_nesterov else ())))
            advice = f"its parameters: {names}" if names else "it has only a learning rate"
            message = f"`{key}` is not a parameter of `{optimizer}`"
            report.add("unknown-parameter", message, value.keys[key].span, help=advice)
    if {"momentum", "beta"} <= value.keys.keys() and "momentum" in allowed:
        message = "`momentum` and `beta` are the same parameter"
        report.add("conflict", message, value.keys["beta"].span, help="keep one of them")
    form = _read_form(value, optimizer, reader)
    rate: Numbers | Schedule | None = _read_rate(value, report)
    if rate is None:
        return None
    parameters = {name: value.get(name) for name in PARAMETERS if value.get(name) is not None}
    gradients = _read_gradients(value)
    clip: Fields | None = value.get("clip")
    moments, done = _read_state(value, report)
    return Update(
        optimizer,
        rate,
        _steps(value, rate, gradients, report),
        value.span,
        MappingProxyType(parameters),
        value.get("nesterov", False),
        form,
        value.get("each", "batch") == "instance",
        clip.get("norm") if clip else None,
        clip.get("value") if clip else None,
        MappingProxyType(moments),
        done,
        gradients,
        value.get("direction", "descent") == "ascent",
    )


def _read_rate(value: Fields, report: Report) -> Numbers | Schedule | None:
    """One rate, one for each update, or a schedule with what it needs."""
    rate: Any = value.get("learning_rate")
    if isinstance(rate, tuple) and not isinstance(rate, Numbers | Fields):
        if any(item is None for item in rate):
            return None
        texts = tuple(item.texts for item in rate)
        return Numbers(tuple(item.values for item in rate), texts, (len(rate),), value.place("learning_rate"))
    if not isinstance(rate, Fields):
        return rate  # type: ignore[no-any-return]
    name, start = rate.get("schedule"), rate.get("start")
    if name is None or start is None:
        return None
    for key, schedules in (("decay", DECAYING), ("steps", {"cosine"})):
        if (key in rate.keys) != (name in schedules):
            there = key in rate.keys
            message = f"`{key}` is not a parameter of `{name}`" if there else f"`{key}` is missing in `{name}`"
            place = rate.keys[key].span if there else point(rate.span.line, rate.span.column)
            report.add("unknown-parameter" if there else "missing-key", message, place)
            return None
    return Schedule(name, start, rate.span, rate.get("decay"), rate.get("every", 1), rate.get("steps"))


def _steps(
    value: Fields, rate: Numbers | Schedule, gradients: tuple[MappingProxyType[str, Numbers], ...], report: Report
) -> int:
    """How many updates: as many as there are rates or gradients, where those are lists."""
    counts = {
        "learning_rate": rate.shape[0] if isinstance(rate, Numbers) and rate.shape else 0,
        "gradients": len(gradients),
    }
    steps: int | None = value.get("steps")
    for key, count in counts.items():
        if count and steps is not None and count != steps and not (key == "gradients" and count == 1 and steps == 1):
            message = (
                f"{count} {'rates' if key == 'learning_rate' else 'gradients'} for {steps} update{'s' * (steps != 1)}"
            )
            report.add("shape", message, value.place(key), help="give one for each update")
        elif count:
            steps = count
    return steps or 1


def _read_state(value: Fields, report: Report) -> tuple[dict[str, Numbers], int]:
    """The moments that are there already, by their names, and how many updates came before."""
    moments: dict[str, Numbers] = {}
    done = 0
    for key, numbers in value.get("state", ()):
        if numbers is None:
            continue
        if key.text == "step":
            if numbers.shape or not float(numbers.values).is_integer() or not 0 <= numbers.values <= MOST_DONE:
                report.add("out-of-range", "`step` counts the updates that came before", numbers.span)
            else:
                done = int(numbers.values)
        elif key.text[:2] not in ("v_", "m_", "s_"):
            advice = "`v_`, `m_` or `s_` and the name of a parameter, or `step`: `v_W1`"
            report.add("unknown-key", f"`{shortened(key.text)}` is not a part of a state", key.span, help=advice)
        else:
            moments[key.text] = numbers
    return moments, done


def _read_gradients(value: Fields) -> tuple[MappingProxyType[str, Numbers], ...]:
    """The gradients that are given: one mapping for each update."""
    given: Any = value.get("gradients", ())
    if given and isinstance(given[0], tuple) and len(given[0]) == 2 and isinstance(given[0][0], ScalarNode):
        given = (given,)
    return tuple(
        MappingProxyType({key.text: numbers for key, numbers in pairs or () if numbers is not None}) for pairs in given
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
