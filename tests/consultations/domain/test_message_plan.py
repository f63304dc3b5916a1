"""What the plan of a message may be, and how it is said."""

import pytest
from django.utils import translation

from consultations.domain.codes import CountedFrom, TimedKind
from consultations.domain.message_plan import counted_from, faults, in_words, usual

HOUR, DAY = 60, 24 * 60
BEFORE, BEGUN, MISSED = TimedKind.VISIT_IN_A_DAY, TimedKind.INTAKE_UNFINISHED, TimedKind.NO_SHOW_FOLLOW_UP


@pytest.mark.parametrize(
    ("kind", "minutes", "words"),
    [
        pytest.param(BEFORE, [DAY, HOUR], "1 hour and 1 day before the visit", id="the fewest first"),
        pytest.param(BEFORE, [], "never", id="none"),
        pytest.param(BEFORE, [26 * HOUR + 5], "1 day 2 hours 5 minutes before the visit", id="in all three"),
        pytest.param(BEGUN, [DAY, 3 * DAY, 7 * DAY], "1 day, 3 days and 7 days after the questions were begun", id="3"),
        pytest.param(MISSED, [2 * DAY], "2 days after a missed visit", id="missed"),
    ],
)
def test_a_plan_is_said_in_words(kind, minutes, words):
    assert in_words(kind, minutes) == words


def test_administrators_read_one_language_only():
    with translation.override("es"):
        assert in_words(BEFORE, [DAY, HOUR, 3 * DAY]) == "1 hour, 1 day and 3 days before the visit"


@pytest.mark.parametrize(
    ("minutes", "wrong"),
    [
        pytest.param([], [], id="never"),
        pytest.param([5, 30 * DAY, 60, 90, 120], [], id="five, at both ends"),
        pytest.param([4], [("minutes[0]", "out-of-range")], id="too soon"),
        pytest.param([60, 30 * DAY + 1], [("minutes[1]", "out-of-range")], id="too far"),
        pytest.param([-60, 0], [("minutes[0]", "out-of-range"), ("minutes[1]", "out-of-range")], id="not a time"),
        pytest.param([60, 90, 60], [("minutes[2]", "twice")], id="one time twice"),
        pytest.param([5, 6, 7, 8, 9, 10], [("minutes", "too-many")], id="six"),
    ],
)
def test_what_is_wrong_with_a_plan_is_told_by_field(minutes, wrong):
    assert [(fault.field, fault.code) for fault in faults(minutes)] == wrong


@pytest.mark.parametrize("kind", TimedKind)
def test_what_is_usual_may_be_set_too(kind):
    assert list(faults(usual(kind))) == []


def test_every_kind_counts_from_something():
    assert {kind: counted_from(kind) for kind in TimedKind} == {
        TimedKind.VISIT_IN_A_DAY: CountedFrom.BEFORE_VISIT,
        TimedKind.VISIT_IN_AN_HOUR: CountedFrom.BEFORE_VISIT,
        TimedKind.INTAKE_UNFINISHED: CountedFrom.AFTER_BEGINNING,
        TimedKind.NO_SHOW_FOLLOW_UP: CountedFrom.AFTER_MISSED,
    }
