"""Placeholders are put in and nothing else happens."""

import pytest

from consultations.domain.codes import CommunicationKind
from consultations.domain.phrases import Phrase, allowed, fill, needed

FILLED = {
    "a value": ("Hello {name},", {"name": "Ada"}, "Hello Ada,"),
    "no name takes its blank along": ("Hello {name},", {"name": ""}, "Hello,"),
    "no name takes its comma along": ("Hola, {name}:", {}, "Hola:"),
    "a value is not looked at again": ("{name} {link}", {"name": "{link}", "link": "L"}, "{link} L"),
    "a value stays on one line": ("Hello {name}", {"name": "A\nBcc: b"}, "Hello A Bcc: b"),
    "program code is text": ("{{ name }} {% now %}", {"name": "Ada"}, "{{ name }} {% now %}"),
    "attributes are text": ("{name.__class__} {0} {name!r}", {"name": "Ada"}, "{name.__class__} {0} {name!r}"),
}


@pytest.mark.parametrize(("text", "values", "filled"), FILLED.values(), ids=FILLED)
def test_fill(text, values, filled):
    assert fill(text, values) == filled


def test_only_messages_about_a_time_know_a_time():
    assert "time" in allowed(CommunicationKind.VISIT_IN_A_DAY)
    assert "time" not in allowed(CommunicationKind.CARE_PLAN_READY)


def test_what_the_shipped_words_need_other_words_need_too():
    assert needed(Phrase("On {weekday}", "{name}, at {time}: {answer_link} {phone}")) == ("answer_link", "time")
