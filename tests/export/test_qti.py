"""QTI 1.2 packages for Canvas, read back."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from platforms import read, titled

from bpcli.document.safe import safe
from bpcli.export.qti import items_of, solution_to_qti
from bpcli.grading.asked import asked
from bpcli.solution.load import load_problem, parse_problem, solve

IMSCP = "{http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1}"
QTI = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"


def opened(package: bytes) -> tuple[ET.Element, str]:
    """The manifest and the assessment that it names."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.testzip() is None
        manifest = ET.fromstring(archive.read("imsmanifest.xml"))
        resource = manifest.find(f".//{IMSCP}resource")
        assert resource is not None
        assert resource.get("type") == "imsqti_xmlv1p2"
        path = resource.get("href", "")
        assert sorted(archive.namelist()) == sorted(["imsmanifest.xml", path])
        return manifest, archive.read(path).decode()


@pytest.mark.parametrize("name", ["lez5", "mazur", "xor", "adam", "batch-ridge", "mac0460-logistic", "karpathy"])
def test_every_number_asked_for_has_a_question(name: str) -> None:
    solution = solve(load_problem(name))
    _, assessment = opened(solution_to_qti(solution))
    items = items_of(assessment)
    values = [float(v) for item in asked(solution) for v in np.ravel(solution[item.id])]
    assert len(items) == len(values)
    assert sum(item.points for item in items) == pytest.approx(sum(item.points for item in asked(solution)))
    for item, value in zip(items, values, strict=True):
        factor = next((10.0**k for k in range(12, 0, -1) if f"Enter {10**k} times" in item.html), 1.0)
        shown = float(solution.rounding.text(value)) * factor
        # Canvas keeps four decimals of what is entered, and the answer is right all the same.
        assert item.low <= round(shown, 4) <= item.high
        assert item.exact == pytest.approx(value * factor, abs=item.high - item.exact)


def test_small_numbers_are_asked_for_enlarged() -> None:
    text = load_problem("lez5").text.replace("input: [0.5, 0.1]", "input: [0.00001, 0.00002]")
    _, assessment = opened(solution_to_qti(solve(parse_problem(text))))
    small = [item for item in items_of(assessment) if item.title.startswith("dL/dW1")]
    assert all(abs(item.exact) > 0.01 for item in small)
    assert all("times the value" in item.html for item in small)
    large = [item for item in items_of(assessment) if item.title == "y[1]"]
    assert not any("times the value" in item.html for item in large)


def test_the_package_is_the_same_every_time() -> None:
    assert solution_to_qti(solve(load_problem("lez5"))) == solution_to_qti(solve(load_problem("lez5")))
    assert solution_to_qti(solve(load_problem("lez5"))) != solution_to_qti(solve(load_problem("xor")))


def test_identifiers_differ() -> None:
    _, assessment = opened(solution_to_qti(solve(load_problem("lez5"))))
    identifiers = [item.get("ident") for item in ET.fromstring(assessment).iter(f"{QTI}item")]
    assert len(identifiers) == len(set(identifiers))


def test_hostile_text_comes_out_as_it_is(hostile: str) -> None:
    _, assessment = opened(solution_to_qti(titled(hostile)))
    root = ET.fromstring(assessment)
    innocent = ET.fromstring(opened(solution_to_qti(titled("title")))[1])
    assert [element.tag for element in root.iter()] == [element.tag for element in innocent.iter()]
    found = root.find(f"{QTI}assessment")
    assert found is not None
    assert found.get("title") == safe(hostile)
    page = read(root.findtext(f".//{QTI}mattext", ""))
    assert page.text.startswith(safe(hostile))
    assert {name for name, _ in page.elements} <= {"div", "p", "span"}
