"""What may be sent as it stands now, and why something may not."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from consultations.adapters.mail import Letter
from consultations.domain import voiding
from consultations.domain.codes import Channel, CommunicationKind, CommunicationStatus
from consultations.models import Communication
from consultations.models.communication import CommunicationQuerySet
from consultations.models.communication_preference import READ, wishes_of
from consultations.queries import letters

# Reading a row with everything in it takes longer than handing its letter over; a telephone number alone is parsed.
_READ = (
    *(field.name for field in Communication._meta.concrete_fields),
    *(f"service_request__{name}" for name in ("status", "service")),
    *(f"recipient__{name}" for name in ("email", "role", "is_active")),
    *(f"recipient__practitioner__{name}" for name in ("given_name", "family_name", "credentials", "time_zone")),
    *(
        f"recipient__patient__{name}"
        for name in ("given_name", "preferred_name", "phone", "time_zone", "preferred_language")
    ),
    *(
        f"recipient__communication_preference__{name}"
        for name in (
            "quiet_from", "quiet_until", "texts_wanted_at", "push_wanted_at", "unsubscribed_at", "texts_stopped_at",
        )
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hindrance:
    """
    Why a message is not wanted, or not now.

    until       when it may go; None when it never may
    is_refused  the person does not want it this way; another way may be left
    """

    status: CommunicationStatus
    reason: str
    until: datetime | None = None
    is_refused: bool = False


def whole(messages: CommunicationQuerySet) -> CommunicationQuerySet:
    """Return messages with what `hindrance` and `compose` read of their readers and cases, and nothing else of them."""
    related = messages.with_case().select_related("recipient", *(f"recipient__{name}" for name in READ))
    return related.only(*_READ)


def hindrance(message: Communication, *, now: datetime) -> Hindrance | None:
    """Return why a message is too late, refused or not wanted now; None when nothing speaks against it."""
    kind, wishes = CommunicationKind(message.kind), wishes_of(message.recipient)
    if message.expires_at is not None and message.expires_at <= now:
        return Hindrance(CommunicationStatus.STOPPED, "too-late")
    case = message.service_request
    if over := voiding.refusal(kind, status=case.status if case else None, is_withdrawn=message.is_withdrawn):
        return Hindrance(CommunicationStatus.STOPPED, over)
    if why := wishes.refusal(kind, Channel(message.channel)):
        return Hindrance(CommunicationStatus.STOPPED, why, is_refused=True)
    quiet = wishes.quiet_for(kind)
    if quiet is None or not quiet.cover(now):
        return None
    later = quiet.end_after(now)
    if message.expires_at is None or later < message.expires_at:
        return Hindrance(CommunicationStatus.PREPARATION, "quiet-hours", until=later)
    return Hindrance(CommunicationStatus.NOT_DONE, "quiet-hours")


def ready(ids: Collection[UUID], *, now: datetime) -> dict[UUID, Letter]:
    """
    Return the letters of those messages that may go as they are, by id.

    now      aware UTC
    Returns  leaves out texts, whatever failed before, and what somebody has to put an end to, or put off
    Reads    Communication, its reader and visit: two queries for any number about visits
    """
    first = Communication.objects.filter(pk__in=ids, channel=Channel.EMAIL, attempts=0)
    messages = list(whole(first))
    visits = letters.visits_of(messages)
    wanted = [message for message in messages if hindrance(message, now=now) is None]
    written = {message.pk: letters.compose(message, visits=visits) for message in wanted}
    return {pk: letter for pk, letter in written.items() if isinstance(letter, Letter)}
