"""The clinic's clock: it stands still while the clinic is closed, and adding and counting are each other's inverse."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.domain.business import BusinessHours, Opening
from providers.domain.hours import Closure
from providers.domain.intervals import Interval

NEW_YORK = ZoneInfo("America/New_York")
WEEKDAYS = tuple(Opening(weekday, 9 * 60, 17 * 60) for weekday in range(1, 6))
OFFICE = BusinessHours(NEW_YORK, WEEKDAYS)
HOUR = timedelta(hours=1)

zones = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
openings = st.lists(
    st.builds(
        lambda weekday, start, length: Opening(weekday, start, start + length),
        st.integers(1, 7),
        st.integers(0, 1439),
        st.integers(180, 1440),
    ),
    min_size=1,
    max_size=6,
).map(tuple)
days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
closures = st.lists(
    st.builds(lambda day, length: Closure(day, day + timedelta(days=length)), days, st.integers(0, 20)), max_size=4
).map(tuple)
calendars = st.builds(BusinessHours, zones, openings, closures)
instants = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
unhurried = settings(deadline=None, max_examples=60)
spans = st.timedeltas(timedelta(days=-2), timedelta(days=2))


def ny(text):
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        pytest.param("2026-06-01T10:00", 2, "2026-06-01T12:00", id="within a day"),
        pytest.param("2026-06-01T16:00", 2, "2026-06-02T10:00", id="over a night"),
        pytest.param("2026-06-05T16:00", 2, "2026-06-08T10:00", id="over a weekend"),
        pytest.param("2026-06-01T03:00", 1, "2026-06-01T10:00", id="sent at night"),
        pytest.param("2026-06-01T09:00", 8, "2026-06-01T17:00", id="to the minute of closing"),
        pytest.param("2026-06-02T10:00", -2, "2026-06-01T16:00", id="backward over a night"),
        pytest.param("2026-03-06T16:00", 9, "2026-03-09T17:00", id="over a weekend with a clock change"),
    ],
)
def test_add_skips_what_is_closed(start, hours, end):
    assert OFFICE.add(ny(start), hours * HOUR) == ny(end)


def test_add_skips_holidays():
    calendar = BusinessHours(NEW_YORK, WEEKDAYS, (Closure(date(2026, 7, 3), date(2026, 7, 3)),))

    assert calendar.add(ny("2026-07-02T16:00"), 2 * HOUR) == ny("2026-07-06T10:00")


def test_a_window_past_midnight_goes_on_the_next_day():
    night = BusinessHours(NEW_YORK, (Opening(5, 22 * 60, 26 * 60),))

    assert night.elapsed(ny("2026-06-05T21:00"), ny("2026-06-06T12:00")) == 4 * HOUR


@given(at=instants, span=spans)
def test_without_hours_the_clock_always_runs(at, span):
    always = BusinessHours(NEW_YORK)

    assert always.add(at, span) == at + span
    assert always.elapsed(at, at + span) == span


def test_a_clinic_that_never_opens_again_counts_time_as_it_passes():
    closed = BusinessHours(NEW_YORK, WEEKDAYS, (Closure(date(2020, 1, 1), date(2040, 1, 1)),))

    assert closed.add(ny("2026-06-01T10:00"), HOUR) == ny("2026-06-01T11:00")
    assert closed.add(ny("2026-06-01T10:00"), -HOUR) == ny("2026-06-01T09:00")


@unhurried
@given(calendar=calendars, at=instants, span=spans)
def test_elapsed_is_the_inverse_of_add_in_every_zone(calendar, at, span):
    assert calendar.elapsed(at, calendar.add(at, span)) == span


@unhurried
@given(calendar=calendars, first=instants, second=instants, third=instants)
def test_what_passes_in_two_parts_passes_in_one(calendar, first, second, third):
    parts = calendar.elapsed(first, second) + calendar.elapsed(second, third)

    assert parts == calendar.elapsed(first, third)


@unhurried
@given(calendar=calendars, at=instants, span=spans, more=st.timedeltas(timedelta(0), timedelta(days=3)))
def test_more_is_never_sooner(calendar, at, span, more):
    assert calendar.add(at, span) <= calendar.add(at, span + more)


@unhurried
@given(calendar=calendars, at=instants)
def test_no_more_passes_than_time_does(calendar, at):
    span = Interval(at, at + timedelta(days=3))

    assert timedelta(0) <= calendar.elapsed(span.start, span.end) <= timedelta(days=3)
