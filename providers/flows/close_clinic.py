"""
Closing the whole clinic for days, such as a public holiday.

Refusal
├── NotAnAdministrator  (NotAllowed)  see config.core.administrators
├── BadClosure          (Invalid)
├── NoSuchClosure       (NotFound)
└── BookingsAffected    (Conflict)  see providers.queries.affected
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from config.core import administrators, audit
from config.core.errors import FieldError, Invalid, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, User
from providers.domain.hours import Closure
from providers.models import ClinicClosure, Practitioner, Slot
from providers.queries import affected
from providers.queries.affected import Affected

LONGEST = timedelta(days=31)


class BadClosure(Invalid):
    """Correct the named fields."""

    code = "bad-closure"
    title = "This closure cannot be saved"


class NoSuchClosure(NotFound):
    """Check which closure is meant."""

    code = "no-such-closure"


@flow
def close(
    *, name: str, start_date: date, end_date: date, by: User, now: datetime, accept: Collection[UUID] = ()
) -> ClinicClosure:
    """
    Close the clinic on some days; each clinician's own local dates are meant, both inclusive.

    accept   booked slots that may stay although the clinic is closed; whoever asks has seen each of them
    Returns  the closure
    Writes   ClinicClosure, AuditEvent; holds on those days become free
    Raises   NotAnAdministrator, BadClosure; BookingsAffected with `affected`
    """
    administrators.require(by)
    if errors := list(_errors(name, start_date, end_date)):
        raise BadClosure("Please correct the closure.", errors=errors)
    row = ClinicClosure(name=name, start_date=start_date, end_date=end_date)
    held = affected.settle(_stranded(row, now), accepted=accept, now=now)

    row.save()
    Slot.objects.give_back(held, by=by, now=now, reason="clinic-closed")

    detail = {"accepted": sorted(map(str, accept))}
    audit.record(event="providers.clinic.closed", entity=row, by=by, now=now, action=AuditAction.CREATE, detail=detail)
    return row


@flow
def reopen(*, closure_id: UUID, by: User, now: datetime) -> bool:
    """
    Take a closure out of use, so that everybody's hours hold again; the row stays.

    Returns  False when it was out of use before
    Writes   ClinicClosure, AuditEvent
    Raises   NotAnAdministrator, NoSuchClosure
    """
    administrators.require(by)
    row = ClinicClosure.objects.select_for_update(no_key=True).filter(pk=closure_id).first()
    if row is None:
        raise NoSuchClosure("There is no such closure.")
    if not row.is_active:
        return False

    row.is_active = False
    row.save(update_fields=["is_active", "updated_at"])

    audit.record(event="providers.clinic.reopened", entity=row, by=by, now=now)
    return True


def _stranded(row: ClinicClosure, now: datetime) -> Iterator[Affected]:
    """Yield the slots on the days of the closure; every clinician is locked, as a hold locks one, in order of id."""
    everybody = list(Practitioner.objects.order_by("id").select_for_update(no_key=True))
    day = timedelta(days=1)
    about = Slot.objects.taken(now).filter(
        start_at__date__gte=row.start_date - 2 * day, start_at__date__lte=row.end_date + 2 * day
    )
    busy = set(about.values_list("practitioner", flat=True))
    for practitioner in everybody:
        if practitioner.pk in busy:
            change = Closure(row.start_date, row.end_date).of(ZoneInfo(str(practitioner.time_zone)))
            before = affected.hours_of(practitioner)
            after = before.with_change(row.pk, change)
            yield from affected.by_hours(practitioner, before=before, after=after, now=now)


def _errors(name: str, start_date: date, end_date: date) -> Iterator[FieldError]:
    if not name.strip():
        yield FieldError("name", "required", "Give the closure a name.")
    if end_date < start_date:
        yield FieldError("end_date", "before-start", "The last day is before the first.")
    elif end_date - start_date > LONGEST:
        yield FieldError("end_date", "too-long", "The clinic closes for 31 days at most.")
