"""QTI 1.2 for Canvas: a zip with a quiz of one text and a numerical question for every number asked for.

Canvas cuts what is entered off after four decimals, so that a number below 0.0001 becomes 0. A quantity that is asked
for with more decimals is therefore asked for multiplied by a power of ten, and its question says so.

The same problem gives the same bytes: entries have one order and one date, identifiers come from the content.
"""

from __future__ import annotations

import io
import math
import zipfile
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple
from xml.etree import ElementTree as ET

from bpcli.document.document import InlineMath
from bpcli.document.safe import safe
from bpcli.export.quiz import Cell, Question, Quiz, inline_html, quiz, text_html
from bpcli.messages import Messages
from bpcli.solution.solution import Solution

CANVAS_DECIMALS = 4
SPARE = 2
"""Digits of a bound beyond those of a tolerance."""

QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
PACKAGE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
SCHEMA = f"{QTI} http://www.imsglobal.org/xsd/ims_qtiasiv1p2p1.xsd"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)


class Item(NamedTuple):
    """A numerical question as Canvas reads it."""

    title: str
    html: str
    points: float
    exact: float
    low: float
    high: float


def solution_to_qti(solution: Solution) -> bytes:
    """The problem as a QTI 1.2 package for Canvas."""
    asked = quiz(solution, feedback=False)
    fingerprint = f"g{sha256(repr(asked).encode('utf-8', 'surrogatepass')).hexdigest()[:31]}"
    assessment = _xml(_assessment(asked, fingerprint))
    _read_back(assessment, asked)
    name = f"{fingerprint}/{fingerprint}.xml"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for path, text in (("imsmanifest.xml", _xml(_manifest(asked, fingerprint, name))), (name, assessment)):
            entry = zipfile.ZipInfo(path, FIRST_DAY)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            package.writestr(entry, text.encode())
    return stream.getvalue()


def _xml(root: ET.Element) -> str:
    ET.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, name, attributes)
    if text:
        element.text = text
    return element


def _manifest(asked: Quiz, fingerprint: str, path: str) -> ET.Element:
    root = ET.Element("manifest", {"xmlns": PACKAGE, "identifier": f"{fingerprint}_manifest"})
    metadata = _add(root, "metadata")
    _add(metadata, "schema", "IMS Content")
    _add(metadata, "schemaversion", "1.1.3")
    _add(root, "organizations")
    resource = _add(_add(root, "resources"), "resource", identifier=fingerprint, type="imsqti_xmlv1p2", href=path)
    _add(resource, "file", href=path)
    return root


# --- the quiz ---


def _assessment(asked: Quiz, fingerprint: str) -> ET.Element:
    root = ET.Element("questestinterop", {"xmlns": QTI, "xmlns:xsi": INSTANCE, "xsi:schemaLocation": SCHEMA})
    assessment = _add(root, "assessment", ident=fingerprint, title=asked.title)
    section = _add(assessment, "section", ident="root_section")
    statement = "".join(f"<p>{inline_html(paragraph)}</p>" for paragraph in asked.statement)
    _text_item(section, f"{fingerprint}_0", asked.title, f"{statement}<p>{text_html(asked.digits)}</p>")
    messages = Messages(asked.language)
    number = 0
    for question in asked.questions:
        shift = _shift(question)
        for cell in question.cells:
            number += 1
            html = _question_html(question, cell, shift, messages)
            _number_item(section, f"{fingerprint}_{number}", _title(question, cell), html, question.share, cell, shift)
    return root


def _shift(question: Question) -> int:
    """By how many places the numbers of a quantity are moved so that Canvas keeps the digits that matter."""
    return max(0, *(_decimals(cell) - CANVAS_DECIMALS for cell in question.cells))


def _decimals(cell: Cell) -> int:
    """The decimals asked for, but none that the tolerance makes no difference of."""
    return min(-_exponent(cell.text), math.ceil(-math.log10(cell.tolerance)))


def _exponent(text: str) -> int:
    exponent = Decimal(text).as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _title(question: Question, cell: Cell) -> str:
    indices = cell.place[len(question.asked.indices) :]
    return safe(f"{question.id}[{','.join(map(str, indices))}]" if indices else question.id)


