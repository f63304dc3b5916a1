"""Administrators set when messages are sent; what is planned keeps its time, and nobody overwrites another unseen."""

from datetime import timedelta

import pytest

from config.core.administrators import OnlyAdministrators
from config.core.models import AuditEvent
from consultations.domain.codes import CommunicationKind, TimedKind
from consultations.flows import message_plan
from consultations.models import Communication, MessagePlan
from tests.consultations.racing import at_once, names
from tests.factories.consultations import AppointmentFactory
from tests.factories.core import AdminFactory
from tests.factories.intake import PatientFactory
from tests.factories.providers import NINE, NOW, HealthcareServiceFactory, PractitionerFactory

KIND = TimedKind.VISIT_IN_A_DAY
HOUR, DAY = 60, 24 * 60


def write(line, minutes, *, version=0, by=None, kind=KIND):
    by = by or AdminFactory()
    return message_plan.write(service_id=line.pk, kind=kind, minutes=minutes, version=version, by=by, now=NOW)


def restore(line, *, version=0, by=None, kind=KIND):
    by = by or AdminFactory()
    return message_plan.restore(service_id=line.pk, kind=kind, version=version, by=by, now=NOW)


def ahead(line):
    """Return how many hours ahead the reminder is sent."""
    return [length / timedelta(hours=1) for length in MessagePlan.objects.timing(line.pk)[CommunicationKind(KIND)]]


@pytest.mark.django_db
def test_the_lines_own_times_hold_and_only_there():
    line, other = HealthcareServiceFactory.create_batch(2)

    write(line, [2 * DAY, 12 * HOUR])

    assert ahead(line) == [48, 12]
    assert ahead(other) == [24]


@pytest.mark.django_db
def test_no_times_mean_never():
    line = HealthcareServiceFactory()

    write(line, [])

    assert ahead(line) == []


@pytest.mark.django_db
def test_the_usual_times_come_back_and_every_version_stays_with_who_and_when():
    line, first, second = HealthcareServiceFactory(), AdminFactory(), AdminFactory()
    write(line, [12 * HOUR], by=first)

    restore(line, version=1, by=second)

    assert ahead(line) == [24]
    kept = MessagePlan.objects.order_by("version")
    assert list(kept.values_list("version", "minutes", "is_usual", "set_at", "set_by")) == [
        (1, [12 * HOUR], False, NOW, first.pk),
        (2, [], True, NOW, second.pk),
    ]


@pytest.mark.django_db
def test_times_may_be_set_again_after_the_usual_ones_came_back():
    line = HealthcareServiceFactory()
    write(line, [12 * HOUR])
    restore(line, version=1)

    write(line, [6 * HOUR], version=2)

    assert ahead(line) == [6]


@pytest.mark.django_db
def test_a_change_is_audited_with_what_was_before():
    line, admin = HealthcareServiceFactory(), AdminFactory()
    write(line, [12 * HOUR], by=admin)
    write(line, [2 * DAY, 60], version=1, by=admin)
    restore(line, version=2, by=admin)

    events = AuditEvent.objects.order_by("recorded_at", "detail__version")
    assert [(event.event.rpartition(".")[2], event.actor, event.detail) for event in events] == [
        (
            what,
            admin,
            {"kind": KIND, "service": str(line.pk), "version": version, "minutes": now, "minutes_before": was},
        )
        for what, version, now, was in [
            ("set", 1, [720], None),
            ("set", 2, [60, 2880], [720]),
            ("restored", 3, [], [60, 2880]),
        ]
    ]


@pytest.mark.django_db
def test_what_is_planned_keeps_its_time():
    visit = AppointmentFactory()
    visit.announce(CommunicationKind.BOOKING_CONFIRMED, now=NINE - timedelta(days=3))

    write(visit.service_request.service, [])

    (reminder,) = Communication.objects.filter(kind=KIND)
    assert (reminder.ideal_at, reminder.status) == (visit.start_at - timedelta(days=1), "preparation")


@pytest.mark.django_db
def test_what_cannot_be_is_refused_by_field_and_nothing_is_kept():
    with pytest.raises(message_plan.BadPlan) as refused:
        write(HealthcareServiceFactory(), [60, 2, 60])

    assert [(error.field, error.code) for error in refused.value.errors] == [
        ("minutes[1]", "out-of-range"),
        ("minutes[2]", "twice"),
    ]
    assert not MessagePlan.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("factory", [PatientFactory, PractitionerFactory])
def test_only_administrators_set_times(factory):
    line, user = HealthcareServiceFactory(), factory().user

    with pytest.raises(OnlyAdministrators):
        write(line, [60], by=user)
    with pytest.raises(OnlyAdministrators):
        restore(line, version=0, by=user)


@pytest.mark.django_db
def test_a_kind_without_times_has_no_plan():
    line = HealthcareServiceFactory()

    with pytest.raises(message_plan.NoSuchPlan):
        write(line, [60], kind="booking-moved")
    with pytest.raises(message_plan.NoSuchPlan):
        restore(line, kind="booking-moved")


@pytest.mark.django_db
def test_a_service_that_is_not_there_has_no_plan():
    nowhere = HealthcareServiceFactory.build()

    with pytest.raises(message_plan.NoSuchPlan):
        write(nowhere, [60])
    with pytest.raises(message_plan.NoSuchPlan):
        restore(nowhere)


@pytest.mark.django_db
def test_older_times_do_not_replace_newer_ones():
    line = HealthcareServiceFactory()
    write(line, [60])

    with pytest.raises(message_plan.ChangedMeanwhile):
        write(line, [90], version=0)
    with pytest.raises(message_plan.ChangedMeanwhile):
        restore(line, version=0)
    assert ahead(line) == [1]


@pytest.mark.django_db(transaction=True)
def test_of_administrators_at_once_one_is_heard_and_the_others_learn_of_it():
    line, admins = HealthcareServiceFactory(), AdminFactory.create_batch(4)
    acts = [lambda by=by, minutes=[60 + place]: write(line, minutes, by=by) for place, by in enumerate(admins[:3])]

    outcomes = at_once(*acts, lambda: restore(line, version=0, by=admins[3]))

    assert names(outcomes) == ["ChangedMeanwhile"] * 3 + ["MessagePlan"]
    assert MessagePlan.objects.count() == AuditEvent.objects.count() == 1
