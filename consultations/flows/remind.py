"""
Sending what is planned: take due messages, write the intent, send, write the outcome.

Each of take, intent and outcome is a commit; the outcome of one message and the intent of the next share one. So
whatever dies and whenever, no message is lost, and at most the one that was being handed over may come twice.
"""

import logging
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import F

from config.core.flow import flow
from consultations.adapters import links
from consultations.adapters.mail import Letter
from consultations.adapters.outcome import Outcome, Result
from consultations.adapters.sms import STOPPED_BY_RECIPIENT, Text
from consultations.domain import messages, voiding
from consultations.domain.codes import Channel, CommunicationKind, CommunicationStatus, WishSource
from consultations.models import Communication, CommunicationPreference, Heartbeat
from consultations.models.communication import CommunicationQuerySet
from consultations.models.communication_preference import READ, wishes_of
from consultations.queries.letters import NO_PHONE, Void, compose

LEASE = timedelta(seconds=settings.MESSAGE_LEASE_SECONDS)
# A sender stops when less is left of its lease than one hand-over may take, and long before Celery would end its task.
_BATCH_SECONDS = min(12, settings.MESSAGE_LEASE_SECONDS - settings.EMAIL_TIMEOUT - 2)
# Waits between attempts to write an outcome while the database is away: until the lease is over.
_PATIENCE = (0.1, 0.3, 1, 2, 4, 8, 8, 8, 8, 8)
# A text is asked for after the carrier has surely listed it, and again at this distance, for so long.
_ASKED_AFTER = timedelta(minutes=1)
_ASKED_FOR = timedelta(days=1)
_Message = Letter | Text
# Takes the messages of its channel: letters or texts.
Send = Callable[[Any], Outcome | Result]
Clock = Callable[[], datetime]
Answer = TypeVar("Answer")
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


def drain(*, send: Send, clock: Clock, channel: Channel, seconds: int = 4, limit: int = 50) -> int:
    """
    Send the due messages of one channel until there are none, the time is over or nobody can be reached.

    channel  each by itself, so that one that is down does not keep the others
    seconds  how long to begin new batches
    limit    how many messages are taken at once
    Returns  how many were handed over
    """
    end = clock() + timedelta(seconds=seconds)
    sent = 0
    while taken := _insist(lambda: take(now=clock(), limit=limit, channel=channel)):
        batch = _send_all(taken, send=send, clock=clock)
        sent += batch.sent
        if batch.left or clock() >= end:
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
    return _send_all(take(now=clock(), limit=limit), send=send, clock=clock).sent


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
    _reap(now)
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
def turn(*, done: Done | None, taken: Taken, now: datetime) -> _Message | None:
    """
    Write what became of one message and that the next is about to be handed over, in one commit.

    Returns  the next message; None when it was void, too late, not wanted now or is held by another sender
    Writes   Communication, as `settle` and `dial` do
    """
    if done is not None:
        _settle(done, now=now)
    return _dial(taken, now=now)


@flow
def dial(*, taken: Taken, now: datetime) -> _Message | None:
    """
    Write down that the message is about to be sent, unless nobody needs it any more or it is not wanted now.

    Returns  the message; None when it was void, too late, not wanted now or is held by another sender
    Writes   Communication: `dialled_at` and one attempt more, `stopped` with the reason, or a later due time
    """
    return _dial(taken, now=now)


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
        _try_again(message, why="could-not-be-written", now=now)


@flow
def give_back(*, taken: Sequence[Taken], now: datetime) -> None:
    """
    Give messages back that were taken and not dialled, for any sender to take.

    Writes  Communication `preparation`
    """
    for one in taken:
        rows = Communication.objects.filter(pk=one.communication_id, token=one.token, dialled_at=None)
        held = rows.filter(status=CommunicationStatus.IN_PROGRESS)
        held.update(status=CommunicationStatus.PREPARATION, token=None, lease_expires_at=None, updated_at=now)


@flow
def beat(*, name: str, now: datetime) -> None:
    """
    Write down that a background process did its work.

    name    the process, as readiness looks for it
    Writes  Heartbeat
    """
    Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": now})


@dataclass(frozen=True, slots=True)
class _Batch:
    sent: int
    left: int


def _send_all(taken: Sequence[Taken], *, send: Send, clock: Clock) -> _Batch:
    """Hand over what was taken; stop early when the lease ends or nobody can be reached, and give the rest back."""
    sent, done, rest = 0, None, list(taken)
    end = time.monotonic() + _BATCH_SECONDS
    while rest and (done is None or done.outcome.is_reachable) and time.monotonic() < end:
        one = rest.pop(0)
        message = _next(done, one, clock=clock)
        done = Done(one, _outcome(send(message))) if message is not None else None
        sent += done is not None and done.outcome.result is Result.SENT
    if done is not None:
        _report(done, clock=clock)
    if rest:
        give_back(taken=rest, now=clock())
    return _Batch(sent, len(rest))


def _next(done: Done | None, taken: Taken, *, clock: Clock) -> _Message | None:
    try:
        return _insist(lambda: turn(done=done, taken=taken, now=clock()))
    except Exception:
        # One message that cannot be written must not keep the others.
        logger.exception(
            "consultations.message.could_not_be_written", extra={"communication": str(taken.communication_id)}
        )
    if done is not None:
        _report(done, clock=clock)
    put_off(taken=taken, now=clock())
    return None


def _report(done: Done, *, clock: Clock) -> None:
    _insist(lambda: settle(taken=done.taken, result=done.outcome, now=clock()))


