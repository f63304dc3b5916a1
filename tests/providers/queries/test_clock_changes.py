from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from providers.domain import windows
from providers.domain.intervals import Interval
from providers.queries.clock_changes import clock_changes
from tests.factories.providers import HealthcareServiceFactory, SlotFactory, clinician

pytestmark = pytest.mark.django_db
WINTER = datetime(2026, 2, 1, tzinfo=UTC)
SUNDAY_NIGHT = {"weekdays": (7,), "hours": ((60, 240),)}


def test_a_window_over_the_change_shortens_in_spring_and_repeats_in_autumn():
    clinician(HealthcareServiceFactory(), **SUNDAY_NIGHT)

    spring, autumn = clock_changes(WINTER)

    assert [(one.effect, one.wall_minutes, one.real_minutes) for one in spring.shifted] == [("shortens", 180, 120)]
    assert [(one.effect, one.wall_minutes, one.real_minutes) for one in autumn.shifted] == [("repeats", 180, 240)]
    assert (spring.turn.at, spring.minutes) == (datetime(2026, 3, 8, 7, tzinfo=UTC), 60)


def test_a_window_inside_the_gap_vanishes():
    clinician(HealthcareServiceFactory(), weekdays=(7,), hours=((120, 180),))

    spring, _ = clock_changes(WINTER)

    assert [one.effect for one in spring.shifted] == ["vanishes"]


def test_ordinary_hours_are_not_touched_and_near_visits_are_counted():
    service = HealthcareServiceFactory()
    ada = clinician(service)
    SlotFactory(practitioner=ada, service=service, start_at=datetime(2026, 3, 8, 20, tzinfo=UTC))
    SlotFactory(practitioner=ada, service=service, start_at=datetime(2026, 3, 10, 20, tzinfo=UTC))

    spring, _ = clock_changes(WINTER)

    assert (spring.shifted, spring.visits, spring.clinicians) == ([], 1, 1)


def test_a_zone_without_changes_has_none():
    clinician(HealthcareServiceFactory(), time_zone=ZoneInfo("America/Phoenix"), **SUNDAY_NIGHT)

    assert clock_changes(WINTER) == []


def test_any_number_of_clinicians_takes_five_queries(django_assert_num_queries):
    for _ in range(3):
        clinician(HealthcareServiceFactory(), **SUNDAY_NIGHT)

    with django_assert_num_queries(5):
        clock_changes(WINTER)


def test_turns_are_those_of_the_zone():
    span = Interval(WINTER, WINTER + timedelta(days=366))

    found = list(windows.turns(zone=ZoneInfo("Australia/Lord_Howe"), span=span))

    assert [turn.forward for turn in found] == [timedelta(minutes=-30), timedelta(minutes=30)]
