"""
Waiting for an earlier time, and being offered one that has become free.

Refusal
├── NothingToWaitFor  (Conflict)  the case needs no visit now, or its visit cannot be moved
├── AlreadyWaiting    (Conflict)  the case is on the list; `waitlist_entry` is its id
├── BadWish           (Invalid)   the clinician, language or days cannot be
└── NoSuchEntry       (NotFound)
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext, gettext_lazy

from config.core import audit
from config.core.errors import Conflict, FieldError, Invalid, NotFound
from config.core.flow import again_after_deadlock, flow
from config.core.insertion import insert_unless_refused
from config.core.models import AuditAction, User
from consultations.domain.codes import (
    OPEN_REQUESTS,
    AppointmentStatus,
    CommunicationKind,
    EntryStatus,
    OfferStatus,
)
from consultations.domain.waitlist import GRACE
from consultations.models import Appointment, Communication, ServiceRequest, WaitlistEntry, WaitlistOffer
from consultations.models.waitlist import WaitlistOfferQuerySet
from consultations.queries import case as cases
from consultations.queries import waitlist
from providers.domain.codes import SlotStatus
from providers.models import Practitioner, Slot
from providers.queries import availability
from providers.queries.diaries import Diary

Clock = Callable[[], datetime]


class NothingToWaitFor(Conflict):
    """Show the case: a visit cannot be booked or moved now."""

    code = "nothing-to-wait-for"
    title = gettext_lazy("There is no time to wait for")


class AlreadyWaiting(Conflict):
    """Show the entry whose id is in `waitlist_entry`."""

    code = "already-waiting"
    title = gettext_lazy("You are on the waitlist already")


class BadWish(Invalid):
    """Correct the named fields."""

    code = "bad-wish"
    title = gettext_lazy("This cannot be waited for")


class NoSuchEntry(NotFound):
    """The entry is gone, or was never yours."""

    code = "no-such-entry"


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What somebody wants to wait for.

    practitioner_id  None for anybody
    not_before       aware UTC; None for as soon as may be
    before           the visit must start before this; a booked visit is a limit by itself
    notice_minutes   how long before the visit they must have said yes
    """

    practitioner_id: UUID | None = None
    language: str = ""
    not_before: datetime | None = None
    before: datetime | None = None
    notice_minutes: int = 120


@flow
def join(*, request_id: UUID, wanted: Wanted, by: User, now: datetime) -> WaitlistEntry:
    """
    Put a case on the waitlist for an earlier time.

    Returns  the entry, `waiting`
    Writes   WaitlistEntry, AuditEvent
    Raises   NotFound, NothingToWaitFor, AlreadyWaiting, BadWish
    """
    rows = ServiceRequest.objects.select_for_update(no_key=True, of=("self",)).filter(patient__user=by)
    request = cases.whole(rows).filter(pk=request_id).first()
    if request is None:
        raise NotFound(gettext("There is no such case."))
    _refuse_unless_useful(request, now=now)
    if errors := list(_errors(request, wanted, now)):
        raise BadWish(gettext("Please correct what you are waiting for."), errors=errors)
    if (there := WaitlistEntry.objects.waiting().filter(service_request=request).first()) is not None:
        raise AlreadyWaiting(gettext("You are on the waitlist already."), extra={"waitlist_entry": str(there.pk)})

    entry = WaitlistEntry.objects.create(
        service_request=request,
        patient=request.patient,
        practitioner_id=wanted.practitioner_id,
        language=wanted.language,
        not_before=wanted.not_before,
        before=wanted.before,
        notice_minutes=wanted.notice_minutes,
        joined_at=now,
        joined_by=by,
    )

    audit.status_changed(entry, old="", new=EntryStatus.WAITING, by=by, now=now)
    _record("joined", entry, by=by, now=now, action=AuditAction.CREATE)
    return entry


