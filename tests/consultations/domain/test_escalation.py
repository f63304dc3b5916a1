"""Gaps are what no period covers."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultations.domain.escalation import DEFAULT_CHAIN, checked, frozen, gaps
from intake.domain.codes import Severity

START = datetime(2026, 6, 1, tzinfo=UTC)
HOURS = 48
END = START + timedelta(hours=HOURS)
spans = st.tuples(st.integers(-5, HOURS + 5), st.integers(1, 20)).map(
    lambda pair: (START + timedelta(hours=pair[0]), START + timedelta(hours=pair[0] + pair[1]))
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(spans, max_size=8))
def test_every_instant_is_either_covered_or_in_one_gap(periods):
    found = gaps(periods, start_at=START, end_at=END)

    for hour in range(HOURS):
        instant = START + timedelta(hours=hour, minutes=30)
        covered = any(begin <= instant < end for begin, end in periods)
        assert sum(gap.start_at <= instant < gap.end_at for gap in found) == (not covered)
    assert all(START <= gap.start_at < gap.end_at <= END for gap in found)
    assert found == sorted(found)


def test_without_anybody_all_of_it_is_a_gap():
    assert gaps([], start_at=START, end_at=END) == [(START, END)]


def test_the_chain_of_a_clinic_that_has_set_none_can_be_relied_on():
    assert checked(DEFAULT_CHAIN) == DEFAULT_CHAIN
    assert frozen((), severity=Severity.URGENT)[0] == {"kind": "on-call", "minutes": 60}
