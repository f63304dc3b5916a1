from datetime import UTC, datetime, timedelta

import pytest

from consultations.domain import triage
from consultations.domain.codes import Priority

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("severities", "expected"),
    [
        pytest.param([], (Priority.ROUTINE, 2), id="no flag"),
        pytest.param(["information", "caution"], (Priority.ROUTINE, 2), id="nothing that hurries"),
        pytest.param(["caution", "urgent"], (Priority.URGENT, 1), id="urgent"),
        pytest.param(["urgent", "emergency", "caution"], (Priority.STAT, 0), id="emergency beats urgent"),
    ],
)
def test_assess_takes_the_most_severe_flag(severities, expected):
    assert triage.assess(severities) == expected


def test_due_at_uses_the_minutes_of_the_service():
    assert triage.due_at(Priority.URGENT, minutes={"urgent": 90}, now=NOW) == NOW + timedelta(minutes=90)


@pytest.mark.parametrize("priority", list(Priority))
def test_due_at_has_a_default_for_every_priority(priority):
    assert triage.due_at(priority, minutes={}, now=NOW) > NOW
