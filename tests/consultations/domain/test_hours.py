"""Quiet hours by the wall clock of every zone, on ordinary nights and on those on which clocks are changed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultations.domain.hours import AHEAD, QuietHours, send_at

NEW_YORK = ZoneInfo("America/New_York")
NIGHT = QuietHours(time(20), time(9), NEW_YORK)
# Clocks go forward on March 8 and back on November 1 at two in the morning.
SPRING, AUTUMN, SUMMER = date(2026, 3, 8), date(2026, 11, 1), date(2026, 6, 1)


def at(day, hour, minute=0, *, fold=0):
    return datetime.combine(day, time(hour, minute, fold=fold), tzinfo=NEW_YORK).astimezone(UTC)


@pytest.mark.parametrize(
    ("hour", "minute", "quiet"), [(8, 59, True), (9, 0, False), (19, 59, False), (20, 0, True), (0, 0, True)]
)
def test_the_night_is_quiet_until_nine(hour, minute, quiet):
    assert NIGHT.cover(at(SUMMER, hour, minute)) is quiet


def test_equal_times_are_no_quiet_hours():
    assert not QuietHours(time(9), time(9), NEW_YORK).cover(at(SUMMER, 9))


@pytest.mark.parametrize("day", [SUMMER, SPRING, AUTUMN], ids=["summer", "forward", "back"])
def test_what_is_due_at_night_goes_at_nine_by_the_clock_on_the_wall(day):
    assert send_at(due_at=at(day, 1), expires_at=None, quiet=NIGHT) == at(day, 9)


def test_what_would_be_too_late_at_nine_goes_the_evening_before():
    evening = at(SUMMER - timedelta(days=1), 20) - AHEAD

    assert send_at(due_at=at(SUMMER, 7), expires_at=at(SUMMER, 8), quiet=NIGHT) == evening


def test_what_may_come_at_any_hour_goes_when_it_is_due():
    assert send_at(due_at=at(SUMMER, 3), expires_at=None, quiet=None) == at(SUMMER, 3)


def test_an_hour_that_is_skipped_ends_when_it_is_skipped():
    quiet = QuietHours(time(22), time(2, 30), NEW_YORK)

    assert quiet.end_after(at(SPRING, 1)) == at(SPRING, 3)


def test_an_hour_that_comes_twice_is_quiet_by_what_the_clock_shows():
    quiet = QuietHours(time(1, 30), time(5), NEW_YORK)

    assert quiet.cover(at(AUTUMN, 1, 45))
    assert quiet.end_after(at(AUTUMN, 1, 45)) == at(AUTUMN, 1, fold=1)


zones = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
times = st.times().map(lambda wall: wall.replace(second=0, microsecond=0))
nights = st.builds(QuietHours, times, times, zones)
instants = st.integers(946_684_800, 2_114_380_800).map(lambda second: datetime.fromtimestamp(second, tz=UTC))


@given(nights, instants)
def test_the_end_is_not_quiet_and_nothing_before_it_is_loud(quiet, instant):
    end = quiet.end_after(instant)

    assert not quiet.cover(end)
    assert quiet.end_after(end) == end
    assert end == instant or all(quiet.cover(instant + (end - instant) * part / 20) for part in range(20))


@given(nights, instants)
def test_the_beginning_is_quiet_and_the_second_before_it_is_not(quiet, instant):
    start = quiet.start_before(instant)

    assert start <= instant
    if quiet.cover(instant):
        assert quiet.cover(start)
        assert not quiet.cover(start - timedelta(seconds=1))
        assert quiet.end_after(start) > instant


@given(nights, instants, st.timedeltas(timedelta(0), timedelta(days=2)))
def test_a_message_never_goes_in_quiet_hours_nor_when_nobody_wants_it(quiet, due_at, lifetime):
    expires_at = due_at + lifetime

    chosen = send_at(due_at=due_at, expires_at=expires_at, quiet=quiet)

    if chosen is None:
        assert quiet.end_after(due_at) >= expires_at
    else:
        assert not quiet.cover(chosen)
        assert chosen == due_at or chosen < expires_at
