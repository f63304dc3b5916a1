"""
Dated exceptions to the weekly hours: time off, extra hours, changed hours.

Refusal
├── BadException      (Invalid)   the dates or times cannot be
├── NoSuchException   (NotFound)
└── BookingsAffected  (Conflict)  see providers.queries.affected
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from config.core import audit
from config.core.errors import FieldError, Invalid, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, User
from providers.domain.codes import ExceptionKind
from providers.domain.hours import Change
from providers.models import Practitioner, ScheduleException
from providers.queries import affected

LONGEST = timedelta(days=366)


class BadException(Invalid):
    """Correct the named fields."""

    code = "bad-exception"
    title = "This change of hours cannot be saved"


class NoSuchException(NotFound):
    """Check which clinician the change belongs to."""

    code = "no-such-exception"


@flow
def block(
    *,
    practitioner_id: UUID,
    change: Change,
    by: User,
    now: datetime,
    reason: str = "",
    accept: Collection[UUID] = (),
) -> ScheduleException:
    """
    Save a dated exception.

    change   `off` takes time out, `changed` replaces the weekly hours of its dates, `extra` adds; dates are calendar
             days of its zone
    reason   for colleagues only, never shown to patients
    accept   booked slots that may stay although their hours go; whoever asks has seen each of them
    Returns  the exception
    Writes   ScheduleException, AuditEvent; holds that lose their hours become free
    Raises   BadException, NoSuchException; BookingsAffected with `affected`, a list of {slot, start, end, time_zone}
    """
    practitioner = _locked(practitioner_id, by)
    require_possible(change)
    row = _row(practitioner, change, reason)
    before = affected.hours_of(practitioner)
    after = before.with_change(row.pk, change)
    stranded = affected.by_hours(practitioner, before=before, after=after, now=now)
    held = affected.settle(stranded, accepted=accept, now=now, after=after)

    row.save()
    practitioner.slots.give_back(held, by=by, now=now, reason="hours-changed")

    detail = {"kind": str(change.kind), "accepted": sorted(map(str, accept))}
    audit.record(
        event="providers.exception.saved", entity=row, by=by, now=now, action=AuditAction.CREATE, detail=detail
    )
    return row


@flow
def withdraw(*, exception_id: UUID, by: User, now: datetime, accept: Collection[UUID] = ()) -> bool:
    """
    Take an exception out of use, so that the weekly hours hold again; the row stays.

    accept   booked slots that may stay although their hours go
    Returns  False when it was out of use before
    Writes   ScheduleException, AuditEvent; holds that lose their hours become free
    Raises   NoSuchException; BookingsAffected with `affected`
    """
    row = ScheduleException.objects.visible_to(by).filter(pk=exception_id).first()
    if row is None:
        raise NoSuchException("There is no such change of hours.")
    practitioner = _locked(row.practitioner_id, by)
    row.refresh_from_db()
    if not row.is_active:
        return False
    before = affected.hours_of(practitioner)
    after = before.without_change(row.pk)
    stranded = affected.by_hours(practitioner, before=before, after=after, now=now)
    held = affected.settle(stranded, accepted=accept, now=now, after=after)

    row.is_active = False
    row.save(update_fields=["is_active", "updated_at"])
    practitioner.slots.give_back(held, by=by, now=now, reason="hours-changed")

    audit.record(event="providers.exception.withdrawn", entity=row, by=by, now=now)
    return True


def _locked(practitioner_id: UUID, by: User) -> Practitioner:
    """Return the clinician's row, locked: whoever confirms a hold meanwhile waits for the new hours."""
    rows = Practitioner.objects.visible_to(by).select_for_update(no_key=True)
    if (practitioner := rows.filter(pk=practitioner_id).first()) is None:
        raise NoSuchException("There is no such clinician.")
    return practitioner


def _row(practitioner: Practitioner, change: Change, reason: str) -> ScheduleException:
    return ScheduleException(
        practitioner=practitioner,
        kind=change.kind,
        time_zone=change.zone,
        start_date=change.start_date,
        end_date=change.end_date,
        start_minute=change.start_minute,
        end_minute=change.end_minute,
        reason=reason,
    )


def require_possible(change: Change) -> None:
    """
    Refuse a change whose dates or times cannot be.

    Raises  BadException
    """
    if errors := list(_errors(change)):
        raise BadException("Please correct the change.", errors=errors)


def _errors(change: Change) -> Iterator[FieldError]:
    if change.end_date < change.start_date:
        yield FieldError("end_date", "before-start", "The last day is before the first.")
    elif change.end_date - change.start_date > LONGEST:
        yield FieldError("end_date", "too-long", "A change of hours lasts a year at most.")
    start, end = change.start_minute, change.end_minute
    if (start is None) != (end is None):
        yield FieldError("start_minute", "half-given", "Give both times, or none for the whole day.")
    elif start is not None and end is not None and not 0 <= start < min(end, 1440) <= end <= 2880:
        yield FieldError(
            "end_minute", "bad-window", "The end is after the start, at most 48 hours after the date begins."
        )
    if start is None and end is None and change.kind != ExceptionKind.OFF:
        yield FieldError("start_minute", "required", "Extra and changed hours need times.")
