"""
Holding a time for a patient until it is booked, and giving it back.

Refusal
├── NotOffered     (Invalid)   the time is not one that could be held
├── SlotTaken      (Conflict)  somebody else has it; `nearest` names free times
├── TooManyHolds   (Conflict)  this person holds as many times as they may
└── NoSuchHold     (NotFound)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext, gettext_lazy, ngettext

from config.core import audit
from config.core.compiled import Compiled
from config.core.errors import Conflict, FieldError, Invalid, NotFound
from config.core.flow import again_after_deadlock, flow
from config.core.models import AuditAction, User
from providers.domain import choice
from providers.domain.codes import SlotStatus
from providers.domain.intervals import Interval, intersect, subtract
from providers.domain.states import STATES
from providers.domain.terms import Terms
from providers.models import (
    HealthcareService,
    OpenTime,
    OpenTimeChange,
    OpenTimeCover,
    Practitioner,
    PractitionerRole,
    Slot,
)
from providers.queries import availability, open_times
from providers.queries.availability import Offer
from providers.queries.diaries import Asked, Diaries, Diary, all_diaries, block_of, terms_of
from providers.queries.open_time_walk import Standing
from providers.queries.was_offered import was_offered

_WEEK = timedelta(days=7)
# Further than a visit with its buffers, or the rest of a local day, can reach.
_AROUND = timedelta(days=1, hours=12)
_UNKNOWN = Standing([], [], is_taken=False)
_SERVICE = Compiled(lambda service_id: HealthcareService.objects.active().filter(pk=service_id))
_END = datetime.max.replace(tzinfo=UTC)


class NotOffered(Invalid):
    """Choose one of the times that are offered."""

    code = "not-offered"
    title = gettext_lazy("This time is not offered")


class SlotTaken(Conflict):
    """Choose one of the nearest free times."""

    code = "slot-taken"
    title = gettext_lazy("That time was just taken")


class TooManyHolds(Conflict):
    """Give one of the held times back, or wait until it expires."""

    code = "too-many-holds"
    title = gettext_lazy("You are holding several times already")


class NoSuchHold(NotFound):
    """The hold is gone, or was never yours."""

    code = "no-such-hold"
    title = gettext_lazy("That time is no longer held")


@again_after_deadlock
@flow
def hold(
    *,
    service_id: UUID,
    state: str,
    start_at: datetime,
    practitioner_id: UUID | None,
    by: User,
    reference: UUID,
    now: datetime,
    known_to: frozenset[UUID] = frozenset(),
    language: str = "",
    born: date | None = None,
) -> Slot:
    """
    Hold a time with one clinician until it expires, in place of what `by` held for the same reference.

    state            where the patient will be, a licence jurisdiction
    start_at         aware instant, exactly as offered
    practitioner_id  None: whoever knows the patient, then whoever has least of their time booked
    reference        the ServiceRequest that the time is for
    known_to         clinicians who have seen this patient
    born             date of birth, when the service's minimum age must count
    Returns  the slot, `busy-tentative`; it expires after the service's hold_minutes
    Writes   Slot, StatusChange, AuditEvent; expired holds in the way become free; OpenTime
    Raises   NotOffered when nobody offers that time, taken or not; SlotTaken with `nearest`, a list of
             {practitioner, start, end, time_zone}; TooManyHolds at more than the service's max_holds
    Source   FHIR R4 Slot.status busy-tentative; docs/locking.md
    """
    asked = _asked(service_id, state=state, language=language, known_to=known_to, born=born)
    wish = _Wish(asked=asked, start_at=start_at, practitioner_id=practitioner_id, by=by, reference=reference, now=now)
    standing = _standing(wish)
    if not standing.people:
        raise _refusal(wish, standing)
    earlier = _holds_of(by, reference=reference, most=asked.service.max_holds, now=now)

    wish = replace(wish, standing=standing, earlier=earlier)
    only = _only(wish)
    wish, offering = _weighed(wish) if only is None else (wish, _one(wish, only))
    taken = next(filter(None, (_take(wish, *one) for one in offering)), None)
    if taken is None:
        raise _refusal(wish, _standing(wish))
    slot, diaries, expired = taken
    Slot.objects.give_back([held.pk for held in earlier], by=by, now=now, reason="replaced")
    _work_in(slot, diaries, wish, expired)

    audit.record(
        event="providers.slot.held", entity=slot, by=by, now=now, action=AuditAction.CREATE,
        detail={"practitioner": slot.practitioner_id, "chosen": practitioner_id is None}
        | (_why(slot, diaries, wish) if practitioner_id is None else {}),
    )  # fmt: skip
    audit.status_changed(slot, old="", new=SlotStatus.BUSY_TENTATIVE, by=by, now=now)
    return slot


@flow
def release(*, slot_id: UUID, by: User, now: datetime) -> bool:
    """
    Give a held time back.

    Returns  False when it had expired or was given back before
    Writes   Slot `free`, StatusChange
    Raises   NoSuchHold for what is not a hold of `by`
    """
    slot = Slot.objects.visible_to(by).select_for_update(no_key=True).filter(pk=slot_id).first()
    if slot is None or slot.status not in {SlotStatus.BUSY_TENTATIVE, SlotStatus.FREE}:
        raise NoSuchHold(gettext("This time is not held by you."))
    if slot.status == SlotStatus.FREE:
        return False

    Slot.objects.release(pk=slot.pk, now=now)
    audit.status_changed(slot, old=SlotStatus.BUSY_TENTATIVE, new=SlotStatus.FREE, by=by, now=now, reason="released")
    return slot.expires_at is not None and slot.expires_at > now


@flow
def expire(*, now: datetime, limit: int = 500) -> int:
    """
    Free holds whose time is over; hygiene only, since an expired hold stops nobody.

    Returns  how many were freed
    Writes   Slot `free`, StatusChange
    """
    expired = Slot.objects.filter(status=SlotStatus.BUSY_TENTATIVE, expires_at__lte=now).order_by("id")
    waiting = expired.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit]
    return Slot.objects.give_back(list(waiting), by=None, now=now, reason="expired")


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is wanted, how that time stood, the holds that it would replace, and between whom there was a choice."""

    asked: Asked
    start_at: datetime
    practitioner_id: UUID | None
    by: User
    reference: UUID
    now: datetime
    standing: Standing = _UNKNOWN
    earlier: Sequence[Slot] = ()
    candidates: Sequence[choice.Candidate] = ()

    @property
    def among(self) -> set[UUID]:
        """Return whoever may have the time, who loses an earlier hold for it among them."""
        return {*self.standing.people, *(slot.practitioner_id for slot in self.earlier)}


