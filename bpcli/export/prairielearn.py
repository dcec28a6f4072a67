"""PrairieLearn: the problem as a question folder, and reports as results of an external grader.

A quantity becomes a `pl-number-input`, or a `pl-matrix-component-input` with a box for every entry. The tolerance is
absolute and the same to both sides; that of a matrix is the largest of its entries'. Text is written so that neither
the browser nor Mustache nor MathJax finds anything in it.
"""

from __future__ import annotations

import json
import math
import re
from html import escape
from typing import Any
from uuid import UUID, uuid5

from bpcli.document.safe import safe
from bpcli.export.quiz import Question, Quiz, inline_html, quiz, tex, text_html
from bpcli.grading.model import Graded, Report
from bpcli.solution.solution import Solution

NAMESPACE = UUID("8f0a5a0e-0f3d-5a5b-9d0e-3c1b8f6f3a52")
"""Questions are told apart by their contents under this name."""

MOST_BYTES = 1_000_000
FORMULA = "${}$"

_NOT_PLAIN = re.compile(r"[^0-9A-Za-z]+")


def solution_to_prairielearn(solution: Solution, *, topic: str = "Backpropagation") -> dict[str, str]:
    """The files of a question folder: `info.json`, `question.html`, `server.py`."""
    asked = quiz(solution, feedback=False)
    names = answer_names(asked)
    html = "\n".join(_html(asked, names)) + "\n"
    server = _server(asked, names)
    uuid = uuid5(NAMESPACE, repr((asked.title, html, server)).encode("utf-8", "surrogatepass").hex())
    info = {
        "uuid": str(uuid),
        "title": asked.title,
        "topic": topic,
        "tags": ["bpcli"],
        "type": "v3",
        "singleVariant": True,
    }
    return {
        "info.json": json.dumps(info, indent=2, ensure_ascii=True, allow_nan=False) + "\n",
        "question.html": html,
        "server.py": server,
    }


def answer_names(asked: Quiz) -> tuple[str, ...]:
    """A name for each quantity that PrairieLearn and Python accept: `dL/dW2` becomes `q12_dL_dW2`."""
    return tuple(
        f"q{number}_{_NOT_PLAIN.sub('_', question.id).strip('_')}".rstrip("_")
        for number, question in enumerate(asked.questions, start=1)
    )


def _html(asked: Quiz, names: tuple[str, ...]) -> list[str]:
    lines = ["<pl-question-panel>"]
    lines += [f"  <p>{inline_html(paragraph, FORMULA)}</p>" for paragraph in asked.statement]
    lines += [f"  <p>{text_html(asked.digits)}</p>", "</pl-question-panel>"]
    weights = _weights(asked)
    for question, name, weight in zip(asked.questions, names, weights, strict=True):
        lines.append(f"<p>{inline_html(question.meaning, FORMULA)}</p>")
        lines.append(_input(question, name, weight))
    return lines


def _weights(asked: Quiz) -> list[int]:
    """Whole weights in the proportion of the points, to a thousandth of the largest."""
    points = [question.asked.points for question in asked.questions]
    if all(float(value).is_integer() for value in points):
        return [int(value) for value in points]
    largest = max(points)
    return [round(1_000 * value / largest) for value in points]


def _input(question: Question, name: str, weight: int) -> str:
    element = "pl-matrix-component-input" if question.asked.shape else "pl-number-input"
    tolerance = max(cell.tolerance + cell.cut for cell in question.cells)
    label = FORMULA.replace("{}", f"{tex(question.symbol)} =")
    attributes = {
        "answers-name": name,
        "label": label.replace('"', "&quot;"),
        "aria-label": escape(safe(question.id)).replace("{", "&#123;"),
        "comparison": "relabs",
        "rtol": "0",
        "atol": f"{tolerance:.6g}",
        "weight": str(weight),
    }
    if question.asked.shape:
        attributes["allow-partial-credit"] = "true"
    written = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    return f"<{element} {written}></{element}>"


def _server(asked: Quiz, names: tuple[str, ...]) -> str:
    """A vector is a matrix of one row."""
    lines = ['"""The right answers, with all their digits."""', "", "import numpy as np", "import prairielearn as pl"]
    lines += ["", "", "def generate(data):", '    answers = data["correct_answers"]']
    for question, name in zip(asked.questions, names, strict=True):
        rows = [[cell.value for cell in row] for row in question.rows]
        value = f"pl.to_json(np.array({rows!r}))" if question.asked.shape else repr(rows[0][0])
        lines.append(f'    answers["{name}"] = {value}')
    return "\n".join(lines) + "\n"


# --- results of an external grader ---


def report_to_prairielearn(report: Report) -> str:
    """The results of one submission, as PrairieLearn's external grader expects them in `results.json`.

    A file that could not be read is not gradable: it costs the student no attempt.
    """
    if report.error is not None:
        place = f"{report.error.place}: " if report.error.place else ""
        told = _shown(f"{place}{report.error.message}")
        return _json({"gradable": False, "score": 0.0, "message": told, "format_errors": [told], "tests": []})
    most = report.max_score
    score = (report.score or 0.0) / most if most > 0 else 0.0
    message = f"First wrong step: {report.first_wrong}." if report.first_wrong else ""
    data = {
        "gradable": True,
        "score": min(1.0, max(0.0, score)) if math.isfinite(score) else 0.0,
        "message": _shown(message),
        "tests": [_test(answer) for answer in report.answers],
    }
    written = _json(data)
    if len(written) >= MOST_BYTES:
        data["tests"] = [{**_test(answer), "output": ""} for answer in report.answers]
        written = _json(data)
    return written if len(written) < MOST_BYTES else _json({**data, "tests": []})


def _test(answer: Graded) -> dict[str, Any]:
    told = [answer.message, *(match.message for match in answer.matches if match.message not in answer.message)]
    return {
        "name": _shown(answer.id or answer.quantity),
        "description": answer.verdict,
        "points": _finite(answer.points),
        "max_points": _finite(answer.max_points),
        "message": _shown(answer.message),
        "output": "\n".join(_shown(line) for line in told if line),
    }


def _shown(text: str) -> str:
    return "\n".join(safe(line) for line in text.split("\n"))


def _finite(value: float) -> float:
    return max(0.0, float(value)) if math.isfinite(value) else 0.0


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=1, ensure_ascii=True, allow_nan=False) + "\n"
