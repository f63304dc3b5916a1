"""
Keeping the wall-clock time of a visit that was promised, when the rules of a time zone have changed since.

Refusal
├── NotAnAdministrator  (NotAllowed)  see config.core.administrators
├── NothingBroken       (Conflict)  the visit starts when it was promised, or is over
└── CannotBeKept        (Conflict)  the promised time is taken, too close, or no longer exists; it stays for a person to settle
"""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from config.core import administrators, audit
from config.core.constraints import refused_as
from config.core.errors import Conflict, NotFound
from config.core.flow import again_after_deadlock, flow
from config.core.models import User
from consultations.domain import promise
from consultations.domain.codes import AppointmentStatus, CommunicationKind
from consultations.models import Appointment, Communication
from consultations.models.appointment import PATIENT_NEVER_TWICE
from consultations.queries.promises import TZDATA
from providers.domain.codes import SlotStatus
from providers.models import Slot


class NothingBroken(Conflict):
    """Show the visit: it is as it was promised, or over."""

    code = "nothing-broken"
    title = "This visit is as it was promised"


class CannotBeKept(Conflict):
    """Call the patient and find another time."""

    code = "cannot-be-kept"
    title = "The promised time cannot be kept"


@again_after_deadlock
@flow
def keep(*, appointment_id: UUID, by: User, now: datetime) -> Appointment:
    """
    Move a visit to the instant at which the clock shows what was promised.

    Returns  the visit with the next revision; calendars of both sides get the new instant with it
    Writes   Appointment, Slot twice, Communication (old ones stopped, new ones planned), StatusChange, AuditEvent
    Raises   NotAnAdministrator, NotFound, NothingBroken, CannotBeKept
    Source   RFC 5545 3.3.5: a time with a zone means the wall clock of that zone
    """
    administrators.require(by)
    visit = _locked(appointment_id, by)
    zone = ZoneInfo(str(visit.time_zone))
    if visit.status != AppointmentStatus.BOOKED or promise.is_kept(visit.start_at, visit.local_start, zone):
        raise NothingBroken("This visit starts when it was promised, or is over.")
    start_at = promise.promised_at(visit.local_start, zone)
    if start_at is None:
        raise CannotBeKept("That time of the clock no longer exists on that day.")
    if min(start_at, visit.start_at) - visit.service_request.change_policy.notice <= now:
        raise CannotBeKept("The visit is too close to move it. Call the patient.")

    old = visit.slot
    slot = _taken(old, start_at, by=by, now=now)
    _move(visit, slot)
    Communication.objects.stop(subject_id=visit.pk, now=now, reason="zone-changed")
    visit.announce(CommunicationKind.BOOKING_MOVED, now=now)
    visit.tell_clinician(CommunicationKind.BOOKING_MOVED, by=by, now=now, must=True)

    audit.record(
        event="consultations.appointment.promise-kept", entity=visit, by=by, now=now, patient_id=visit.patient_id,
        detail={"slot": slot.pk, "revision": visit.revision, "tzdata": TZDATA},
    )  # fmt: skip
    return visit


def _locked(appointment_id: UUID, by: User) -> Appointment:
    rows = Appointment.objects.visible_to(by).select_for_update(no_key=True, of=("self",))
    if rows.filter(pk=appointment_id).first() is None:
        raise NotFound("There is no such visit.")
    related = ("slot__practitioner", "patient", "service_request__service")
    return Appointment.objects.select_related(*related).get(pk=appointment_id)


def _taken(old: Slot, start_at: datetime, *, by: User, now: datetime) -> Slot:
    """Give the old time back and take the promised one, or neither."""
    shift = start_at - old.start_at
    slot = Slot(
        practitioner=old.practitioner,
        service_id=old.service_id,
        status=SlotStatus.BUSY,
        start_at=start_at,
        end_at=old.end_at + shift,
        blocked=DateTimeTZRange(old.blocked.lower + shift, old.blocked.upper + shift),
        holder_id=old.holder_id,
        reference=old.reference,
        state=old.state,
    )
    Slot.objects.release(pk=old.pk, now=now)
    if not Slot.objects.take(slot):
        raise CannotBeKept("The clinician has something else at the promised time. Find another time.")
    audit.status_changed(old, old=SlotStatus.BUSY, new=SlotStatus.FREE, by=by, now=now, reason="zone-changed")
    audit.status_changed(slot, old="", new=SlotStatus.BUSY, by=by, now=now, reason="zone-changed")
    return slot


def _move(visit: Appointment, slot: Slot) -> None:
    columns = visit.put_into(slot, tzdata_version=TZDATA)
    visit.revision += 1
    # The exclusion constraint is the lock.
    with refused_as(CannotBeKept("The patient has another visit at the promised time."), by=PATIENT_NEVER_TWICE):
        visit.save(update_fields=[*columns, "revision", "updated_at"])