def _asked(service_id: UUID, *, state: str, language: str, known_to: frozenset[UUID], born: date | None) -> Asked:
    service = _SERVICE.first(service_id)
    if service is None:
        raise NotOffered(gettext("This service is not offered at present."), errors=[_field("service")])
    return Asked(service=service, state=state, language=language, known_to=known_to, born=born)


def _standing(wish: _Wish) -> Standing:
    """
    Return who may have the time: read before anything is locked, so that whoever is too late is told at once.

    It is never the last word for anybody who is among the people: hours, slots and the constraint are.
    """
    return availability.standing(
        wish.asked, start_at=wish.start_at, now=wish.now, by=wish.by.pk, reference=wish.reference,
        practitioner=wish.practitioner_id,
    )  # fmt: skip


def _holds_of(by: User, *, reference: UUID, most: int, now: datetime) -> list[Slot]:
    """Return what `by` holds for the reference; one person's holds are counted one after another."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    holds = list(Slot.objects.held_by(by, now=now))
    if sum(slot.reference != reference for slot in holds) >= most:
        words = ngettext(
            "You may hold one time at once. Give it back, or wait until it expires.",
            "You may hold %(count)s times at once. Give one back, or wait until it expires.",
            most,
        )
        raise TooManyHolds(words % {"count": most})
    return [slot for slot in holds if slot.reference == reference]


def _only(wish: _Wish) -> UUID | None:
    """Return the clinician who was named, or the only one who may have the time; None when there is a choice."""
    return wish.practitioner_id or (next(iter(wish.among)) if len(wish.among) == 1 else None)


def _one(wish: _Wish, practitioner_id: UUID) -> list[tuple[Practitioner, Terms]]:
    """
    Return the only clinician in question with the terms of the visit; [] when they cannot be the one.

    Whether the time is free is not asked here: the insert tells it, and those who lose learn it soonest. All else is
    asked under the clinician's row lock.
    """
    if wish.asked.state not in STATES or not availability.is_ahead(wish.asked, start_at=wish.start_at, now=wish.now):
        return []
    roles = PractitionerRole.objects.filter(practitioner=practitioner_id, service=wish.asked.service, is_active=True)
    return [(role.practitioner, terms_of(wish.asked.service, role)) for role in roles.select_related("practitioner")]


def _weighed(wish: _Wish) -> tuple[_Wish, list[tuple[Practitioner, Terms]]]:
    """Return whoever has the time free: with what speaks for each, and all of them with their terms, the best first."""
    earlier = [slot.pk for slot in wish.earlier]
    free = availability.free_at(wish.asked, start_at=wish.start_at, now=wish.now, among=wish.among, skip=earlier)
    candidates = [_candidate(diary, wish.start_at) for diary in free]
    ordered = [(diary.practitioner, diary.terms) for diary in _in_order(free, candidates, wish)]
    return replace(wish, candidates=candidates), ordered


def _why(slot: Slot, diaries: Diaries, wish: _Wish) -> dict[str, str | int]:
    """Return why this clinician was chosen, so that an administrator can say it."""
    candidates = wish.candidates or [_candidate(one, wish.start_at) for one in _own(slot, diaries, wish)]
    chosen = next(one for one in candidates if one.practitioner_id == slot.practitioner_id)
    return choice.why(chosen, candidates, preferred=wish.asked.known_to)._asdict()


def _in_order(free: list[Diary], candidates: list[choice.Candidate], wish: _Wish) -> list[Diary]:
    by_id = {diary.practitioner.pk: diary for diary in free}
    ordered = choice.in_order(candidates, preferred=wish.asked.known_to, start_at=wish.start_at)
    return [by_id[candidate.practitioner_id] for candidate in ordered]


def _candidate(diary: Diary, start_at: datetime) -> choice.Candidate:
    calendar = diary.calendar(_fortnight(start_at))
    booked = [Interval(slot.start_at, slot.end_at) for slot in diary.taken]
    return choice.Candidate(
        practitioner_id=diary.practitioner.pk,
        booked_minutes=_minutes(booked),
        open_minutes=_minutes(subtract(calendar.windows, calendar.closed)),
    )


def _fortnight(start_at: datetime) -> Interval:
    return Interval(start_at - _WEEK, start_at + _WEEK)


def _minutes(intervals: Iterable[Interval]) -> int:
    return int(sum((one.end - one.start for one in intervals), timedelta()).total_seconds() // 60)


def _take(wish: _Wish, practitioner: Practitioner, terms: Terms) -> tuple[Slot, Diaries, list[Slot]] | None:
    """
    Return the slot with this clinician, their diaries around it and the expired holds that made way.

    None when the time cannot be had.
    """
    slot = _slot(wish, practitioner, terms)
    own = [held for held in wish.earlier if held.practitioner_id == slot.practitioner_id]
    overlapped = [held.pk for held in own if block_of(held).overlaps(block_of(slot))]
    Slot.objects.give_back(overlapped, by=wish.by, now=wish.now, reason="replaced")
    expired = _expired_in_the_way(slot, wish)
    Slot.objects.give_back([one.pk for one in expired], by=None, now=wish.now, reason="expired")
    if not Slot.objects.take(slot):
        return None
    slot.practitioner = Practitioner.objects.select_for_update(no_key=True).get(pk=slot.practitioner_id)
    # The two weeks by which somebody's load is told, unless that was told before.
    span = _around(slot) if wish.candidates or wish.practitioner_id else _fortnight(wish.start_at)
    diaries = all_diaries(slot.practitioner, span=span, now=wish.now)
    if _is_still_offered(slot, diaries, wish):
        return slot, diaries, expired
    Slot.objects.filter(pk=slot.pk).delete()
    return None


def _slot(wish: _Wish, practitioner: Practitioner, terms: Terms) -> Slot:
    visit, block = terms.visit(wish.start_at), terms.block(wish.start_at)
    return Slot(
        practitioner=practitioner,
        service=wish.asked.service,
        status=SlotStatus.BUSY_TENTATIVE,
        start_at=visit.start,
        end_at=visit.end,
        blocked=DateTimeTZRange(block.start, block.end),
        holder=wish.by,
        reference=wish.reference,
        state=wish.asked.state,
        expires_at=wish.now + timedelta(minutes=wish.asked.service.hold_minutes),
    )


def _is_still_offered(slot: Slot, diaries: Diaries, wish: _Wish) -> bool:
    """Ask again under the clinician's row lock: hours, licences or the day's count may have just changed."""
    moment = availability.moment_of(slot.start_at)
    return any(any(diary.offers(wish.asked, span=moment, now=wish.now)) for diary in _own(slot, diaries, wish))


def _own(slot: Slot, diaries: Diaries, wish: _Wish) -> list[Diary]:
    """Return the clinician's diary of the service as it was before this time was taken."""
    besides = {slot.pk, *(held.pk for held in wish.earlier)}
    return [diary.without(besides) for service, diary in diaries if service.pk == slot.service_id]


