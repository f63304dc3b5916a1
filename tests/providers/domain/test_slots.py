"""Offered times: anchored at the opening of a window, exact about buffers, notice, horizon and daily limits."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.domain.intervals import Interval
from providers.domain.slots import Calendar, is_a_start, is_full, offers, visits_per_day
from providers.domain.terms import Terms, merged
from providers.domain.windows import expand

NEW_YORK = ZoneInfo("America/New_York")
DAY = date(2026, 6, 1)
OPENING = datetime(2026, 6, 1, 13, tzinfo=UTC)
LONG_BEFORE = OPENING - timedelta(days=3)
SPAN = Interval(OPENING - timedelta(days=1), OPENING + timedelta(days=1))


def terms(**given):
    plain = {
        "duration_minutes": 30,
        "buffer_before_minutes": 0,
        "buffer_after_minutes": 0,
        "alignment_minutes": 30,
        "minimum_notice_minutes": 0,
        "horizon_days": 60,
        "max_visits_per_day": 99,
    }
    return Terms(**{**plain, **given})


def minutes(*pairs):
    return [Interval(OPENING + timedelta(minutes=a), OPENING + timedelta(minutes=b)) for a, b in pairs]


def starts(calendar, conditions, *, now=LONG_BEFORE, span=SPAN):
    found = offers(calendar, terms=conditions, span=span, now=now)
    return [int((visit.start - OPENING).total_seconds() // 60) for visit in found]


def calendar(windows, **given):
    return Calendar(zone=NEW_YORK, windows=minutes(*windows), **given)


@pytest.mark.parametrize(
    ("windows", "conditions", "expected"),
    [
        ([(0, 90)], {}, [0, 30, 60]),
        ([(0, 89)], {}, [0, 30]),
        ([(0, 90)], {"alignment_minutes": 20}, [0, 20, 40, 60]),
        ([(0, 60), (60, 100)], {"duration_minutes": 50, "alignment_minutes": 50}, [0, 50]),
        ([(0, 40), (40, 100)], {"duration_minutes": 50, "alignment_minutes": 50}, [0, 40]),
        ([(0, 29)], {}, []),
        ([(0, 60), (15, 75)], {}, [0, 15, 30, 45]),
        ([(0, 60)], {"buffer_before_minutes": 45, "buffer_after_minutes": 45}, [0, 30]),
    ],
    ids=[
        "fills the window", "no visit over the edge (l)", "steps less than a visit", "each window has its own row",
        "a visit may run on into the next window", "window too short", "overlapping windows",
        "buffers outside working hours",
    ],
)  # fmt: skip
def test_offers_are_anchored_at_the_opening(windows, conditions, expected):
    assert starts(calendar(windows), terms(**conditions)) == expected


def test_offers_in_a_quarter_hour_zone_are_at_local_half_hours():
    zone = ZoneInfo("Asia/Kathmandu")
    windows = expand(zone=zone, day=date(2026, 3, 9), start_minute=540, end_minute=600)
    at = datetime(2026, 3, 9, tzinfo=UTC)

    found = offers(
        Calendar(zone=zone, windows=windows), terms=terms(), now=at, span=Interval(at, at + timedelta(days=1))
    )

    assert [visit.start.strftime("%H:%M") for visit in found] == ["03:15", "03:45"]


@pytest.mark.parametrize(
    ("taken", "conditions", "expected"),
    [
        ([(30, 60)], {}, [0, 60, 90]),
        ([(30, 70)], {"buffer_after_minutes": 10, "alignment_minutes": 10}, [70, 80, 90]),
        ([(30, 60)], {"buffer_before_minutes": 10, "alignment_minutes": 10}, [0, 70, 80, 90]),
        ([(-60, 5)], {}, [30, 60, 90]),
    ],
    ids=["taken", "own buffer after", "own buffer before", "taken before opening"],
)
def test_offers_leave_out_what_would_overlap_a_block(taken, conditions, expected):
    assert starts(calendar([(0, 120)], taken=minutes(*taken)), terms(**conditions)) == expected


def test_time_off_stops_visits_but_not_buffers_and_keeps_the_row():
    free = calendar([(0, 120)], closed=minutes((25, 55)))

    assert starts(free, terms(buffer_after_minutes=30, alignment_minutes=20, duration_minutes=20)) == [0, 60, 80, 100]


def test_minimum_notice_counts_real_hours_over_a_clock_change():
    zone, day = NEW_YORK, date(2026, 3, 8)
    windows = expand(zone=zone, day=day, start_minute=540, end_minute=660)
    now = datetime(2026, 3, 7, 9, 30, tzinfo=zone).astimezone(UTC)

    found = offers(
        Calendar(zone=zone, windows=windows),
        terms=terms(minimum_notice_minutes=24 * 60),
        span=Interval(now, now + timedelta(days=2)),
        now=now,
    )

    assert [visit.start.astimezone(zone).strftime("%H:%M") for visit in found] == ["10:30"]


@pytest.mark.parametrize(("days", "expected"), [(0, []), (1, [0, 30]), (2, [0, 30])])
def test_horizon_counts_local_dates_of_the_clinician(days, expected):
    evening_before = datetime(2026, 5, 31, 23, 59, tzinfo=NEW_YORK).astimezone(UTC)

    assert starts(calendar([(0, 60)]), terms(horizon_days=days), now=evening_before) == expected


def test_a_full_day_is_not_offered_and_the_next_is():
    tomorrow = (1440, 1500)
    busy = calendar([(0, 60), tomorrow], visits={DAY: 2})
    span = Interval(OPENING, OPENING + timedelta(days=2))

    assert starts(busy, terms(max_visits_per_day=2), span=span) == [1440, 1470]
    assert is_full(busy, terms(max_visits_per_day=2), OPENING)


def test_who_sees_nobody_a_day_offers_nothing():
    assert starts(calendar([(0, 60)]), terms(max_visits_per_day=0)) == []


def test_a_sixty_minute_visit_runs_through_the_repeated_hour():
    windows = expand(zone=NEW_YORK, day=date(2026, 11, 1), start_minute=90, end_minute=150)
    at = datetime(2026, 11, 1, tzinfo=UTC)

    found = list(
        offers(
            Calendar(zone=NEW_YORK, windows=windows),
            terms=terms(duration_minutes=60, alignment_minutes=60),
            span=Interval(at, at + timedelta(days=1)),
            now=at - timedelta(days=1),
        )
    )

    assert [visit.end.astimezone(NEW_YORK).strftime("%H:%M %Z") for visit in found][-1:] == ["02:30 EST"]


def test_visits_are_counted_on_the_clinicians_dates():
    late = datetime(2026, 6, 2, 3, 30, tzinfo=UTC)

    assert visits_per_day([OPENING, late], NEW_YORK) == {DAY: 2}


def test_a_taken_start_is_still_a_start():
    windows = minutes((0, 90))

    assert is_a_start(windows, terms(), OPENING + timedelta(minutes=60))
    assert not is_a_start(windows, terms(), OPENING + timedelta(minutes=45))
    assert not is_a_start(windows, terms(), OPENING + timedelta(minutes=90))


def test_overrides_hold_field_by_field_and_zero_is_a_value():
    service = {**dict.fromkeys(Terms.__slots__, 30), "buffer_after_minutes": 10}

    chosen = merged(service, {"buffer_after_minutes": 0, "duration_minutes": 45, "horizon_days": None})

    assert (chosen.buffer_after_minutes, chosen.duration_minutes, chosen.horizon_days) == (0, 45, 30)


pairs = st.tuples(st.integers(0, 180), st.integers(5, 90)).map(lambda pair: (pair[0], sum(pair)))


@settings(deadline=None, max_examples=300)
@given(
    windows=st.lists(pairs, max_size=3),
    closed=st.lists(pairs, max_size=2),
    taken=st.lists(pairs, max_size=3),
    duration=st.integers(5, 60),
    before=st.integers(0, 20),
    after=st.integers(0, 20),
    alignment=st.sampled_from([5, 7, 15, 30]),
    notice=st.integers(0, 100),
)
def test_offers_equal_trying_every_minute(windows, closed, taken, duration, before, after, alignment, notice):
    conditions = terms(
        duration_minutes=duration,
        buffer_before_minutes=before,
        buffer_after_minutes=after,
        alignment_minutes=alignment,
        minimum_notice_minutes=notice,
    )
    free = calendar(windows, closed=minutes(*closed), taken=minutes(*taken))

    found = starts(free, conditions, now=OPENING)

    assert found == [
        start
        for start in range(notice, 400)
        if any(a <= start < b and (start - a) % alignment == 0 for a, b in windows)
        and all(any(a <= minute < b for a, b in windows) for minute in range(start, start + duration))
        and not any(a <= minute < b for a, b in closed for minute in range(start, start + duration))
        and not any(a < start + duration + after and start - before < b for a, b in taken)
    ]
