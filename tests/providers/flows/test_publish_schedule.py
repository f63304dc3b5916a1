"""Publishing weekly hours never strands a booked visit unseen."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from config.core.models import AuditEvent
from providers.domain.codes import SlotStatus
from providers.flows import publish_schedule
from providers.flows.publish_schedule import Draft, Time
from providers.models import AvailableTime, Schedule
from providers.queries.affected import BookingsAffected
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.providers import (
    MONDAY,
    NEW_YORK,
    NINE,
    NOW,
    HealthcareServiceFactory,
    PractitionerFactory,
    ScheduleFactory,
    SlotFactory,
    clinician,
    held,
)

pytestmark = pytest.mark.django_db(transaction=True)
MORNINGS = Draft(
    zone=NEW_YORK, valid_from=date(2026, 1, 1), valid_until=None, times=(Time(1, 540, 720), Time(2, 540, 720))
)


@pytest.fixture
def admin():
    return AdminFactory()


def publish(practitioner, by, draft=MORNINGS, **given):
    return publish_schedule.publish(practitioner_id=practitioner.pk, draft=draft, by=by, now=NOW, **given)


def test_publish_writes_the_windows(admin):
    ada = PractitionerFactory()

    schedule = publish(ada, admin)

    assert list(schedule.available_times.order_by("weekday").values_list("weekday", "start_minute", "end_minute")) == [
        (1, 540, 720), (2, 540, 720),
    ]  # fmt: skip
    assert AuditEvent.objects.get(entity_id=schedule.pk).event == "providers.schedule.published"


def test_a_clinician_publishes_their_own_hours_and_nobody_elses():
    ada, grace = PractitionerFactory(), PractitionerFactory()

    assert publish(ada, ada.user).practitioner == ada
    with pytest.raises(publish_schedule.NoSuchSchedule):
        publish(ada, grace.user)
    with pytest.raises(publish_schedule.NoSuchSchedule):
        publish(ada, UserFactory())


def test_publish_replaces_a_named_schedule(admin):
    ada = clinician(HealthcareServiceFactory())
    schedule = ada.schedules.get()

    publish(ada, admin, schedule_id=schedule.pk)

    assert Schedule.objects.count() == 1
    assert AvailableTime.objects.filter(schedule=schedule).count() == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"times": ()}, "available_times"),
        ({"times": (Time(8, 540, 600),)}, "available_times[0]"),
        ({"times": (Time(1, 1440, 1500),)}, "available_times[0]"),
        ({"times": (Time(1, 600, 600),)}, "available_times[0]"),
        ({"times": (Time(1, 600, 2881),)}, "available_times[0]"),
        ({"times": (Time(1, 540, 720), Time(1, 719, 800))}, "available_times"),
        ({"times": (Time(1, 1320, 1800), Time(2, 300, 400))}, "available_times"),
        ({"times": (Time(7, 1320, 1800), Time(1, 300, 400))}, "available_times"),
        ({"valid_until": date(2025, 12, 31)}, "valid_until"),
    ],
    ids=[
        "no window", "no such weekday", "starts the next day", "empty", "over two days", "overlap", "overnight overlap",
        "overlap over the week's end", "ends before it begins",
    ],
)  # fmt: skip
def test_publish_refuses_what_cannot_be_hours(admin, change, field):
    with pytest.raises(publish_schedule.BadHours) as refused:
        publish(PractitionerFactory(), admin, replace(MORNINGS, **change))

    assert [error.field for error in refused.value.errors] == [field]
    assert not Schedule.objects.exists()


def test_neighbouring_windows_are_hours(admin):
    draft = replace(MORNINGS, times=(Time(1, 540, 720), Time(1, 720, 780), Time(7, 1320, 1980)))

    assert publish(PractitionerFactory(), admin, draft)


def test_publish_names_the_visits_that_new_hours_would_strand(admin):
    ada = clinician(HealthcareServiceFactory())
    inside, stranded = (SlotFactory(practitioner=ada, start_at=NINE + n * timedelta(minutes=90)) for n in range(2))
    shorter = replace(MORNINGS, times=(Time(1, 540, 600),))

    with pytest.raises(BookingsAffected) as refused:
        publish(ada, admin, shorter, schedule_id=ada.schedules.get().pk)

    assert refused.value.extra["affected"] == [
        {
            "slot": str(stranded.pk),
            "start": "2026-06-01T14:30:00Z",
            "end": "2026-06-01T15:00:00Z",
            "time_zone": "America/New_York",
        }
    ]
    assert ada.schedules.get().available_times.get().end_minute == 720
    assert inside.pk != stranded.pk


def test_accepted_visits_stay_and_are_written_down(admin):
    ada = clinician(HealthcareServiceFactory())
    slot = SlotFactory(practitioner=ada)
    afternoons = replace(MORNINGS, times=(Time(1, 780, 900),))

    schedule = publish(ada, admin, afternoons, schedule_id=ada.schedules.get().pk, accept=[slot.pk])

    slot.refresh_from_db()
    assert slot.status == SlotStatus.BUSY
    assert AuditEvent.objects.get(entity_id=schedule.pk).detail == {"accepted": [str(slot.pk)]}


def test_holds_without_hours_become_free(admin):
    ada = clinician(HealthcareServiceFactory())
    hold = held(ada, UserFactory(), until=NOW + timedelta(minutes=5))

    publish_schedule.retire(schedule_id=ada.schedules.get().pk, by=admin, now=NOW)

    hold.refresh_from_db()
    assert hold.status == SlotStatus.FREE


def test_past_visits_and_visits_outside_hours_before_are_not_affected(admin):
    ada = clinician(HealthcareServiceFactory())
    SlotFactory(practitioner=ada, start_at=NINE - timedelta(days=7))
    SlotFactory(practitioner=ada, start_at=NINE + timedelta(hours=8))

    assert publish_schedule.retire(schedule_id=ada.schedules.get().pk, by=admin, now=NOW)


def test_hours_of_another_service_do_not_keep_a_visit(admin):
    service, other = HealthcareServiceFactory(), HealthcareServiceFactory()
    ada = clinician(service)
    SlotFactory(practitioner=ada, service=service)

    with pytest.raises(BookingsAffected):
        publish(ada, admin, replace(MORNINGS, service_id=other.pk), schedule_id=ada.schedules.get().pk)


def test_retire_says_when_there_was_nothing_to_do(admin):
    schedule = ScheduleFactory(valid_from=MONDAY)

    first = publish_schedule.retire(schedule_id=schedule.pk, by=admin, now=NOW)
    again = publish_schedule.retire(schedule_id=schedule.pk, by=admin, now=NOW)

    assert (first, again) == (True, False)


def test_retire_refuses_a_stranger():
    schedule = ScheduleFactory()

    with pytest.raises(publish_schedule.NoSuchSchedule):
        publish_schedule.retire(schedule_id=schedule.pk, by=UserFactory(), now=NOW)


def test_publish_refuses_the_schedule_of_somebody_else(admin):
    with pytest.raises(publish_schedule.NoSuchSchedule):
        publish(PractitionerFactory(), admin, schedule_id=ScheduleFactory().pk)


def test_hours_for_another_kind_of_visit_strand_a_booked_one(admin):
    line = HealthcareServiceFactory()
    ada = clinician(line)
    SlotFactory(practitioner=ada, service=line)
    schedule = ada.schedules.get()

    with pytest.raises(BookingsAffected):
        publish(ada, admin, replace(MORNINGS, modality="PHONE"), schedule_id=schedule.pk)

    assert publish(ada, admin, replace(MORNINGS, modality="VR"), schedule_id=schedule.pk).modality == "VR"


@pytest.mark.parametrize("modality", ["FAX", "VR"], ids=["unknown", "beside a service"])
def test_hours_are_for_a_known_kind_of_visit_or_for_a_service(admin, modality):
    service = HealthcareServiceFactory().pk if modality == "VR" else None

    with pytest.raises(publish_schedule.BadHours) as refused:
        publish(PractitionerFactory(), admin, replace(MORNINGS, modality=modality, service_id=service))

    assert [error.field for error in refused.value.errors] == ["modality"]


@pytest.mark.parametrize("columns", [{"modality": "FAX"}, {"modality": "VR", "service": True}])
def test_the_database_refuses_hours_for_no_or_for_two_kinds_of_visit(columns):
    if columns.pop("service", False):
        columns["service"] = HealthcareServiceFactory()

    with pytest.raises(IntegrityError, match="providers_schedule_"):
        ScheduleFactory(**columns)
