"""Sending what is planned: take due messages, write the intent, send, write the outcome."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from config.core.flow import flow
from consultations.adapters.mail import Letter, Result
from consultations.domain import messages
from consultations.domain.codes import CommunicationStatus
from consultations.models import Communication, Heartbeat
from consultations.queries.letters import Void, compose

LEASE = timedelta(seconds=60)
Send = Callable[[Letter], Result]
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that one sender holds; the token makes a late report of an older sender harmless."""

    communication_id: UUID
    token: UUID


def dispatch(*, send: Send, clock: Clock, limit: int = 50) -> int:
    """
    Send the due messages; any number of senders may do so at once, and any of them may die.

    clock    returns the present instant of the database, aware UTC
    limit    how many messages one call takes
    Returns  how many were handed to the mail server
    Writes   Communication; each of take, intent and outcome is a transaction of its own
    Source   docs/adr/0003-messages-are-rows.md
    """
    sent = 0
    for taken in take(now=clock(), limit=limit):
        letter = dial(taken=taken, now=clock())
        if letter is not None:
            result = send(letter)
            settle(taken=taken, result=result, now=clock())
            sent += result is Result.SENT
    return sent


@flow
def take(*, now: datetime, limit: int) -> list[Taken]:
    """
    Take due messages for sending, and first put an end to what is late or was left by a sender that died.

    now      aware UTC
    Returns  messages that nobody else holds, oldest due first
    Writes   Communication: `not-done` (too late), `preparation` (left behind), `in-progress` (taken)
    """
    late = Communication.objects.planned().filter(expires_at__lte=now)
    late.update(status=CommunicationStatus.NOT_DONE, status_reason="too-late", updated_at=now)
    left = Communication.objects.filter(status=CommunicationStatus.IN_PROGRESS, lease_expires_at__lte=now)
    left.update(status=CommunicationStatus.PREPARATION, token=None, lease_expires_at=None, updated_at=now)

    due = Communication.objects.due(now).select_for_update(skip_locked=True).order_by("due_at", "id")
    token = uuid.uuid4()
    ids = list(due.values_list("pk", flat=True)[:limit])
    Communication.objects.filter(pk__in=ids).update(
        status=CommunicationStatus.IN_PROGRESS, token=token, lease_expires_at=now + LEASE, updated_at=now
    )
    return [Taken(pk, token) for pk in ids]


@flow
def dial(*, taken: Taken, now: datetime) -> Letter | None:
    """
    Write down that the message is about to be sent, unless nobody needs it any more.

    Returns  the letter; None when the message was void, too late or is held by another sender
    Writes   Communication: `dialled_at` and one attempt more, or `stopped` with the reason
    """
    rows = Communication.objects.select_for_update(of=("self",)).select_related("recipient")
    message = rows.filter(
        pk=taken.communication_id, token=taken.token, status=CommunicationStatus.IN_PROGRESS, lease_expires_at__gt=now
    ).first()
    if message is None:
        return None

    letter = compose(message) if message.expires_at is None or message.expires_at > now else Void("too-late")
    if isinstance(letter, Void):
        _end(message, CommunicationStatus.STOPPED, reason=letter.reason, now=now)
        return None
    held = Communication.objects.filter(pk=message.pk)
    held.update(dialled_at=now, attempts=F("attempts") + 1, lease_expires_at=now + LEASE, updated_at=now)
    return letter


@flow
def settle(*, taken: Taken, result: Result, now: datetime) -> bool:
    """
    Write what became of a message that was sent.

    Returns  False when the message is no longer held by this sender
    Writes   Communication: `completed`, `not-done`, or `preparation` with a later due time
    """
    rows = Communication.objects.select_for_update()
    message = rows.filter(pk=taken.communication_id, token=taken.token, status=CommunicationStatus.IN_PROGRESS).first()
    if message is None:
        return False

    if result is Result.SENT:
        message.sent_at = now
        message.provider_message_id = f"<{message.pk}@anteroom>"
        _end(message, CommunicationStatus.COMPLETED, reason="", now=now)
        return True
    again = messages.next_attempt(attempts=message.attempts, now=now, expires_at=message.expires_at)
    if result is Result.REFUSED or again is None:
        reason = "refused" if result is Result.REFUSED else "gave-up"
        _end(message, CommunicationStatus.NOT_DONE, reason=reason, now=now)
        return True
    message.due_at = again
    _end(message, CommunicationStatus.PREPARATION, reason="try-again", now=now)
    return True


@flow
def beat(*, name: str, now: datetime) -> None:
    """
    Write down that a background process did its work.

    name    the process, as readiness looks for it
    Writes  Heartbeat
    """
    Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": now})


def _end(message: Communication, status: CommunicationStatus, *, reason: str, now: datetime) -> None:
    message.status = status
    message.status_reason = reason
    message.token = None
    message.lease_expires_at = None
    message.updated_at = now
    message.save(
        update_fields=[
            "status", "status_reason", "token", "lease_expires_at", "due_at", "sent_at", "provider_message_id",
            "updated_at",
        ]
    )  # fmt: skip
