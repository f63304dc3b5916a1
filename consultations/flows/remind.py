"""
Sending what is planned: take due messages, write the intent, send, write the outcome.

Each of take, intent and outcome is a commit. So whatever dies and whenever, no message is lost, and a sender that dies
leaves at most the one in doubt that it was handing over: that one may come twice.
"""

import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F

from config.core.flow import flow, insist
from consultations.adapters import links
from consultations.adapters.mail import Letter
from consultations.adapters.outcome import Outcome, Result
from consultations.adapters.push import Note
from consultations.adapters.sms import STOPPED_BY_RECIPIENT, Text
from consultations.domain.codes import Channel, CommunicationStatus, DeviceEnd, WishSource
from consultations.models import Communication, CommunicationPreference, PushDevice
from consultations.models.communication import CommunicationQuerySet
from consultations.models.communication_preference import wishes_of
from consultations.queries import letters, outgoing
from consultations.queries.letters import NO_DEVICE, NO_PHONE, Void

LEASE = timedelta(seconds=settings.MESSAGE_LEASE_SECONDS)
# A sender stops when less is left of its lease than one hand-over may take, and long before Celery would end its task.
_BATCH_SECONDS = min(12, settings.MESSAGE_LEASE_SECONDS - settings.EMAIL_TIMEOUT - 2)
# So many letters are read, written and dialled together, and called back when that was so long ago.
_PAGE = 50
_FRESH_SECONDS = 1
# A text is asked for after the carrier has surely listed it, and again at this distance, for so long.
_ASKED_AFTER = timedelta(minutes=1)
_ASKED_FOR = timedelta(days=1)
_Message = Letter | Text | Note
# Takes the messages of its channel: letters, texts or notifications.
Send = Callable[[Any], Outcome | Result]
Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that one sender holds; the token makes a late report of an older sender harmless."""

    communication_id: UUID
    token: UUID


@dataclass(frozen=True, slots=True)
class Done:
    """A message that was handed over, and what became of it."""

    taken: Taken
    outcome: Outcome


def drain(*, send: Send, clock: Clock, channel: Channel, seconds: float = 4, limit: int = 50) -> int:
    """
    Send the due messages of one channel until there are none, the time is over or nobody can be reached.

    channel  each by itself, so that one that is down does not keep the others
    seconds  how long to begin new batches
    limit    how many messages are taken at once
    Returns  how many were handed over
    """
    end = time.monotonic() + seconds
    sent = 0
    while taken := insist(lambda: take(now=clock(), limit=limit, channel=channel)):
        batch = _Batch(send, clock)
        is_whole = batch.hand_over(taken)
        sent += batch.sent
        if not is_whole or time.monotonic() >= end:
            break
    return sent


def dispatch(*, send: Send, clock: Clock, limit: int = 50) -> int:
    """
    Send one batch of due messages; any number of senders may do so at once, and any of them may die.

    clock    returns the present instant of the database, aware UTC
    limit    how many messages one call takes
    Returns  how many were handed to the mail server
    Writes   Communication; each of take, intent and outcome is a transaction of its own
    Source   docs/adr/0003-messages-are-rows.md
    """
    batch = _Batch(send, clock)
    batch.hand_over(take(now=clock(), limit=limit))
    return batch.sent


def look_up(*, ask: Callable[..., Outcome], clock: Clock, limit: int = 50) -> int:
    """
    Settle the texts whose fate is unknown by asking the carrier for each.

    ask      called with a Text and `since`; returns SENT or REFUSED, RETRY when the carrier never had it, UNKNOWN
    clock    returns the present instant of the database, aware UTC
    Returns  how many are settled; the rest is asked for again later, and seen by administrators
    Writes   Communication, as `settle` does
    """
    now = clock()
    settled = 0
    for message in Communication.objects.unknown_texts(since=now - _ASKED_FOR, before=now - _ASKED_AFTER)[:limit]:
        patient = getattr(message.recipient, "patient", None)
        if message.token is None or patient is None:
            continue
        text = Text(to=str(patient.phone), body="", reference=links.short(message.pk))
        outcome = ask(text, since=message.dialled_at)
        settle(taken=Taken(message.pk, message.token), result=outcome, now=clock())
        settled += outcome.result is not Result.UNKNOWN
    return settled


@flow
def take(*, now: datetime, limit: int, channel: Channel | None = None) -> list[Taken]:
    """
    Take due messages for sending, and first put an end to what is late or was left by a sender that died.

    now      aware UTC
    channel  None for every one
    Returns  messages that nobody else holds, oldest due first
    Writes   Communication: `not-done` (too late), `preparation` or `unknown` (left behind), `in-progress` (taken)
    """
    Communication.objects.reap(now)
    token = uuid.uuid4()
    while True:
        due = Communication.objects.due(now).filter(**({"channel": channel} if channel else {}))
        free = due.select_for_update(skip_locked=True, no_key=True).order_by("due_at", "id")
        found = list(free.values_list("pk", "expires_at")[:limit])
        late = [pk for pk, expires_at in found if expires_at is not None and expires_at <= now]
        if late:
            ended = Communication.objects.filter(pk__in=late)
            ended.update(status=CommunicationStatus.NOT_DONE, status_reason="too-late", updated_at=now)
        if ids := [pk for pk, _ in found if pk not in set(late)]:
            Communication.objects.filter(pk__in=ids).update(
                status=CommunicationStatus.IN_PROGRESS,
                token=token,
                dialled_at=None,
                lease_expires_at=now + LEASE,
                updated_at=now,
            )
        if ids or not found:
            return [Taken(pk, token) for pk in ids]


@flow
def dial(*, taken: Taken, now: datetime) -> _Message | None:
    """
    Write down that the message is about to be sent, unless nobody needs it any more or it is not wanted now.

    Returns  the message; None when it was void, too late, not wanted now or is held by another sender
    Writes   Communication: `dialled_at` and one attempt more, `stopped` with the reason, or a later due time
    """
    message = outgoing.whole(_held(taken).filter(lease_expires_at__gt=now)).first()
    if message is None or _is_not_wanted(message, now=now):
        return None

    composed = letters.compose(message)
    if isinstance(composed, Void):
        message.end(CommunicationStatus.STOPPED, reason=composed.reason, now=now)
        if composed.reason in {NO_PHONE, NO_DEVICE}:
            Communication.objects.another_way(message, wishes=wishes_of(message.recipient), now=now)
        return None
    Communication.objects.filter(pk=message.pk).dial(now=now, until=now + LEASE)
    return composed


@flow
def dial_page(*, taken: Sequence[Taken], now: datetime) -> list[Taken]:
    """
    Write down that some messages are about to be sent, which were read and found wanted right before.

    Returns  those that are still held by this sender; one that is being voided right now is left out
    Writes   Communication: `dialled_at` and one attempt more
    """
    rows = _of(taken).filter(status=CommunicationStatus.IN_PROGRESS, lease_expires_at__gt=now)
    found = set(rows.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
    Communication.objects.filter(pk__in=found).dial(now=now, until=now + LEASE)
    return [one for one in taken if one.communication_id in found]


@flow
def end_page(*, done: Sequence[Done], left: Sequence[Taken], now: datetime) -> None:
    """
    Write what became of a page, whatever of it is written already, and call back what was not handed over.

    This commit waits for the disk, and what was written before is safe with it. What a database that broke down in
    between has forgotten is written again.

    Writes  Communication, as `settle` does; `dialled_at` and one attempt less for what is left
    """
    unsettled = set(_of([one.taken for one in done]).values_list("pk", flat=True))
    for one in done:
        if one.taken.communication_id in unsettled:
            _settle(one, now=now)
    held = _of(left).filter(status=CommunicationStatus.IN_PROGRESS)
    held.update(dialled_at=None, attempts=F("attempts") - 1, updated_at=now)


@flow
def settle(*, taken: Taken, result: Outcome | Result, now: datetime) -> bool:
    """
    Write what became of a message that was sent.

    Returns  False when the message is no longer held by this sender
    Writes   Communication: `completed`, `not-done`, `unknown`, or `preparation` with a later due time; after a
             refusal a new row for the channel that is left
    """
    return _settle(Done(taken, _outcome(result)), now=now)


@flow
def put_off(*, taken: Taken, now: datetime) -> None:
    """
    Try a message again later that could not even be written; after some attempts an administrator has to look.

    Writes  Communication: one attempt more, `preparation` or `not-done`
    """
    message = _held(taken).first()
    if message is not None:
        message.attempts += 1
        message.try_again(why="could-not-be-written", now=now)


@flow
def give_back(*, taken: Sequence[Taken], now: datetime) -> None:
    """
    Give messages back that were taken and not dialled, for any sender to take.

    Writes  Communication `preparation`
    """
    held = _of(taken).filter(status=CommunicationStatus.IN_PROGRESS, dialled_at=None)
    # Whoever is voiding one of them needs nothing from here.
    free = list(held.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
    changes = {"status": CommunicationStatus.PREPARATION, "token": None, "lease_expires_at": None, "updated_at": now}
    Communication.objects.filter(pk__in=free).update(**changes)


class _Batch:
    """
    The messages that one sender took, on their way: most of them in pages, the others one by one.

    A page is read, written and dialled in one go, and called back when it has become old. Each letter is settled
    before the next is handed over, without waiting for the disk: the end of the page does. So a sender that dies leaves
    one in doubt, and only a machine that dies a page of them (docs/adr/0003-messages-are-rows.md).
    """

    def __init__(self, send: Send, clock: Clock) -> None:
        self.sent = 0
        self._send, self._clock, self._size = send, clock, _PAGE
        self._is_reachable, self._end = True, time.monotonic() + _BATCH_SECONDS

    def hand_over(self, taken: Sequence[Taken]) -> bool:
        """Send what was taken; give the rest back, and return False, when the lease ends or nobody can be reached."""
        rest = list(taken)
        while rest and self._may_go_on():
            page, rest = rest[: self._size], rest[self._size :]
            dialled, called_back = self._together(page)
            others = [one for one in page if one not in dialled]
            if dialled == called_back:  # Not even one went while the page was new: alone it goes however slow all is.
                others, called_back = [*called_back[:1], *others], called_back[1:]
            while others and self._may_go_on():
                self._alone(others.pop(0))
            rest = [*called_back, *others, *rest]
        if rest:
            insist(lambda: give_back(taken=rest, now=self._clock()))
        return not rest

    def _may_go_on(self) -> bool:
        return self._is_reachable and time.monotonic() < self._end

    def _together(self, page: Sequence[Taken]) -> tuple[list[Taken], list[Taken]]:
        """Send a page of letters; return which were dialled, and which of these were called back."""
        began, asked_at = time.monotonic(), insist(self._clock)
        words = self._written(page, now=asked_at)
        written = [one for one in page if one.communication_id in words]
        dialled = insist(lambda: dial_page(taken=written, now=asked_at)) if written else []
        done: list[Done] = []
        for number, one in enumerate(dialled, start=1):
            if time.monotonic() > began + _FRESH_SECONDS or not self._may_go_on():
                break
            done.append(self._handed(one, words[one.communication_id]))
            if number < len(dialled):
                self._settle(done[-1], now=asked_at + timedelta(seconds=time.monotonic() - began))
        left = dialled[len(done) :]
        if dialled:
            insist(lambda: end_page(done=done, left=left, now=self._clock()))
        self._size = max(1, len(done)) if left else min(_PAGE, 2 * self._size)
        return dialled, left

    def _written(self, page: Sequence[Taken], *, now: datetime) -> Mapping[UUID, Letter]:
        ids = [one.communication_id for one in page]
        try:
            return insist(lambda: outgoing.ready(ids, now=now))
        except Exception:
            # Each is looked at by itself then, and the one that cannot be written shows.
            logger.info("consultations.message.looked_at_one_by_one", exc_info=True)
            return {}

    def _settle(self, done: Done, *, now: datetime) -> None:
        """Write what became of one message of a page; what was not sent is written with its whole story."""
        if done.outcome.result is not Result.SENT:
            insist(lambda: settle(taken=done.taken, result=done.outcome, now=self._clock()))
            return
        one, rows = done.taken, Communication.objects
        insist(lambda: rows.complete_soon(one.communication_id, token=one.token, provider_id=_name(done), now=now))

    def _alone(self, one: Taken) -> None:
        try:
            message = insist(lambda: dial(taken=one, now=self._clock()))
        except Exception:
            # One message that cannot be written must not keep the others.
            which = {"communication": str(one.communication_id)}
            logger.exception("consultations.message.could_not_be_written", extra=which)
            put_off(taken=one, now=self._clock())
            return
        if message is not None:
            done = self._handed(one, message)
            insist(lambda: settle(taken=one, result=done.outcome, now=self._clock()))

    def _handed(self, one: Taken, message: _Message) -> Done:
        outcome = _outcome(self._send(message))
        self.sent += outcome.result is Result.SENT
        self._is_reachable = outcome.is_reachable
        return Done(one, outcome)


def _outcome(answer: Outcome | Result) -> Outcome:
    return answer if isinstance(answer, Outcome) else Outcome(answer)


def _of(taken: Sequence[Taken]) -> CommunicationQuerySet:
    ids, tokens = [one.communication_id for one in taken], {one.token for one in taken}
    return Communication.objects.filter(pk__in=ids, token__in=tokens)


def _held(taken: Taken) -> CommunicationQuerySet:
    rows = Communication.objects.select_for_update(of=("self",), no_key=True)
    # A sender that was thought dead may still tell what became of its text.
    held = (CommunicationStatus.IN_PROGRESS, CommunicationStatus.UNKNOWN)
    return rows.filter(pk=taken.communication_id, token=taken.token, status__in=held)


def _is_not_wanted(message: Communication, *, now: datetime) -> bool:
    """End a message that is too late or refused, or put it off until the quiet hours are over."""
    found = outgoing.hindrance(message, now=now)
    if found is None:
        return False
    message.due_at = found.until or message.due_at
    message.end(found.status, reason=found.reason, now=now)
    if found.is_refused and message.channel != Channel.EMAIL:
        Communication.objects.another_way(message, wishes=wishes_of(message.recipient), now=now)
    return True


def _name(done: Done) -> str:
    return done.outcome.provider_id or f"<{done.taken.communication_id}@anteroom>"


def _settle(done: Done, *, now: datetime) -> bool:
    outcome, held = done.outcome, _held(done.taken)
    if outcome.gone:
        PushDevice.objects.finish(outcome.gone, why=DeviceEnd.GONE, now=now)
    if outcome.result is Result.SENT:
        return held.complete(provider_id=_name(done), now=now)
    message = outgoing.whole(held).first()
    if message is None:
        return False
    if outcome.result is Result.UNKNOWN:
        message.end(CommunicationStatus.UNKNOWN, reason=outcome.why or "answer-lost", now=now)
    elif outcome.result is Result.REFUSED:
        _refused(message, why=outcome.why or "refused", now=now)
    else:
        # What could not even be tried says nothing about this message.
        message.attempts -= not outcome.is_reachable
        message.try_again(why=outcome.why or "try-again", now=now)
    return True


def _refused(message: Communication, *, why: str, now: datetime) -> None:
    if why == STOPPED_BY_RECIPIENT:
        CommunicationPreference.objects.stop_texts([message.recipient], source=WishSource.VENDOR, now=now)
    message.end(CommunicationStatus.NOT_DONE, reason=why, now=now)
    Communication.objects.another_way(message, wishes=wishes_of(message.recipient), now=now)