def _work_in(slot: Slot, diaries: Diaries, wish: _Wish, expired: list[Slot]) -> None:
    """Bring the table of open times up to date around what was just taken and given back, under the row lock."""
    is_covered = slot.practitioner_id in wish.standing.sure
    if not is_covered and not OpenTimeCover.objects.filter(practitioner=slot.practitioner_id).exists():
        return
    freed = [*expired, *(held for held in wish.earlier if held.practitioner_id == slot.practitioner_id)]
    gone = {held.pk for held in freed}
    here, now = _around(slot), wish.now
    near = [slot, *(held for held in freed if here.contains(block_of(held)))]
    far = [_around(held) for held in freed if not here.contains(block_of(held))]
    touched, ahead = open_times.touched(near, diaries), Interval(now, _END)
    left = [(service, diary.without(gone)) for service, diary in diaries]
    known = intersect(touched, [Interval(max(here.start, now), here.end)])
    for span in known:
        rows = open_times.derived(slot.practitioner, left, span=span, now=now)
        OpenTime.objects.replace(slot.practitioner_id, span=span, rows=rows)
    for span in subtract(intersect([*touched, *far], [ahead]), known):
        rows = open_times.expected(slot.practitioner, span=span, now=now)
        OpenTime.objects.replace(slot.practitioner_id, span=span, rows=rows)
    OpenTimeChange.objects.made_by([slot.pk, *gone]).delete()