@again_after_deadlock
@flow
def leave(*, entry_id: UUID, by: User, now: datetime) -> bool:
    """
    Leave the waitlist; a time that was just offered goes to the next person.

    Returns  False when the entry had ended before
    Writes   WaitlistEntry `left`, WaitlistOffer `declined`, Slot, Communication (stopped), StatusChange, AuditEvent
    Raises   NoSuchEntry
    """
    entry = WaitlistEntry.objects.visible_to(by).filter(pk=entry_id).first()
    if entry is None:
        raise NoSuchEntry(gettext("You are not on this list."))
    for open_one in _locked_offers(Q(entry=entry)):
        _end(open_one, OfferStatus.DECLINED, by=by, now=now)
    return _leave(entry, EntryStatus.LEFT, by=by, now=now)


@again_after_deadlock
@flow
def decline(*, offer_id: UUID, by: User, now: datetime) -> bool:
    """
    Say no to an offered time, which goes to the next person; the case stays on the list.

    Returns  False when the offer was over before
    Writes   WaitlistOffer `declined`, Slot, Communication (stopped), AuditEvent
    Raises   NoSuchEntry
    """
    mine = WaitlistOffer.objects.visible_to(by).filter(pk=offer_id)
    if not mine.exists():
        raise NoSuchEntry(gettext("There is no such offer."))
    found = list(_locked_offers(Q(pk=offer_id)))
    for open_one in found:
        _end(open_one, OfferStatus.DECLINED, by=by, now=now)
    return bool(found)


def work(*, clock: Clock, limit: int = 50) -> int:
    """
    Pass on what nobody took, and offer free times to those who wait; any number of workers may do so at once.

    clock    returns the present instant of the database, aware UTC
    limit    how many offers one call makes
    Returns  how many offers were made
    Writes   see settle, offer and let_go; each is a transaction of its own, and any of them may be the last
    """
    settle(now=clock())
    now = clock()
    kept = [slot.pk for slot in waitlist.reserved(now)]
    made = 0
    asked: set[UUID] = set()
    for chance in waitlist.chances(now):
        if made == limit:
            return made
        for entry_id in chance.entries:
            if entry_id in asked:
                continue
            if offer(entry_id=entry_id, practitioner_id=chance.practitioner, start_at=chance.start_at, now=clock()):
                asked.add(entry_id)
                made += 1
                break
    let_go(slot_ids=kept, now=clock())
    return made


@again_after_deadlock
@flow
def settle(*, now: datetime, limit: int = 200) -> int:
    """
    End the offers that nobody answered, whose time is gone or whose case has a sooner visit meanwhile, and the entries
    whose case needs no time any more.

    Returns  how many offers ended
    Writes   WaitlistOffer, WaitlistEntry, Slot (kept for the next person), Communication (stopped), StatusChange
    """
    for entry in _over(now)[:limit]:
        _leave(entry, EntryStatus.CLOSED, by=None, now=now)
    held = Slot.objects.filter(pk=OuterRef("slot"), status=SlotStatus.BUSY_TENTATIVE, reference=OuterRef("entry"))
    visits = Appointment.objects.live().filter(service_request=OuterRef("entry__service_request"))
    sooner = Q(Exists(visits.filter(start_at__lte=OuterRef("start_at"))))
    ended = Q(expires_at__lte=now) | ~Exists(held) | ~Q(entry__status=EntryStatus.WAITING) | sooner
    found = list(_locked_offers(ended, skip_locked=True)[:limit])
    for one in found:
        status = OfferStatus.EXPIRED if one.expires_at <= now else OfferStatus.WITHDRAWN
        _end(one, status, by=None, now=now)
    return len(found)


