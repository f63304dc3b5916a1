"""Answers in words."""

import pytest

from consultations.domain import shown

FEET = {
    "linkId": "height",
    "extension": [{"url": shown.UNIT, "valueCoding": {"code": "[ft_i]", "display": "ft"}}],
}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        (True, "Yes"),
        (5.5, "5.5"),
        ([{"code": "a", "display": "Apple"}, {"code": "b"}], "Apple, b"),
        ({"value": 148, "unit": "lb"}, "148 lb"),
        ({"value": 66, "unit": "in", "code": "[in_i]"}, "5 ft 6 in (168 cm)"),
        ({"value": 66.5, "unit": "in", "code": "[in_i]"}, "5 ft 6.5 in (169 cm)"),
        ({"value": 72, "unit": "in", "code": "[in_i]"}, "6 ft 0 in (183 cm)"),
        ({"value": 168, "unit": "cm", "code": "cm"}, "168 cm (5 ft 6 in)"),
    ],
)
def test_words(value, words):
    assert shown.words(value) == words


@pytest.mark.parametrize(("item", "unit"), [(FEET, "ft"), ({"linkId": "height"}, "")])
def test_unit_of(item, unit):
    assert shown.unit_of(item) == unit


def test_nothing_has_no_unit():
    assert (shown.with_unit("", "ft"), shown.with_unit("5", "ft"), shown.with_unit("5", "")) == ("", "5 ft", "5")