def _around(slot: Slot) -> Interval:
    return Interval(slot.start_at - _AROUND, slot.end_at + _AROUND)


def _expired_in_the_way(slot: Slot, wish: _Wish) -> list[Slot]:
    if slot.practitioner_id in wish.standing.sure:
        return []
    expired = Slot.objects.filter(
        practitioner=slot.practitioner_id,
        status=SlotStatus.BUSY_TENTATIVE,
        expires_at__lte=wish.now,
        blocked__overlap=slot.blocked,
    )
    return list(expired)


def _refusal(wish: _Wish, standing: Standing) -> Invalid | Conflict:
    asked, start_at, now, practitioner = wish.asked, wish.start_at, wish.now, wish.practitioner_id
    if not standing.is_taken and not was_offered(asked, start_at=start_at, now=now, practitioner=practitioner):
        return NotOffered(gettext("Please choose one of the times that are offered."), errors=[_field("start")])
    near = availability.nearest(asked, start_at=start_at, now=now, practitioner=practitioner)
    if not near and practitioner is not None:
        near = availability.nearest(asked, start_at=start_at, now=now)
    words = gettext("That time was just taken. Please choose another one.")
    return SlotTaken(words, extra={"nearest": [_offer(offer) for offer in near]})


def _offer(offer: Offer) -> dict[str, str]:
    start, end = (at.isoformat().replace("+00:00", "Z") for at in (offer.start_at, offer.end_at))
    return {
        "practitioner": str(offer.practitioner),
        "practitioner_name": offer.name,
        "start": start,
        "end": end,
        "time_zone": offer.time_zone,
    }


def _field(name: str) -> FieldError:
    return FieldError(name, "not-offered", gettext("Choose one of those that are offered."))
