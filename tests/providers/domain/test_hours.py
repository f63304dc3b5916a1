"""Weekly hours with dated exceptions."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from providers.domain.codes import ExceptionKind
from providers.domain.hours import Change, Weekly, closed, opened
from providers.domain.intervals import Interval, subtract

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = date(2026, 3, 2)


def weekly(**given):
    plain = {"zone": NEW_YORK, "weekday": 1, "start_minute": 540, "end_minute": 720, "valid_from": date(2026, 1, 1)}
    return Weekly(**{**plain, **given})


def change(kind, day, last=None, **given):
    return Change(**{"kind": kind, "zone": NEW_YORK, "start_date": day, "end_date": last or day, **given})


def span(day, days=1):
    start = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
    return Interval(start, start + timedelta(days=days))


def local(intervals):
    return [f"{start.astimezone(NEW_YORK):%m-%d %H:%M}-{end.astimezone(NEW_YORK):%H:%M}" for start, end in intervals]


def test_weekly_hours_open_on_their_weekday_in_their_period():
    rule = weekly(valid_from=date(2026, 3, 9), valid_until=date(2026, 3, 16))

    found = opened(weekly=[rule], changes=[], span=span(date(2026, 2, 23), days=35))

    assert local(found) == ["03-09 09:00-12:00", "03-16 09:00-12:00"]


def test_a_rule_that_ends_on_the_date_of_a_clock_change_holds_that_date():
    sunday = weekly(weekday=7, valid_until=date(2026, 3, 8), start_minute=60, end_minute=300)

    found = opened(weekly=[sunday], changes=[], span=span(date(2026, 3, 8), days=14))

    assert [one.end - one.start for one in found] == [timedelta(hours=3)]


def test_an_overnight_window_reaches_into_the_span_of_the_next_day():
    rule = weekly(start_minute=1320, end_minute=1800)

    found = opened(weekly=[rule], changes=[], span=span(MONDAY + timedelta(days=1)))

    assert local(found) == ["03-02 22:00-06:00"]


def test_time_off_on_the_second_date_takes_the_tail_of_an_overnight_window_only():
    rule = weekly(start_minute=1320, end_minute=1800)
    off = change(ExceptionKind.OFF, MONDAY + timedelta(days=1))
    asked = span(MONDAY, days=2)

    free = subtract(opened(weekly=[rule], changes=[off], span=asked), closed(changes=[off], span=asked))

    assert local(free) == ["03-02 22:00-00:00"]


def test_changed_hours_on_the_second_date_leave_the_overnight_window_of_the_first():
    rule = weekly(start_minute=1320, end_minute=1800)
    changed = change(ExceptionKind.CHANGED, MONDAY + timedelta(days=1), start_minute=600, end_minute=660)

    found = opened(weekly=[rule], changes=[changed], span=span(MONDAY, days=2))

    assert local(found) == ["03-02 22:00-06:00", "03-03 10:00-11:00"]


def test_changed_hours_replace_those_of_their_dates():
    changed = change(ExceptionKind.CHANGED, MONDAY, start_minute=600, end_minute=660)

    found = opened(weekly=[weekly()], changes=[changed], span=span(MONDAY, days=8))

    assert local(found) == ["03-02 10:00-11:00", "03-09 09:00-12:00"]


def test_extra_hours_are_added_on_each_of_their_dates():
    extra = change(ExceptionKind.EXTRA, MONDAY, MONDAY + timedelta(days=1), start_minute=780, end_minute=840)

    found = opened(weekly=[weekly()], changes=[extra], span=span(MONDAY, days=3))

    assert local(found) == ["03-02 09:00-12:00", "03-02 13:00-14:00", "03-03 13:00-14:00"]


def test_a_whole_day_off_on_the_date_of_a_clock_change_is_23_hours():
    off = change(ExceptionKind.OFF, date(2026, 3, 8))

    found = closed(changes=[off], span=span(date(2026, 3, 8), days=2))

    assert found == (Interval(datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 3, 9, 4, tzinfo=UTC)),)


def test_a_clinician_in_two_zones_has_one_calendar():
    phoenix = weekly(zone=ZoneInfo("America/Phoenix"))

    found = opened(weekly=[weekly(), phoenix], changes=[], span=span(MONDAY))

    assert local(found) == ["03-02 09:00-12:00", "03-02 11:00-14:00"]


def test_neighbouring_counties_read_the_same_rule_in_their_own_zone():
    indiana = weekly(zone=ZoneInfo("America/Indiana/Indianapolis"))
    chicago = weekly(zone=ZoneInfo("America/Chicago"))

    found = opened(weekly=[indiana, chicago], changes=[], span=span(MONDAY))

    assert [one.start.hour for one in found] == [14, 15]
