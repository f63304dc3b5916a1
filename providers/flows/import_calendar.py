"""
Blocking the times at which a clinician's other calendar is busy.

Refusal
├── BadAddress      (Invalid)   the address may not be asked
├── TooMany         (Conflict)  the clinician has as many calendars as they may
└── NoSuchCalendar  (NotFound)
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from config.core import audit
from config.core.errors import Conflict, FieldError, Invalid, NotFound
from config.core.flow import again_after_deadlock, flow
from config.core.models import AuditAction, User
from providers.adapters import external_calendar
from providers.domain.codes import SlotStatus
from providers.domain.intervals import Interval, subtract
from providers.models import ExternalBusy, ExternalCalendar, Practitioner, Slot
from providers.queries.diaries import block_of

EVERY = timedelta(minutes=15)
AGAIN = timedelta(hours=1)
AHEAD = timedelta(days=90)
MOST = 5
_DAY = timedelta(days=1)


class BadAddress(Invalid):
    """Give the https address of a calendar."""

    code = "bad-calendar-address"
    title = "This calendar cannot be read"


class TooMany(Conflict):
    """Remove one first."""

    code = "too-many-calendars"
    title = "There are enough calendars"


class NoSuchCalendar(NotFound):
    """Check which calendar is meant."""

    code = "no-such-calendar"


@flow
def connect(*, practitioner_id: UUID, name: str, address: str, by: User, now: datetime) -> ExternalCalendar:
    """
    Remember the address of a calendar; the worker reads it within a minute.

    Writes  ExternalCalendar, AuditEvent without the address
    Raises  NoSuchCalendar for a clinician who is not `by`, BadAddress, TooMany
    Source  RFC 5545
    """
    practitioner = _locked(practitioner_id, by)
    name = name.strip()[:100]
    if not name:
        raise BadAddress("Give the calendar a name.", errors=[FieldError("name", "required", "Give it a name.")])
    try:
        external_calendar.checked(address)
    except external_calendar.Unreadable as error:
        words = "Give the secret https address of a calendar, as your calendar program shows it."
        raise BadAddress(words, errors=[FieldError("address", error.code, words)]) from error
    there = practitioner.external_calendars.all()
    if there.filter(name=name).exists():
        words = "There is a calendar of that name already."
        raise BadAddress(words, errors=[FieldError("name", "duplicate", words)])
    if there.count() >= MOST:
        raise TooMany(f"A clinician has at most {MOST} calendars.")

    row = ExternalCalendar(practitioner=practitioner, name=name, next_fetch_at=now, made_by=by)
    row.address = address
    row.save()

    audit.record(event="providers.calendar.connected", entity=row, by=by, now=now, action=AuditAction.CREATE)
    return row


@flow
def disconnect(*, calendar_id: UUID, by: User, now: datetime) -> None:
    """
    Forget a calendar and free what it blocked.

    Writes  ExternalCalendar and ExternalBusy (removed), Slot `free`, AuditEvent
    Raises  NoSuchCalendar
    """
    row = ExternalCalendar.objects.visible_to(by).filter(pk=calendar_id).first()
    if row is None:
        raise NoSuchCalendar("There is no such calendar.")
    practitioner = _locked(row.practitioner_id, by)

    for slot in _blocks(practitioner, row):
        Slot.objects.release(pk=slot.pk, now=now)
    audit.record(event="providers.calendar.disconnected", entity=row, by=by, now=now, action=AuditAction.DELETE)
    row.delete()


@again_after_deadlock
@flow
def apply(*, calendar_id: UUID, busy: Sequence[Interval] | None, etag: str, now: datetime) -> int:
    """
    Block what a calendar has busy and is free here; a booked visit stays where it is, and is a conflict to look at.

    busy     None when the calendar has not changed: blocks are still brought up to date with what was freed here
    Returns  how many blocks were added or freed
    Writes   ExternalBusy, Slot `busy-unavailable` or `free`, ExternalCalendar
    Raises   NoSuchCalendar
    """
    row = _row(calendar_id)
    if busy is not None:
        ExternalBusy.objects.filter(calendar=row).delete()
        ExternalBusy.objects.bulk_create(ExternalBusy(calendar=row, start_at=one.start, end_at=one.end) for one in busy)
    stored = ExternalBusy.objects.filter(calendar=row, end_at__gt=now).order_by("start_at")
    changed = _block(row, [Interval(one.start_at, one.end_at) for one in stored], now)

    row.etag, row.fetched_at, row.failure, row.failed_at = etag, now, "", None
    row.next_fetch_at = now + EVERY
    row.save(update_fields=["etag", "fetched_at", "failure", "failed_at", "next_fetch_at", "updated_at"])
    return changed


@flow
def failed(*, calendar_id: UUID, code: str, now: datetime) -> None:
    """
    Write down that a calendar could not be read; what it blocked stays, and it is tried again in an hour.

    Writes  ExternalCalendar
    Raises  NoSuchCalendar
    """
    row = _row(calendar_id)
    row.failure, row.failed_at, row.next_fetch_at = code, now, now + AGAIN
    row.save(update_fields=["failure", "failed_at", "next_fetch_at", "updated_at"])


def _locked(practitioner_id: UUID, by: User) -> Practitioner:
    rows = Practitioner.objects.visible_to(by).select_for_update(no_key=True)
    if (practitioner := rows.filter(pk=practitioner_id).first()) is None:
        raise NoSuchCalendar("There is no such clinician.")
    return practitioner


def _row(calendar_id: UUID) -> ExternalCalendar:
    rows = ExternalCalendar.objects.select_for_update(no_key=True, of=("self",)).select_related("practitioner")
    if (row := rows.filter(pk=calendar_id).first()) is None:
        raise NoSuchCalendar("There is no such calendar.")
    return row


def _blocks(practitioner: Practitioner, row: ExternalCalendar) -> list[Slot]:
    mine = Slot.objects.filter(practitioner=practitioner, status=SlotStatus.BUSY_UNAVAILABLE, reference=row.pk)
    return list(mine.order_by("start_at", "id"))


def _block(row: ExternalCalendar, busy: Iterable[Interval], now: datetime) -> int:
    """Make the blocks of a calendar what is busy there and not taken by anything else here."""
    practitioner = Practitioner.objects.select_for_update(no_key=True).get(pk=row.practitioner_id)
    blocks = [slot for slot in _blocks(practitioner, row) if slot.end_at > now]
    own = {slot.pk for slot in blocks}
    taken = Slot.objects.taken(now).filter(practitioner=practitioner, end_at__gt=now - _DAY).exclude(pk__in=own)
    wanted = set(_days(subtract(busy, [block_of(slot) for slot in taken])))
    there = {Interval(slot.start_at, slot.end_at): slot for slot in blocks}
    gone = [slot for span, slot in there.items() if span not in wanted]
    for slot in gone:
        Slot.objects.release(pk=slot.pk, now=now)
    added = [span for span in sorted(wanted - set(there)) if Slot.objects.take(_slot(practitioner, row, span))]
    return len(gone) + len(added)


def _days(spans: Iterable[Interval]) -> Iterator[Interval]:
    """Cut spans at midnight UTC: whoever looks for what is taken on a day looks back no further than a visit is long."""
    for start, end in spans:
        while start < end:
            midnight = datetime.combine(start.date() + _DAY, datetime.min.time(), tzinfo=start.tzinfo)
            yield Interval(start, min(midnight, end))
            start = midnight


def _slot(practitioner: Practitioner, row: ExternalCalendar, span: Interval) -> Slot:
    return Slot(
        practitioner=practitioner,
        status=SlotStatus.BUSY_UNAVAILABLE,
        start_at=span.start,
        end_at=span.end,
        blocked=DateTimeTZRange(span.start, span.end),
        reference=row.pk,
    )
