"""Who gets the messages of a fault run, and the messages; imported when Django is ready."""

from datetime import timedelta

from django.db import connection, transaction

from consultations.domain.codes import CommunicationKind
from consultations.models import Appointment, Communication
from consultations.models.communication_preference import wishes_of
from tests.factories.consultations import AppointmentFactory

VISITS = 20
# After so many messages all begins again: each visit, each of the two kinds, each minute of an hour.
ROUND = 60


def visits(*, at):
    """Store some visits of some patients, far enough ahead to be reminded of for the whole run."""
    found = list(Appointment.objects.select_related("patient__user")[:VISITS])
    made = [AppointmentFactory(start_at=at + timedelta(days=2)) for _ in range(VISITS - len(found))]
    return [*found, *made]


def plan_due(count, *, at):
    """Plan `count` reminders that are due at once and may come at any hour."""
    rows = [_reminder(number, visit, at=at) for number, visit in _round(count, visits(at=at))]
    for row in rows:
        row.due_at, row.expires_at = at, at + timedelta(days=2)
    _store(rows, count)


def plan_for_nine(count, *, evening, nine):
    """Plan half of `count` for the night, which waits until `nine`, and half for the small hours, which does not."""
    rows = []
    for number, visit in _round(count, visits(at=evening)):
        row = _reminder(number, visit, at=evening + timedelta(hours=4, minutes=number))
        row.expires_at = nine + timedelta(days=1)
        if number % 2 == 0:
            row.kind = CommunicationKind.VISIT_IN_A_DAY
        # As `plan` does for one.
        row.time_for(wishes_of(visit.patient.user))
        rows.append(row)
    _store(rows, count)


def _round(count, who):
    return [(number, who[number % VISITS]) for number in range(min(count, ROUND))]


def _reminder(number, visit, *, at):
    return Communication(
        subject_type="consultations.appointment",
        subject_id=visit.pk,
        service_request_id=visit.service_request_id,
        kind=CommunicationKind.VISIT_IN_AN_HOUR,
        occurrence=str(number),
        recipient_id=visit.patient.user_id,
        ideal_at=at,
    )


def _store(rows, count):
    """Empty the ledger, store the rows, and repeat them until there are `count`: the database does that in a moment."""
    table = Communication._meta.db_table
    same = ", ".join(sorted({field.column for field in Communication._meta.concrete_fields} - {"id", "occurrence"}))
    # In one commit: a copy of a row that a sender has taken would be taken too.
    with transaction.atomic(), connection.cursor() as cursor:
        # A ledger with ten thousand dead rows of the fault before would be slower than that of this one.
        cursor.execute(f"TRUNCATE {table}")
        Communication.objects.bulk_create(rows)
        cursor.execute(
            f"INSERT INTO {table} (id, occurrence, {same})"
            f" SELECT gen_random_uuid(), number::text, {same} FROM generate_series(%s::int, %s::int) AS number"
            f" JOIN {table} ON occurrence = (number %% %s)::text",
            [len(rows), count - 1, ROUND],
        )
        cursor.execute(f"ANALYZE {table}")
    connection.close()
