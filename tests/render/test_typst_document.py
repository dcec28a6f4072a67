"""Typst documents as text: escaped, complete or a fragment."""

import re

import pytest
from hostile import EVERYTHING

from bpcli.document.document import Document, Paragraph, Title
from bpcli.document.safe import safe
from bpcli.render import render


def test_document_and_fragment(lesson):
    whole, fragment = render(lesson, "typst"), render(lesson, "typst", fragment=True)
    assert whole.startswith('#set document(title: "A 2-2-2 sigmoid network")\n#set page(')
    assert "#set page" not in fragment
    assert whole.count("#bp-step(") == fragment.count("#bp-step(") == 10


@pytest.mark.parametrize("hostile", EVERYTHING)
def test_text_is_escaped_and_comes_back(hostile):
    written = render(Document((Paragraph((hostile,)),)), "typst", fragment=True)
    body = written.rstrip().rsplit("#par[", 1)[1].removesuffix("]")
    plain = re.sub(r"\\(.)", r"\1", body)
    assert plain == safe(re.sub(r"[\n\t]+", " ", hostile))
    assert not set(re.sub(r"\\.", "", body)) & set("#$*_`@<>[]{}\\~=-+/'\"")


def test_title_of_the_document_is_a_string():
    written = render(Document((Title('a" + read("/etc/passwd") + "'),)), "typst")
    assert written.startswith(r'#set document(title: "a\" + read(\"/etc/passwd\") + \"")')