@again_after_deadlock
@flow
def offer(*, entry_id: UUID, practitioner_id: UUID, start_at: datetime, now: datetime) -> WaitlistOffer | None:
    """
    Hold a free time for somebody who waits, and tell them until when.

    start_at  aware UTC
    Returns   the offer; None when the person or the time is no longer to be had
    Writes    WaitlistOffer, Slot `busy-tentative`, Communication, StatusChange, AuditEvent
    """
    entry = _ready(entry_id, start_at=start_at)
    if entry is None or waitlist.answer_by(entry.service_request.service, now) >= start_at:
        return None
    slot = _held(entry, practitioner_id=practitioner_id, start_at=start_at, now=now)
    if slot is None:
        return None

    made = WaitlistOffer(
        entry=entry,
        patient=entry.patient,
        slot=slot,
        practitioner_id=practitioner_id,
        start_at=slot.start_at,
        end_at=slot.end_at,
        offered_at=now,
        expires_at=waitlist.answer_by(entry.service_request.service, now),
    )
    if not insert_unless_refused(made):
        Slot.objects.give_back([slot.pk], by=None, now=now, reason="offered-already")
        return None
    Communication.objects.plan(
        subject=made,
        kind=CommunicationKind.WAITLIST_OFFER,
        recipient_id=entry.patient.user_id,
        due_at=now,
        expires_at=made.expires_at,
    )

    audit.record(
        event="consultations.waitlist.offered", entity=made, by=None, now=now, action=AuditAction.CREATE,
        patient_id=entry.patient_id, detail={"slot": slot.pk, "entry": entry.pk},
    )  # fmt: skip
    return made


@flow
def let_go(*, slot_ids: list[UUID], now: datetime) -> int:
    """
    Give back the times that were kept for the waitlist and that nobody on it wants.

    slot_ids  those that stood when the search for people began
    Returns   how many were given back
    Writes    Slot `free`, StatusChange
    """
    unwanted = Slot.objects.filter(pk__in=slot_ids, holder__isnull=True).values_list("pk", flat=True)
    return Slot.objects.give_back(list(unwanted), by=None, now=now, reason="nobody-waits")


def _refuse_unless_useful(request: ServiceRequest, *, now: datetime) -> None:
    case = cases.case(request)
    visit = case.appointment if case.standing.has_visit else None
    if visit is None and not case.standing.may_book:
        raise NothingToWaitFor(gettext("A visit cannot be booked for this now."))
    if visit is not None and not waitlist.is_movable(visit, request, now=now):
        raise NothingToWaitFor(gettext("Your visit cannot be moved any more, so there is nothing to wait for."))


def _errors(request: ServiceRequest, wanted: Wanted, now: datetime) -> Iterator[FieldError]:
    offering = Practitioner.objects.active().filter(roles__service=request.service, roles__is_active=True)
    if wanted.practitioner_id is not None and not offering.filter(pk=wanted.practitioner_id).exists():
        yield FieldError("practitioner", "unknown", gettext("Choose one of the clinicians of this service."))
    if wanted.language and not offering.filter(languages__contains=[wanted.language]).exists():
        yield FieldError("language", "not-spoken", gettext("No clinician of this service speaks this language."))
    if wanted.before is not None and wanted.before <= max(now, wanted.not_before or now):
        yield FieldError("before", "too-early", gettext("The last day is before the first, or has passed."))
    if not 0 <= wanted.notice_minutes <= 14 * 1440:
        yield FieldError("notice_minutes", "out-of-range", gettext("Give a notice of at most fourteen days."))


def _ready(entry_id: UUID, *, start_at: datetime) -> WaitlistEntry | None:
    """Return the entry, locked, if it still waits, has no open offer, and its patient is free then."""
    rows = WaitlistEntry.objects.waiting().select_for_update(no_key=True, skip_locked=True, of=("self",))
    entry = rows.select_related("service_request__service", "service_request__patient", "patient__user").filter(
        pk=entry_id, service_request__status__in=OPEN_REQUESTS
    )
    found = entry.first()
    if found is None or WaitlistOffer.objects.open().filter(patient=found.patient).exists():
        return None
    live = Appointment.objects.live().filter(patient=found.patient)
    other = live.exclude(service_request=found.service_request).filter(during__contains=start_at)
    own = live.filter(service_request=found.service_request, start_at__lte=start_at)
    return None if other.exists() or own.exists() else found


