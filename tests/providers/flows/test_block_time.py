"""Dated exceptions: saved when they strand nobody, listed when they would."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.core.models import AuditEvent
from providers.domain.codes import ExceptionKind, SlotStatus
from providers.domain.hours import Change
from providers.flows import block_time, hold
from providers.models import ScheduleException, Slot
from providers.queries.affected import BookingsAffected
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.providers import (
    MONDAY,
    NEW_YORK,
    NINE,
    NOW,
    HealthcareServiceFactory,
    PractitionerFactory,
    ScheduleExceptionFactory,
    SlotFactory,
    clinician,
    held,
)
from tests.providers.race import race

pytestmark = pytest.mark.django_db(transaction=True)
DAY_OFF = Change(ExceptionKind.OFF, NEW_YORK, MONDAY, MONDAY)
EXTRA = replace(DAY_OFF, kind=ExceptionKind.EXTRA, start_minute=780, end_minute=840)


@pytest.fixture
def admin():
    return AdminFactory()


def block(practitioner, by, change=DAY_OFF, **given):
    return block_time.block(practitioner_id=practitioner.pk, change=change, by=by, now=NOW, **given)


def test_block_saves_time_off(admin):
    row = block(PractitionerFactory(), admin, reason="Conference")

    row.refresh_from_db()
    assert (row.kind, row.start_date, row.start_minute, row.reason) == ("off", MONDAY, None, "Conference")
    assert "Conference" not in str(AuditEvent.objects.get(entity_id=row.pk).detail)


def test_a_clinician_takes_their_own_time_off_and_nobody_elses():
    ada, grace = PractitionerFactory(), PractitionerFactory()

    assert block(ada, ada.user)
    with pytest.raises(block_time.NoSuchException):
        block(ada, grace.user)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"end_date": MONDAY - timedelta(days=1)}, "end_date"),
        ({"end_date": MONDAY + timedelta(days=400)}, "end_date"),
        ({"start_minute": 60}, "start_minute"),
        ({"start_minute": 60, "end_minute": 60}, "end_minute"),
        ({"start_minute": 1440, "end_minute": 1500}, "end_minute"),
        ({"start_minute": 60, "end_minute": 2881}, "end_minute"),
        ({"kind": ExceptionKind.EXTRA}, "start_minute"),
    ],
    ids=["reversed", "too long", "half a window", "empty", "starts next day", "over two days", "extra without times"],
)
def test_block_refuses_what_cannot_be(admin, change, field):
    with pytest.raises(block_time.BadException) as refused:
        block(PractitionerFactory(), admin, replace(DAY_OFF, **change))

    assert [error.field for error in refused.value.errors] == [field]
    assert not ScheduleException.objects.exists()


def test_block_names_the_visits_it_would_strand_until_they_are_accepted(admin):
    ada = clinician(HealthcareServiceFactory())
    slot = SlotFactory(practitioner=ada)

    with pytest.raises(BookingsAffected) as refused:
        block(ada, admin)
    assert [one["slot"] for one in refused.value.extra["affected"]] == [str(slot.pk)]
    assert not ScheduleException.objects.exists()

    assert block(ada, admin, accept=[slot.pk])


def test_block_gives_back_the_holds_in_the_way(admin):
    ada = clinician(HealthcareServiceFactory())
    held(ada, UserFactory(), until=NOW + timedelta(minutes=5))

    block(ada, admin)

    assert not Slot.objects.live().exists()


def test_withdraw_brings_the_weekly_hours_back_once(admin):
    row = ScheduleExceptionFactory()

    first = block_time.withdraw(exception_id=row.pk, by=admin, now=NOW)
    again = block_time.withdraw(exception_id=row.pk, by=admin, now=NOW)

    assert (first, again) == (True, False)


def test_withdrawing_extra_hours_names_their_visits(admin):
    ada = clinician(HealthcareServiceFactory())
    row = block(ada, admin, EXTRA)
    SlotFactory(practitioner=ada, start_at=NINE + timedelta(hours=4))

    with pytest.raises(BookingsAffected):
        block_time.withdraw(exception_id=row.pk, by=admin, now=NOW)


def test_withdraw_refuses_a_stranger():
    row = ScheduleExceptionFactory()

    with pytest.raises(block_time.NoSuchException):
        block_time.withdraw(exception_id=row.pk, by=PractitionerFactory().user, now=NOW)


@pytest.mark.database
@pytest.mark.parametrize("round_", range(10))
def test_a_hold_and_time_off_at_once_never_leave_a_hold_without_hours(admin, round_):
    service = HealthcareServiceFactory()
    ada, patient = clinician(service), UserFactory()

    race(
        lambda: hold.hold(
            service_id=service.pk, state="NY", start_at=NINE, practitioner_id=ada.pk, by=patient,
            reference=patient.pk, now=NOW,
        ),
        lambda: block(ada, admin),
    )  # fmt: skip

    assert ScheduleException.objects.exists()
    assert not Slot.objects.filter(status=SlotStatus.BUSY_TENTATIVE).exists()