def _question_html(question: Question, cell: Cell, shift: int, messages: Messages) -> str:
    name = InlineMath(question.symbol)
    place = ",".join(map(str, cell.place))
    asking = messages.inline("quiz.entry" if place else "quiz.number", place=place, name=name)
    html = f"<p>{inline_html(question.meaning)}</p><p>{inline_html(asking)}</p>"
    if shift:
        html += f"<p><strong>{text_html(messages.text('quiz.scaled', factor=10**shift))}</strong></p>"
    return f"<div>{html}</div>"


def _item(
    section: ET.Element, ident: str, title: str, html: str, kind: str, points: float
) -> tuple[ET.Element, ET.Element]:
    item = _add(section, "item", ident=ident, title=title)
    metadata = _add(_add(item, "itemmetadata"), "qtimetadata")
    for label, entry in (("question_type", kind), ("points_possible", f"{points:.10g}")):
        field = _add(metadata, "qtimetadatafield")
        _add(field, "fieldlabel", label)
        _add(field, "fieldentry", entry)
    presentation = _add(item, "presentation")
    _add(_add(presentation, "material"), "mattext", html, texttype="text/html")
    return item, presentation


def _text_item(section: ET.Element, ident: str, title: str, html: str) -> None:
    _item(section, ident, title, f"<div>{html}</div>", "text_only_question", 0)


def _number_item(section: ET.Element, ident: str, title: str, html: str, points: float, cell: Cell, shift: int) -> None:
    item, presentation = _item(section, ident, title, html, "numerical_question", points)
    response = _add(presentation, "response_str", ident="response1", rcardinality="Single")
    _add(_add(response, "render_fib", fibtype="Decimal"), "response_label", ident="answer1")
    processing = _add(item, "resprocessing")
    _add(_add(processing, "outcomes"), "decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal")
    condition = _add(processing, "respcondition", **{"continue": "No"})
    either = _add(_add(condition, "conditionvar"), "or")
    low, exact, high = _numbers(cell, shift)
    _add(either, "varequal", f"{exact:f}", respident="response1")
    between = _add(either, "and")
    _add(between, "vargte", f"{low:f}", respident="response1")
    _add(between, "varlte", f"{high:f}", respident="response1")
    _add(condition, "setvar", "100", action="Set", varname="SCORE")


def _numbers(cell: Cell, shift: int) -> tuple[Decimal, ...]:
    """The least right number, the value and the greatest right number as decimals, moved by `shift` places."""
    last = Decimal(f"{cell.tolerance:.6g}").adjusted() - SPARE - 3
    numbers = (cell.low, cell.value, cell.high)
    return tuple(Decimal(repr(number)).quantize(Decimal(1).scaleb(last)).scaleb(shift) for number in numbers)


# --- reading it back ---


def items_of(assessment: str) -> tuple[Item, ...]:
    """The numerical questions of an assessment, as Canvas reads them."""
    root = ET.fromstring(assessment)  # noqa: S314  # our own text
    found = []
    for item in root.iter(f"{{{QTI}}}item"):
        entries = {f[0].text: f[1].text or "" for f in item.iter(f"{{{QTI}}}qtimetadatafield")}
        if entries.get("question_type") != "numerical_question":
            continue
        exact, low, high = (float(item.findtext(f".//{{{QTI}}}{n}") or "nan") for n in ("varequal", "vargte", "varlte"))
        html = item.findtext(f".//{{{QTI}}}mattext") or ""
        found.append(Item(item.get("title", ""), html, float(entries["points_possible"]), exact, low, high))
    return tuple(found)


def _read_back(assessment: str, asked: Quiz) -> None:
    """Asserts that what was written says what it should."""
    items = items_of(assessment)
    cells = [(question, cell) for question in asked.questions for cell in question.cells]
    assert len(items) == len(cells), "some question of the quiz cannot be read back"
    for item, (question, cell) in zip(items, cells, strict=True):
        factor = 10.0 ** _shift(question)
        assert item.title == _title(question, cell), "a question has another title when it is read back"
        assert item.low <= item.exact <= item.high, "the bounds of an answer do not hold it"
        assert abs(item.exact / factor - cell.value) <= 0.01 * cell.tolerance, "an answer is another one when read back"
