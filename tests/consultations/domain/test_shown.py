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
    ],
)
def test_words(value, words):
    assert shown.words(value) == words


@pytest.mark.parametrize(("item", "unit"), [(FEET, "ft"), ({"linkId": "height"}, "")])
def test_unit_of(item, unit):
    assert shown.unit_of(item) == unit


def test_nothing_has_no_unit():
    assert (shown.with_unit("", "ft"), shown.with_unit("5", "ft"), shown.with_unit("5", "")) == ("", "5 ft", "5")
