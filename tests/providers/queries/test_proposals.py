from datetime import timedelta

import pytest

from providers.domain.codes import ExceptionKind
from providers.domain.hours import Change
from providers.flows import block_time
from providers.queries.affected import BookingsAffected
from tests.factories.providers import (
    MONDAY,
    NEW_YORK,
    NINE,
    NOW,
    AvailableTimeFactory,
    HealthcareServiceFactory,
    SlotFactory,
    clinician,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    return HealthcareServiceFactory()


@pytest.fixture
def ada(line):
    return clinician(line)


def refused(practitioner):
    change = Change(ExceptionKind.OFF, NEW_YORK, MONDAY, MONDAY)
    with pytest.raises(BookingsAffected) as error:
        block_time.block(practitioner_id=practitioner.pk, change=change, by=practitioner.user, now=NOW)
    return error.value.extra


def test_leave_is_refused_with_the_same_time_of_another_clinician_first(line, ada):
    grace = clinician(line)
    slot = SlotFactory(practitioner=ada, service=line)

    extra = refused(ada)

    ways = extra["proposals"][str(slot.pk)]
    assert [(way["kind"], way["practitioner"], way["start"]) for way in ways][:2] == [
        ("same-time", str(grace.pk), "2026-06-01T13:00:00Z"),
        ("nearest", str(grace.pk), "2026-06-01T13:30:00Z"),
    ]


def test_another_clinician_without_a_licence_is_not_proposed(line, ada):
    clinician(line, state="NJ")
    slot = SlotFactory(practitioner=ada, service=line)

    ways = refused(ada)["proposals"][str(slot.pk)]

    assert {way["practitioner"] for way in ways} <= {str(ada.pk)}


def test_the_clinicians_own_times_are_proposed_as_far_as_the_change_leaves_them(line, ada):
    AvailableTimeFactory(schedule=ada.schedules.get(), weekday=2)
    slot = SlotFactory(practitioner=ada, service=line)

    starts = {way["start"] for way in refused(ada)["proposals"][str(slot.pk)]}

    tuesday = NINE + timedelta(days=1)
    assert tuesday.isoformat().replace("+00:00", "Z") in starts
    assert not any(start.startswith("2026-06-01") for start in starts)
