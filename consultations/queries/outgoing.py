"""What may be sent as it stands now, and why something may not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from config.core.models import User
from consultations.adapters.mail import Letter
from consultations.domain import voiding
from consultations.domain.codes import Channel, CommunicationKind, CommunicationStatus
from consultations.models import Communication, ServiceRequest
from consultations.models.communication import CommunicationQuerySet
from consultations.models.communication_preference import READ, wishes_of
from consultations.queries import letters
from intake.domain.codes import ConsentStatus
from intake.models import Consent

# Reading a row with everything in it takes longer than handing its letter over; a telephone number alone is parsed.
_OF_A_READER = (
    "email", "role", "is_active",
    *(f"practitioner__{name}" for name in ("given_name", "family_name", "credentials", "time_zone")),
    *(f"patient__{name}" for name in ("given_name", "preferred_name", "phone", "time_zone", "preferred_language")),
    *(
        f"communication_preference__{name}"
        for name in (
            "quiet_from", "quiet_until", "texts_wanted_at", "push_wanted_at", "unsubscribed_at", "texts_stopped_at",
        )
    ),
)  # fmt: skip
_OF_A_CASE = ("status", "service")
_READ = (
    *(field.name for field in Communication._meta.concrete_fields),
    *(f"service_request__{name}" for name in _OF_A_CASE),
    *(f"recipient__{name}" for name in _OF_A_READER),
)


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


def ready(messages: Sequence[Communication], *, now: datetime) -> dict[UUID, Letter]:
    """
    Return the letters of those messages that may go as they are, by id.

    messages  rows as they are now, without their relations
    now       aware UTC
    Returns   leaves out texts, whatever failed before, and what somebody has to put an end to, or put off
    Reads     the readers, cases and visits: four queries for any number about visits, one more for withdrawn consents
    """
    first = [message for message in messages if message.channel == Channel.EMAIL and message.attempts == 0]
    _know(first)
    visits = letters.visits_of(first)
    wanted = [message for message in first if hindrance(message, now=now) is None]
    written = {message.pk: letters.compose(message, visits=visits) for message in wanted}
    return {pk: letter for pk, letter in written.items() if isinstance(letter, Letter)}


def _know(messages: Sequence[Communication]) -> None:
    """
    Give messages what `hindrance` and `compose` read of their readers and cases, as `whole` does.

    Readers and cases that several have are read once, and few people took a consent back: planning the one query that
    asks everything of each message takes PostgreSQL longer than all of these.
    """
    lost = Consent.objects.filter(patient__user=OuterRef("pk"), status=ConsentStatus.INACTIVE)
    readers = User.objects.select_related(*READ).only(*_OF_A_READER).annotate(has_withdrawn=Exists(lost))
    people = readers.in_bulk({message.recipient_id for message in messages})
    about = {message.service_request_id for message in messages if message.service_request_id is not None}
    cases = ServiceRequest.objects.only(*_OF_A_CASE).in_bulk(about) if about else {}
    asked = [message.pk for message in messages if people[message.recipient_id].has_withdrawn]
    withdrawn = Communication.objects.withdrawn(asked) if asked else frozenset()
    for message in messages:
        message.recipient = people[message.recipient_id]
        message.service_request = cases[message.service_request_id] if message.service_request_id else None
        message.is_withdrawn = message.pk in withdrawn
