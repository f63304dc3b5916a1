"""Wall-clock windows become instants by one rule, on every kind of odd day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.domain.intervals import Interval, union
from providers.domain.windows import expand, whole_day

# zone, local date, window, UTC intervals, real hours, why
TABLE = """
America/New_York | 2026-03-07 | 09:00-17:00 | 03-07T14:00 03-07T22:00 | 8 | day before spring forward
America/New_York | 2026-03-08 | 09:00-17:00 | 03-08T13:00 03-08T21:00 | 8 | spring-forward day, ordinary hours
America/New_York | 2026-03-08 | 13:00-18:00 | 03-08T17:00 03-08T22:00 | 5 | spring-forward day, afternoon
America/New_York | 2026-03-08 | 01:30-04:00 | 03-08T06:30 03-08T08:00 | 1.5 | spans the gap
America/New_York | 2026-03-08 | 02:00-03:00 | | 0 | wholly inside the gap
America/New_York | 2026-03-08 | 02:30-04:00 | 03-08T07:00 03-08T08:00 | 1 | starts inside the gap
America/New_York | 2026-03-08 | 00:00-24:00 | 03-08T05:00 03-09T04:00 | 23 | 23-hour day
America/New_York | 2026-11-01 | 09:00-17:00 | 11-01T14:00 11-01T22:00 | 8 | fall-back day, ordinary hours
America/New_York | 2026-11-01 | 01:00-02:00 | 11-01T05:00 11-01T07:00 | 2 | repeated hour, both passes
America/New_York | 2026-11-01 | 00:30-01:30 | 11-01T04:30 11-01T05:30 11-01T06:00 11-01T06:30 | 1.5 | ends inside the fold
America/New_York | 2026-11-01 | 00:00-24:00 | 11-01T04:00 11-02T05:00 | 25 | 25-hour day
America/Chicago | 2026-03-07 | 22:00-30:00 | 03-08T04:00 03-08T11:00 | 7 | overnight into spring forward
America/Chicago | 2026-10-31 | 22:00-30:00 | 11-01T03:00 11-01T12:00 | 9 | overnight into fall back
America/Phoenix | 2026-03-08 | 09:00-17:00 | 03-08T16:00 03-09T00:00 | 8 | no DST in Arizona
America/Denver | 2026-03-09 | 09:00-17:00 | 03-09T15:00 03-09T23:00 | 8 | neighbour with DST, day after
Pacific/Honolulu | 2026-03-09 | 09:00-17:00 | 03-09T19:00 03-10T03:00 | 8 | no DST in Hawaii
America/Puerto_Rico | 2026-03-09 | 09:00-17:00 | 03-09T13:00 03-09T21:00 | 8 | territory, AST all year
America/Adak | 2026-03-08 | 01:00-04:00 | 03-08T11:00 03-08T13:00 | 2 | westernmost US zone with DST
America/St_Johns | 2026-03-08 | 01:00-04:00 | 03-08T04:30 03-08T06:30 | 2 | half-hour offset
America/Vancouver | 2026-11-10 | 10:00-11:00 | 11-10T17:00 11-10T18:00 | 1 | law change of 2026
Australia/Lord_Howe | 2026-10-04 | 01:00-04:00 | 10-03T14:30 10-03T17:00 | 2.5 | 30-minute gap
Australia/Lord_Howe | 2026-04-05 | 01:00-04:00 | 04-04T14:00 04-04T17:30 | 3.5 | 30-minute fold
Australia/Lord_Howe | 2026-04-05 | 01:00-01:45 | 04-04T14:00 04-04T14:45 04-04T15:00 04-04T15:15 | 1 | ends inside 30-minute fold
Pacific/Apia | 2011-12-29 | 09:00-17:00 | 12-29T19:00 12-30T03:00 | 8 | day before the skipped day
Pacific/Apia | 2011-12-30 | 09:00-17:00 | | 0 | date that never happened
Pacific/Apia | 2011-12-31 | 09:00-17:00 | 12-30T19:00 12-31T03:00 | 8 | day after the skipped day
Africa/Casablanca | 2026-02-14 | 09:00-17:00 | 02-14T08:00 02-14T16:00 | 8 | before Ramadan
Africa/Casablanca | 2026-02-16 | 09:00-17:00 | 02-16T09:00 02-16T17:00 | 8 | during Ramadan
Africa/Casablanca | 2026-03-23 | 09:00-17:00 | 03-23T08:00 03-23T16:00 | 8 | after Ramadan
Asia/Kathmandu | 2026-03-09 | 09:00-17:00 | 03-09T03:15 03-09T11:15 | 8 | quarter-hour offset
Asia/Kolkata | 2026-03-09 | 09:00-17:00 | 03-09T03:30 03-09T11:30 | 8 | half-hour offset without DST
Pacific/Chatham | 2026-04-05 | 02:00-04:00 | 04-04T12:15 04-04T15:15 | 3 | quarter-hour fold
America/Santiago | 2026-09-06 | 00:00-24:00 | 09-06T04:00 09-07T03:00 | 23 | midnight does not exist
America/Santiago | 2026-04-05 | 00:00-24:00 | 04-05T04:00 04-06T04:00 | 24 | after the midnight fold
America/Santiago | 2026-04-04 | 00:00-24:00 | 04-04T03:00 04-05T04:00 | 25 | 25-hour Saturday
Asia/Beirut | 2026-03-29 | 00:00-24:00 | 03-28T22:00 03-29T21:00 | 23 | gap at midnight
America/Havana | 2026-11-01 | 00:00-24:00 | 11-01T04:00 11-02T04:00 | 24 | fold at one
Antarctica/Troll | 2026-03-29 | 00:00-04:00 | 03-29T00:00 03-29T02:00 | 2 | two-hour gap
Europe/Dublin | 2026-10-25 | 00:00-03:00 | 10-24T23:00 10-25T03:00 | 4 | negative DST
Europe/London | 2026-03-29 | 09:00-17:00 | 03-29T08:00 03-29T16:00 | 8 | European rule
America/Mexico_City | 2023-04-02 | 09:00-17:00 | 04-02T15:00 04-02T23:00 | 8 | DST abolished in 2022
America/Tijuana | 2023-04-02 | 09:00-17:00 | 04-02T16:00 04-03T00:00 | 8 | border zone keeps DST
Asia/Almaty | 2024-03-01 | 00:00-24:00 | 02-29T19:00 03-01T19:00 | 24 | permanent change at midnight
America/Asuncion | 2025-03-23 | 00:00-24:00 | 03-23T03:00 03-24T03:00 | 24 | stayed on summer time
America/New_York | 2026-03-06 | 13:00-18:00 | 03-06T18:00 03-06T23:00 | 5 | afternoon two days before (m)
America/New_York | 2026-03-07 | 13:00-18:00 | 03-07T18:00 03-07T23:00 | 5 | afternoon the day before (m)
America/New_York | 2026-03-09 | 13:00-18:00 | 03-09T17:00 03-09T22:00 | 5 | afternoon the day after (m)
America/New_York | 2026-03-10 | 13:00-18:00 | 03-10T17:00 03-10T22:00 | 5 | afternoon two days after (m)
Pacific/Guam | 2026-03-09 | 09:00-17:00 | 03-08T23:00 03-09T07:00 | 8 | licence jurisdiction east of the date line (i)
Pacific/Pago_Pago | 2026-03-09 | 09:00-17:00 | 03-09T20:00 03-10T04:00 | 8 | American Samoa (i)
America/New_York | 2027-12-31 | 22:00-30:00 | 2028-01-01T03:00 2028-01-01T11:00 | 8 | over the new year (j)
America/New_York | 2028-02-29 | 09:00-17:00 | 02-29T14:00 02-29T22:00 | 8 | leap day (j)
"""


def _minutes(text):
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _rows():
    for line in TABLE.strip().splitlines():
        zone, day, window, expected, hours, why = (part.strip() for part in line.split("|"))
        year = day[:4]
        stamps = [text if text.count("-") == 2 else f"{year}-{text}" for text in expected.split()]
        instants = [datetime.fromisoformat(stamp).replace(tzinfo=UTC) for stamp in stamps]
        start, end = window.split("-")
        yield pytest.param(
            ZoneInfo(zone),
            date.fromisoformat(day),
            _minutes(start),
            _minutes(end),
            tuple(Interval(*pair) for pair in zip(instants[::2], instants[1::2], strict=True)),
            float(hours),
            id=f"{zone} {day} {window} {why}",
        )


@pytest.mark.parametrize(("zone", "day", "start", "end", "expected", "hours"), list(_rows()))
def test_expand_gives_the_instants_of_the_table(zone, day, start, end, expected, hours):
    found = expand(zone=zone, day=day, start_minute=start, end_minute=end)

    assert found == expected
    assert sum((one.end - one.start for one in found), timedelta()) == timedelta(hours=hours)


@pytest.mark.parametrize(("end", "same"), [(360, 1800), (1320, 2760)], ids=["ends earlier", "ends at its start"])
def test_expand_reads_an_end_not_after_the_start_as_the_next_day(end, same):
    zone, day = ZoneInfo("America/Chicago"), date(2026, 3, 7)

    found = expand(zone=zone, day=day, start_minute=1320, end_minute=end)

    assert found == expand(zone=zone, day=day, start_minute=1320, end_minute=same)


def test_expand_keeps_the_two_passes_of_a_repeated_time_apart():
    first, second = datetime(2026, 11, 1, 5, 45, tzinfo=UTC), datetime(2026, 11, 1, 6, 45, tzinfo=UTC)
    zone = ZoneInfo("America/New_York")

    found = expand(zone=zone, day=date(2026, 11, 1), start_minute=105, end_minute=106)

    assert [one.start for one in found] == [first, second]
    assert {at.astimezone(zone).strftime("%H:%M") for at in (first, second)} == {"01:45"}


def _oracle(zone, day, start_minute, end_minute):
    """Ask every minute of four days what the wall clock says."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001  a wall-clock reading
    first, last = midnight + timedelta(minutes=start_minute), midnight + timedelta(minutes=end_minute)
    minute, at = timedelta(minutes=1), datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)
    inside = []
    for _ in range(5 * 1440):
        if first <= at.astimezone(zone).replace(tzinfo=None) < last:
            inside.append(Interval(at, at + minute))
        at += minute
    return union(inside)