def _insist(step: Callable[[], Answer]) -> Answer:
    """Do a step again while the database is away; what is already sent must not be forgotten."""
    for seconds in _PATIENCE:
        try:
            return step()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(seconds)
    return step()


def _outcome(answer: Outcome | Result) -> Outcome:
    return answer if isinstance(answer, Outcome) else Outcome(answer)


def _reap(now: datetime) -> None:
    """End the hold of senders that died; what they were handing over is treated by the rule of its channel."""
    left = Communication.objects.filter(status=CommunicationStatus.IN_PROGRESS, lease_expires_at__lte=now)
    rows = left.select_for_update(skip_locked=True, no_key=True)
    for message in rows:
        if message.dialled_at is None:
            message.end(CommunicationStatus.PREPARATION, reason="", now=now)
        elif message.channel == Channel.SMS:
            # A text cannot be taken back and has no name of ours: it is looked up before anything else.
            message.end(CommunicationStatus.UNKNOWN, reason="sender-died", now=now)
        elif message.attempts >= messages.MAX_ATTEMPTS:
            message.end(CommunicationStatus.NOT_DONE, reason="gave-up", now=now)
        else:
            # A mail goes again under the same Message-ID.
            message.end(CommunicationStatus.PREPARATION, reason="sender-died", now=now)


def _held(taken: Taken) -> CommunicationQuerySet:
    rows = Communication.objects.select_for_update(of=("self",), no_key=True)
    # A sender that was thought dead may still tell what became of its text.
    held = (CommunicationStatus.IN_PROGRESS, CommunicationStatus.UNKNOWN)
    return rows.filter(pk=taken.communication_id, token=taken.token, status__in=held)


def _dial(taken: Taken, *, now: datetime) -> _Message | None:
    rows = _held(taken).filter(lease_expires_at__gt=now).with_case()
    message = rows.select_related("recipient", *(f"recipient__{name}" for name in READ)).first()
    if message is None or _is_not_wanted(message, now=now):
        return None

    composed = compose(message)
    if isinstance(composed, Void):
        message.end(CommunicationStatus.STOPPED, reason=composed.reason, now=now)
        if composed.reason == NO_PHONE:
            Communication.objects.another_way(message, wishes=wishes_of(message.recipient), now=now)
        return None
    held = Communication.objects.filter(pk=message.pk)
    held.update(dialled_at=now, attempts=F("attempts") + 1, lease_expires_at=now + LEASE, updated_at=now)
    return composed


def _is_not_wanted(message: Communication, *, now: datetime) -> bool:
    """End a message that is too late or refused, or put it off until the quiet hours are over."""
    kind, wishes = CommunicationKind(message.kind), wishes_of(message.recipient)
    why = wishes.refusal(kind, Channel(message.channel))
    case = message.service_request
    over = voiding.refusal(kind, status=case.status if case else None, is_withdrawn=message.is_withdrawn)
    if message.expires_at is not None and message.expires_at <= now:
        message.end(CommunicationStatus.STOPPED, reason="too-late", now=now)
    elif over:
        message.end(CommunicationStatus.STOPPED, reason=over, now=now)
    elif why:
        message.end(CommunicationStatus.STOPPED, reason=why, now=now)
        if message.channel == Channel.SMS:
            Communication.objects.another_way(message, wishes=wishes, now=now)
    elif (quiet := wishes.quiet_for(kind)) is not None and quiet.cover(now):
        later = quiet.end_after(now)
        is_useful = message.expires_at is None or later < message.expires_at
        message.due_at = later if is_useful else message.due_at
        status = CommunicationStatus.PREPARATION if is_useful else CommunicationStatus.NOT_DONE
        message.end(status, reason="quiet-hours", now=now)
    else:
        return False
    return True


def _settle(done: Done, *, now: datetime) -> bool:
    outcome, held = done.outcome, _held(done.taken)
    if outcome.result is Result.SENT:
        return held.complete(provider_id=outcome.provider_id or f"<{done.taken.communication_id}@anteroom>", now=now)
    message = held.select_related("recipient", *(f"recipient__{name}" for name in READ)).first()
    if message is None:
        return False
    if outcome.result is Result.UNKNOWN:
        message.end(CommunicationStatus.UNKNOWN, reason=outcome.why or "answer-lost", now=now)
    elif outcome.result is Result.REFUSED:
        _refused(message, why=outcome.why or "refused", now=now)
    else:
        # What could not even be tried says nothing about this message.
        message.attempts -= not outcome.is_reachable
        _try_again(message, why=outcome.why or "try-again", now=now)
    return True


def _refused(message: Communication, *, why: str, now: datetime) -> None:
    if why == STOPPED_BY_RECIPIENT:
        CommunicationPreference.objects.stop_texts([message.recipient], source=WishSource.VENDOR, now=now)
    message.end(CommunicationStatus.NOT_DONE, reason=why, now=now)
    Communication.objects.another_way(message, wishes=wishes_of(message.recipient), now=now)


def _try_again(message: Communication, *, why: str, now: datetime) -> None:
    spread = (message.pk.int % 1000) / 1000
    again = messages.next_attempt(attempts=message.attempts, now=now, expires_at=message.expires_at, spread=spread)
    if again is None:
        message.end(CommunicationStatus.NOT_DONE, reason="gave-up", now=now)
        return
    message.due_at = again
    message.end(CommunicationStatus.PREPARATION, reason=why, now=now)
