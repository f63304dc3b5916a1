"""
An administrator sends a message again that had failed.

Refusal
├── NotFailed  (Conflict)  it was sent, is planned, or is not wanted any more
├── HasSecret  (Conflict)  a code or link for signing in, which is nowhere kept
└── TooLate    (Conflict)  nobody wants it any more
"""

from datetime import datetime
from uuid import UUID

from config.core import audit
from config.core.errors import Conflict, NotAllowed, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, Role, User
from consultations.domain.codes import CommunicationKind, CommunicationStatus
from consultations.models import Communication

FAILED = (CommunicationStatus.NOT_DONE, CommunicationStatus.UNKNOWN)


class NotFailed(Conflict):
    """Only what failed can be sent again."""

    code = "not-failed"
    title = "This message has not failed"


class HasSecret(Conflict):
    """The person asks for a new one."""

    code = "has-secret"
    title = "A code is sent once"


class TooLate(Conflict):
    """Call the person instead."""

    code = "too-late"
    title = "It is too late for this message"


@flow
def resend(*, communication_id: UUID, by: User, now: datetime) -> Communication:
    """
    Plan a failed message again, with all its attempts; whether anybody still needs it is asked when it is dialled.

    Writes  Communication `preparation`, AuditEvent
    Raises  NotAllowed, NotFound, NotFailed, HasSecret, TooLate
    """
    if by.role != Role.ADMIN:
        raise NotAllowed("Only an administrator sends messages again.")
    message = Communication.objects.select_for_update(no_key=True).filter(pk=communication_id).first()
    if message is None:
        raise NotFound("There is no such message.")
    if message.status not in FAILED:
        raise NotFailed("Only a message that failed can be sent again.")
    if message.kind == CommunicationKind.ACCOUNT_CODE:
        raise HasSecret("A code or link for signing in is sent once. The person can ask for a new one.")
    if message.expires_at is not None and message.expires_at <= now:
        raise TooLate("Nobody wants this message any more.")

    detail = {"status": message.status, "reason": message.status_reason}
    message.due_at, message.attempts = now, 0
    message.end(CommunicationStatus.PREPARATION, reason="sent-again", now=now)
    audit.record(
        event="consultations.message.sent_again", action=AuditAction.UPDATE, entity=message, by=by, now=now,
        detail=detail,
    )  # fmt: skip
    return message
