"""Who gets the messages of a fault run, and the messages; imported when Django is ready."""

from datetime import timedelta

from django.db import connection

from consultations.domain.codes import CommunicationKind
from consultations.models import Appointment, Communication
from consultations.models.communication_preference import wishes_of
from tests.factories.consultations import AppointmentFactory

VISITS = 20


def visits(*, at):
    """Store some visits of some patients, far enough ahead to be reminded of for the whole run."""
    Communication.objects.all().delete()
    connection.close()
    found = list(Appointment.objects.select_related("patient__user")[:VISITS])
    made = [AppointmentFactory(start_at=at + timedelta(days=2)) for _ in range(VISITS - len(found))]
    return [*found, *made]


def plan_due(count, *, at):
    """Plan `count` reminders that are due at once and may come at any hour."""
    who = visits(at=at)
    rows = [
        Communication(
            subject_type="consultations.appointment",
            subject_id=who[number % VISITS].pk,
            service_request_id=who[number % VISITS].service_request_id,
            kind=CommunicationKind.VISIT_IN_AN_HOUR,
            occurrence=str(number),
            recipient_id=who[number % VISITS].patient.user_id,
            due_at=at,
            ideal_at=at,
            expires_at=at + timedelta(days=2),
        )
        for number in range(count)
    ]
    Communication.objects.bulk_create(rows, batch_size=1000)
    connection.close()


def plan_for_nine(count, *, evening, nine):
    """Plan half of `count` for the night, which waits until `nine`, and half for the small hours, which does not."""
    who = visits(at=evening)
    wishes = {visit.pk: wishes_of(visit.patient.user) for visit in who}
    rows = []
    for number in range(count):
        visit = who[number % VISITS]
        row = Communication(
            subject_type="consultations.appointment",
            subject_id=visit.pk,
            service_request_id=visit.service_request_id,
            kind=CommunicationKind.VISIT_IN_AN_HOUR if number % 2 else CommunicationKind.VISIT_IN_A_DAY,
            occurrence=str(number),
            recipient_id=visit.patient.user_id,
            ideal_at=evening + timedelta(hours=4, minutes=number % 60),
            expires_at=nine + timedelta(days=1),
        )
        # As `plan` does for one; asking for each of ten thousand takes longer than the night.
        row.time_for(wishes[visit.pk])
        rows.append(row)
    Communication.objects.bulk_create(rows, batch_size=1000)
    connection.close()
