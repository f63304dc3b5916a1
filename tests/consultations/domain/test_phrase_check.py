"""What is refused in the words of a message, and what is not."""

import pytest

from consultations.domain.codes import Channel, CommunicationKind
from consultations.domain.phrase_check import Rules, check
from consultations.domain.phrases import Phrase

ENGLISH = Phrase("Your visit at {time}", "Hello {name},\n\nit is on {day} at {time}. See it:\n{link}")
SPANISH = Phrase("Su consulta a las {time}", "Hola, {name}:\n\nes el {day} a las {time}. Véala:\n{link}")
VALUES = {"name": "Maximiliana", "time": "10:30 PM EDT", "day": "Wednesday, September 25", "link": "https://a.example/" + "x" * 40}  # fmt: skip


def rules(channel=Channel.EMAIL, kind=CommunicationKind.BOOKING_CONFIRMED, **columns):
    both = {"en": VALUES, "es": VALUES}
    return Rules(
        kind, channel, {"en": ENGLISH, "es": SPANISH}, {"en": "C: {words} STOP", "es": "C: {words} STOP"}, both, **columns
    )  # fmt: skip


def codes(*, subject=ENGLISH.subject, body=ENGLISH.body, spanish=SPANISH, **columns):
    found = check({"en": Phrase(subject, body), **({"es": spanish} if spanish else {})}, rules(**columns))
    return [(error.field, error.code) for error in found]


def test_the_shipped_words_are_good():
    assert codes() == []


BAD = {
    "health in a placeholder": ({"body": ENGLISH.body + " {diagnosis}"}, ("body_en", "personal")),
    "a surname": ({"body": ENGLISH.body + " {family_name}"}, ("body_en", "personal")),
    "answers": ({"subject": "{answers}"}, ("subject_en", "personal")),
    "a typing error": ({"body": ENGLISH.body + " {linc}"}, ("body_en", "unknown-placeholder")),
    "a time that this kind has not": ({"kind": CommunicationKind.CARE_PLAN_READY}, ("body_en", "unknown-placeholder")),
    "a lookup in Python": ({"body": ENGLISH.body + " {name.__class__}"}, ("body_en", "personal")),
    "program code": ({"body": ENGLISH.body + "{% load x %}"}, ("body_en", "code")),
    "a variable of Django": ({"subject": "{{ settings.SECRET_KEY }}"}, ("subject_en", "code")),
    "a brace alone": ({"body": ENGLISH.body + " {link"}, ("body_en", "stray-brace")),
    "HTML": ({"body": ENGLISH.body + "<b>now</b>"}, ("body_en", "html")),
    "an image": ({"body": ENGLISH.body + '<img src="https://t.example/1">'}, ("body_en", "html")),
    "an entity": ({"body": ENGLISH.body + "&nbsp;"}, ("body_en", "html")),
    "no link": ({"body": "Hello {name}, at {time}."}, ("body_en", "placeholder-missing")),
    "no time": ({"subject": "Visit", "body": "See {link}"}, ("body_en", "placeholder-missing")),
    "no subject": ({"subject": "  "}, ("subject_en", "missing")),
    "no words": ({"body": " \n"}, ("body_en", "missing")),
    "two lines of subject": ({"subject": "At {time}\nBcc: x@y.example"}, ("subject_en", "two-lines")),
    "a long subject": ({"subject": "{time} " + "x" * 70}, ("subject_en", "too-long")),
    "long words": ({"body": ENGLISH.body + "x" * 4000}, ("body_en", "too-long")),
    "no translation": ({"spanish": None}, ("body_es", "missing")),
    "an untranslated copy": ({"spanish": ENGLISH}, ("body_es", "not-translated")),
    "an illness": ({"subject": "Your anxiety visit at {time}"}, ("subject_en", "health")),
    "an illness in Spanish": ({"spanish": Phrase("Su ansiedad", SPANISH.body)}, ("subject_es", "health")),
    "the name of the line": ({"body": ENGLISH.body + " Calm Minds", "private": ("calm minds",)}, ("body_en", "health")),
    "a bell": ({"body": ENGLISH.body + "\a"}, ("body_en", "control-character")),
    "four parts of a text": ({"channel": Channel.SMS, "body": ENGLISH.body + "x" * 450}, ("body_en", "too-long")),
    "one letter too dear": ({"channel": Channel.SMS, "body": ENGLISH.body + "í" + "x" * 120}, ("body_en", "too-long")),
}


@pytest.mark.parametrize(("changed", "expected"), BAD.values(), ids=BAD)
def test_refused(changed, expected):
    assert expected in codes(**changed)


def test_a_text_message_has_no_subject():
    assert codes(channel=Channel.SMS, subject="", spanish=Phrase("", SPANISH.body)) == []


@pytest.mark.parametrize("word", ["therapist on site", "distressing traffic", "Calma"])
def test_words_that_only_look_like_illness_are_fine(word):
    assert codes(body=f"{ENGLISH.body} {word}") == []
