"""
Who answers for safety flags: the calendar of who is on call, and the chain of each service.

Refusal
├── NotAnAdministrator  (NotAllowed)  see config.core.administrators
├── NoSuchService       (NotFound)
├── NoSuchPeriod        (NotFound)
├── BadPeriod           (Invalid)   each error names its field
├── OnCallTaken         (Conflict)  somebody is on call then, with `taken`
└── BadChain            (Invalid)   see consultations.domain.escalation
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from config.core import administrators, audit
from config.core.errors import Conflict, FieldError, Invalid, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, Role, User
from consultations.domain import escalation
from consultations.domain.codes import CommunicationKind
from consultations.domain.escalation import Rung
from consultations.models import ChainStep, Communication, OnCall
from consultations.queries import roster as rosters
from providers.models import HealthcareService, PractitionerRole

LONGEST = timedelta(days=31)
MOST_WEEKS = 26


class NoSuchService(NotFound):
    """Offer the list of services."""

    code = "no-such-service"


class NoSuchPeriod(NotFound):
    """Check which period is meant; it may be over."""

    code = "no-such-period"


class BadPeriod(Invalid):
    """Correct the named fields."""

    code = "bad-period"
    title = "This period cannot be saved"


class OnCallTaken(Conflict):
    """Show who is on call then (`taken`: practitioner, start, end), and take them off first."""

    code = "on-call-taken"
    title = "Somebody is already on call then"


@flow
def put_on_call(
    *, service_id: UUID, practitioner_id: UUID, start_at: datetime, end_at: datetime, by: User, now: datetime,
    weeks: int = 1,
) -> list[OnCall]:  # fmt: skip
    """
    Put a clinician on call for a service, for one stretch of time or the same one each week.

    start_at, end_at  aware; the end is the first instant after it, at most 31 days later
    weeks             how many weeks in a row, at the same hours of the clinic's clock; 1 to 26
    Returns           the periods, all of them or none
    Writes            OnCall, AuditEvent
    Raises            NotAnAdministrator, NoSuchService, BadPeriod, OnCallTaken
    Source            docs/flows.md, row "roster"
    """
    administrators.require(by)
    if not HealthcareService.objects.filter(pk=service_id).exists():
        raise NoSuchService("There is no such service.")
    if errors := list(_faults(service_id, practitioner_id, start_at, end_at, weeks=weeks, now=now)):
        raise BadPeriod(errors[0].detail, errors=errors)

    rows = [
        OnCall(service_id=service_id, practitioner_id=practitioner_id, during=during)
        for during in _weekly(start_at, end_at, weeks=weeks)
    ]
    for row in rows:
        if not OnCall.objects.put(row):
            raise _taken(row)
        audit.record(
            event="consultations.on_call.put", entity=row, by=by, now=now, action=AuditAction.CREATE,
            detail={"practitioner": str(practitioner_id), "start": row.start_at, "end": row.end_at},
        )  # fmt: skip
    return rows


@flow
def take_off_call(*, on_call_id: UUID, by: User, now: datetime) -> OnCall:
    """
    Take a clinician off call; what has begun ends now, so that the calendar still says who was on call before.

    Writes  OnCall cancelled, or with an earlier end; AuditEvent
    Raises  NotAnAdministrator, NoSuchPeriod for one that is over or was taken back
    """
    administrators.require(by)
    rows = OnCall.objects.in_force().select_for_update(no_key=True).filter(pk=on_call_id)
    row = rows.first()
    if row is None or row.end_at <= now:
        raise NoSuchPeriod("There is no such time on call any more.")

    if row.start_at < now:
        row.during = DateTimeTZRange(row.start_at, now)
    else:
        row.cancelled_at, row.cancelled_by = now, by
    row.save(update_fields=["during", "cancelled_at", "cancelled_by", "updated_at"])

    audit.record(event="consultations.on_call.taken_off", entity=row, by=by, now=now)
    return row


@flow
def set_chain(*, service_id: UUID, steps: Sequence[Rung], by: User, now: datetime) -> list[ChainStep]:
    """
    Set the chain of a service: whom its flags go to, in order, and how long each has.

    steps   the last one is the clinic's phone; alerts that are under way keep the chain they began with
    Writes  ChainStep, AuditEvent
    Raises  NotAnAdministrator, NoSuchService, escalation.BadChain
    """
    administrators.require(by)
    service = HealthcareService.objects.select_for_update(no_key=True).filter(pk=service_id).first()
    if service is None:
        raise NoSuchService("There is no such service.")
    rungs = escalation.checked(steps)

    service.chain.all().delete()
    rows = ChainStep.objects.bulk_create(
        ChainStep(
            service=service, position=position, kind=rung.kind, emergency_minutes=rung.emergency_minutes,
            urgent_minutes=rung.urgent_minutes,
        )
        for position, rung in enumerate(rungs)
    )  # fmt: skip

    detail = {"steps": [[rung.kind, rung.emergency_minutes, rung.urgent_minutes] for rung in rungs]}
    audit.record(event="consultations.chain.set", entity=service, by=by, now=now, detail=detail)
    return rows


@flow
def warn(*, now: datetime) -> int:
    """
    Tell every administrator of time in the next week in which nobody will be on call; once more the day before.

    A gap that is there already is told of once a day.

    Returns  how many services have such a gap
    Writes   Communication
    Source   docs/flows.md, row "roster"
    """
    people = list(User.objects.filter(role=Role.ADMIN, is_active=True).values_list("pk", flat=True))
    found = rosters.coming_gaps(now)
    for one in found:
        days = min(1, (one.gap.start_at - now).days)
        for recipient_id in people:
            Communication.objects.plan(
                subject=one.service, kind=CommunicationKind.ON_CALL_GAP, recipient_id=recipient_id, due_at=now,
                occurrence=f"{one.gap.start_at:%Y-%m-%d}:{days}",
            )  # fmt: skip
    return len(found)


def _faults(
    service_id: UUID, practitioner_id: UUID, start_at: datetime, end_at: datetime, *, weeks: int, now: datetime
) -> Iterator[FieldError]:
    offers = PractitionerRole.objects.filter(
        service=service_id, practitioner=practitioner_id, practitioner__is_active=True, is_active=True
    )
    if not offers.exists():
        yield FieldError("practitioner", "not-offered", "This clinician does not offer the service.")
    if end_at <= start_at:
        yield FieldError("end", "before-start", "The end is not after the start.")
    elif end_at - start_at > LONGEST:
        yield FieldError("end", "too-long", "One stretch on call is 31 days at most.")
    elif end_at <= now:
        yield FieldError("end", "past", "This time is over.")
    elif weeks > 1 and end_at - start_at > timedelta(days=7):
        yield FieldError("weeks", "overlap", "What is repeated each week lasts a week at most.")
    if not 1 <= weeks <= MOST_WEEKS:
        yield FieldError("weeks", "out-of-range", f"Repeat for 1 to {MOST_WEEKS} weeks.")


def _weekly(start_at: datetime, end_at: datetime, *, weeks: int) -> Iterator[DateTimeTZRange]:
    """Yield the stretch and those of the following weeks, at the same hours of the clinic's clock."""
    zone = ZoneInfo(settings.CLINIC_TIME_ZONE)
    start, end = start_at.astimezone(zone), end_at.astimezone(zone)
    for week in range(weeks):
        # Adding to a local time keeps the hour on the wall, across changes of the clock too.
        later = timedelta(weeks=week)
        yield DateTimeTZRange(start + later, end + later)


def _taken(row: OnCall) -> OnCallTaken:
    others = OnCall.objects.in_force().filter(service=row.service_id, during__overlap=row.during)
    found = [
        {
            "practitioner": one.practitioner.display_name,
            "start": one.start_at.isoformat(),
            "end": one.end_at.isoformat(),
        }
        for one in others.select_related("practitioner").order_by("during")
    ]
    who = found[0]["practitioner"] if found else "Somebody"
    return OnCallTaken(f"{who} is already on call then.", extra={"taken": found})
