"""Every zone of the database at every change of its clocks from 2020 to 2030: no visit vanishes, none comes twice."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from providers.domain import slots
from providers.domain.intervals import Interval
from providers.domain.slots import Calendar
from providers.domain.terms import Terms
from providers.domain.windows import expand, whole_day

QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
HALF_HOURS = Terms(
    duration_minutes=30,
    buffer_before_minutes=0,
    buffer_after_minutes=0,
    alignment_minutes=30,
    minimum_notice_minutes=0,
    horizon_days=10,
    max_visits_per_day=100,
)
# Working hours, a night over midnight, and the hours in which clocks change.
WINDOWS = ((540, 1020), (1320, 1800), (0, 240))


@cache
def zones():
    """Return a zone for each history of its clocks in these years, with the days in UTC on which they change."""
    told = {}
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        offsets = [(FIRST + number * DAY).astimezone(zone).utcoffset() for number in range((LAST - FIRST).days + 1)]
        changed = [number for number in range(len(offsets) - 1) if offsets[number] != offsets[number + 1]]
        history = (offsets[0], *((number, offsets[number + 1]) for number in changed))
        told.setdefault(history, (zone, [FIRST + number * DAY for number in changed]))
    return list(told.values())


def changes():
    """Yield each zone with each day on which its clocks change."""
    return [(zone, changed) for zone, days in zones() for changed in days]


def readings(zone, day):
    """Return each quarter hour of five days around, with what the wall clock says then."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - 2 * DAY
    return [(at + n * QUARTER, (at + n * QUARTER).astimezone(zone).replace(tzinfo=None)) for n in range(5 * 96)]


def spent(pieces):
    return sum((one.end - one.start for one in pieces), timedelta())


def quarters(pieces):
    """Return the quarter hours of the clock of the world that begin in some intervals."""
    found = []
    for piece in pieces:
        at = piece.start + (-(piece.start - FIRST)) % QUARTER
        while at < piece.end:
            found.append(at)
            at += QUARTER
    return found


def test_windows_hold_exactly_what_the_wall_clock_says_at_each_change():
    for zone, changed in changes():
        clock = readings(zone, changed)
        for number in (-1, 0, 1):
            day = changed.date() + number * DAY
            for first, last in WINDOWS:
                opens, closes = (
                    datetime(day.year, day.month, day.day) + timedelta(minutes=m)  # noqa: DTZ001  a wall clock
                    for m in (first, last)
                )
                found = expand(zone=zone, day=day, start_minute=first, end_minute=last)

                assert quarters(found) == [at for at, reads in clock if opens <= reads < closes], (zone, day, first)


def test_visits_are_offered_once_each_and_fill_the_hours_at_each_change():
    for zone, changed in changes():
        for number in (-1, 0, 1):
            day = changed.date() + number * DAY
            windows = expand(zone=zone, day=day, start_minute=0, end_minute=360)
            span = Interval(changed - 3 * DAY, changed + 3 * DAY)
            offered = list(
                slots.offers(Calendar(zone=zone, windows=windows), terms=HALF_HOURS, span=span, now=span.start)
            )

            assert [one.start for one in offered] == sorted({one.start for one in offered})
            assert len(offered) == sum((one.end - one.start) // HALF_HOURS.duration for one in windows)
            assert all(any(one.contains(visit) for one in windows) for visit in offered)


def test_the_days_around_each_change_follow_each_other():
    for zone, changed in changes():
        days = [whole_day(zone=zone, day=changed.date() + number * DAY) for number in (-2, -1, 0, 1, 2)]
        met = [piece for day in days for piece in day]

        assert all(later.start == earlier.end for earlier, later in pairwise(met)), (zone, changed)
        assert spent(met) == met[-1].end - met[0].start


def test_the_years_hold_many_changes():
    assert len(changes()) > 500