ODD_DAYS = [
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/Santiago", date(2026, 9, 6)),
    ("America/Santiago", date(2026, 4, 4)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Antarctica/Troll", date(2026, 3, 29)),
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("Pacific/Chatham", date(2026, 9, 27)),
    ("Asia/Kathmandu", date(2026, 5, 1)),
]


@settings(deadline=None, max_examples=60)
@given(
    place=st.sampled_from(ODD_DAYS),
    shift=st.integers(-2, 2),
    start=st.integers(0, 1439),
    length=st.integers(1, 1440),
)
def test_expand_equals_asking_every_minute(place, shift, start, length):
    name, day = place
    zone, day = ZoneInfo(name), day + timedelta(days=shift)

    found = expand(zone=zone, day=day, start_minute=start, end_minute=start + length)

    assert found == _oracle(zone, day, start, start + length)


@given(place=st.sampled_from(ODD_DAYS), shift=st.integers(-400, 400))
def test_whole_days_follow_each_other_without_gap_or_overlap_or_are_missing(place, shift):
    name, day = place
    zone, day = ZoneInfo(name), day + timedelta(days=shift)

    today, tomorrow = whole_day(zone=zone, day=day), whole_day(zone=zone, day=day + timedelta(days=1))

    if today and tomorrow:
        assert union((*today, *tomorrow)) == (Interval(today[0].start, tomorrow[-1].end),)