def _held(entry: WaitlistEntry, *, practitioner_id: UUID, start_at: datetime, now: datetime) -> Slot | None:
    """Return the time, held for the person, or None when it is not theirs to have."""
    service = entry.service_request.service
    kept = Slot.objects.reserved(now).filter(practitioner=practitioner_id, start_at=start_at, service=service)
    reserved = kept.select_for_update(no_key=True, skip_locked=True).first()
    asked, besides = waitlist.asked(entry), [reserved.pk] if reserved else []
    free = availability.free_at(asked, start_at=start_at, now=now, practitioner=practitioner_id, skip=besides)
    if not free:
        return None
    slot = _slot(entry, free[0], start_at=start_at, now=now)
    if reserved is not None and Slot.objects.pass_on(pk=reserved.pk, to=slot, now=now):
        slot = reserved
    elif not Slot.objects.take(slot):
        return None
    # Under the clinician's row lock, as every hold: hours, licences or the day's count may have just changed.
    Practitioner.objects.select_for_update(no_key=True).get(pk=practitioner_id)
    if not availability.free_at(asked, start_at=start_at, now=now, practitioner=practitioner_id, skip=[slot.pk]):
        Slot.objects.give_back([slot.pk], by=None, now=now, reason="not-offered")
        return None
    audit.status_changed(slot, old="", new=SlotStatus.BUSY_TENTATIVE, by=None, now=now, reason="waitlist")
    return slot


def _slot(entry: WaitlistEntry, diary: Diary, *, start_at: datetime, now: datetime) -> Slot:
    visit, block = diary.terms.visit(start_at), diary.terms.block(start_at)
    case = entry.service_request
    return Slot(
        practitioner=diary.practitioner,
        service=case.service,
        status=SlotStatus.BUSY_TENTATIVE,
        start_at=visit.start,
        end_at=visit.end,
        blocked=DateTimeTZRange(block.start, block.end),
        holder=entry.patient.user,
        reference=entry.pk,
        state=case.state,
        expires_at=waitlist.answer_by(case.service, now) + GRACE,
    )


def _over(now: datetime) -> list[WaitlistEntry]:
    """Return the entries that have nothing to wait for: the case is over, is being seen, or the last day has passed."""
    seen = Appointment.objects.filter(
        service_request=OuterRef("service_request"),
        status__in=[AppointmentStatus.CHECKED_IN, AppointmentStatus.ARRIVED, AppointmentStatus.FULFILLED],
    )
    over = ~Q(service_request__status__in=OPEN_REQUESTS) | Q(before__lte=now) | Q(Exists(seen))
    rows = WaitlistEntry.objects.waiting().filter(over).order_by("joined_at", "id")
    return list(rows.select_for_update(no_key=True, skip_locked=True, of=("self",)))


def _locked_offers(which: Q, *, skip_locked: bool = False) -> WaitlistOfferQuerySet:
    rows = WaitlistOffer.objects.open().filter(which).select_related("slot", "patient").order_by("expires_at", "id")
    return rows.select_for_update(no_key=True, skip_locked=skip_locked, of=("self",))


def _end(one: WaitlistOffer, status: OfferStatus, *, by: User | None, now: datetime) -> None:
    """Write how an offer ended, and keep its time for the next person."""
    one.end(status, now=now)
    Slot.objects.put_back(pk=one.slot_id, holder=one.patient.user_id, now=now)
    Communication.objects.stop(subject_id=one.pk, now=now, reason=str(status))
    audit.status_changed(one, old=OfferStatus.OPEN, new=status, by=by, now=now)


def _leave(entry: WaitlistEntry, status: EntryStatus, *, by: User | None, now: datetime) -> bool:
    waiting = WaitlistEntry.objects.waiting().filter(pk=entry.pk)
    if waiting.update(status=status, ended_at=now, updated_at=now) == 0:
        return False
    audit.status_changed(entry, old=EntryStatus.WAITING, new=status, by=by, now=now)
    return True


def _record(event: str, entry: WaitlistEntry, *, by: User, now: datetime, action: AuditAction) -> None:
    audit.record(
        event=f"consultations.waitlist.{event}", entity=entry, by=by, now=now, action=action,
        patient_id=entry.patient_id,
    )  # fmt: skip
