from datetime import UTC, datetime, timedelta

import pytest

from consultations.domain import policy
from consultations.domain.codes import CommunicationKind

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
FOUR_HOURS = policy.ChangePolicy(timedelta(hours=4), max_reschedules=2)


@pytest.mark.parametrize(
    ("ahead", "allowed"),
    [
        pytest.param(timedelta(hours=5), True, id="in time"),
        pytest.param(timedelta(hours=4), True, id="at the last instant"),
        pytest.param(timedelta(hours=4) - timedelta(seconds=1), False, id="a second too late"),
    ],
)
def test_a_change_needs_the_notice(ahead, allowed):
    assert FOUR_HOURS.allows_change(NOW + ahead, now=NOW) is allowed


def test_a_visit_that_has_started_cannot_be_changed_even_without_notice():
    with pytest.raises(policy.TooLateToChange, match="already started"):
        policy.require_cancellable(policy.ChangePolicy(timedelta(0), 2), start_at=NOW, now=NOW)


def test_a_visit_cannot_be_moved_more_often_than_allowed():
    start_at = NOW + timedelta(days=1)
    policy.require_movable(FOUR_HOURS, start_at=start_at, reschedules=1, now=NOW)

    with pytest.raises(policy.MovedTooOften):
        policy.require_movable(FOUR_HOURS, start_at=start_at, reschedules=2, now=NOW)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 minutes"), (1, "1 minute"), (90, "90 minutes"), (60, "1 hour"), (240, "4 hours"), (2880, "2 days")],
)
def test_lengths_are_said_in_whole_units(minutes, words):
    assert policy.in_words(timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(("moves", "words"), [(0, "cannot be moved"), (1, "moved once"), (3, "up to 3 times")])
def test_the_policy_is_said_in_words(moves, words):
    assert words in policy.ChangePolicy(timedelta(hours=4), moves).words


@pytest.mark.parametrize(
    ("ahead", "kinds"),
    [
        pytest.param(
            timedelta(days=2), [CommunicationKind.VISIT_IN_A_DAY, CommunicationKind.VISIT_IN_AN_HOUR], id="both"
        ),
        pytest.param(timedelta(hours=24), [CommunicationKind.VISIT_IN_AN_HOUR], id="a day is not ahead any more"),
        pytest.param(timedelta(minutes=30), [], id="too late for both"),
    ],
)
def test_reminders_that_would_come_late_are_not_planned(ahead, kinds):
    assert [kind for kind, _, _ in policy.reminders(NOW + ahead, now=NOW)] == kinds
