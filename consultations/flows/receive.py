"""What comes back: what became of a text, and what a person answered to one."""

from datetime import datetime
from uuid import UUID

from config.core import audit
from config.core.flow import flow
from config.core.models import User
from consultations.adapters.sms import STOPPED_BY_RECIPIENT
from consultations.domain.codes import Channel, CommunicationStatus, WishSource
from consultations.models import Communication, CommunicationPreference
from consultations.models.communication_preference import READ, wishes_of

_ARRIVED = {"sent", "delivered", "read"}
_TOLD = {CommunicationStatus.COMPLETED, CommunicationStatus.UNKNOWN, CommunicationStatus.IN_PROGRESS}
_FAILED = {"failed", "undelivered", "canceled"}


@flow
def status(*, communication_id: UUID, word: str, provider_id: str, code: str, now: datetime) -> bool:
    """
    Write what the carrier tells of a text; the same may be told again, and out of order.

    word     the carrier's: queued, sent, delivered, undelivered, failed
    code     the carrier's error code, empty when there is none
    Returns  False when it says nothing new
    Writes   Communication; after a failure a new row for the channel that is left, CommunicationPreference
    """
    rows = Communication.objects.select_for_update(of=("self",), no_key=True).filter(channel=Channel.SMS)
    message = (
        rows.select_related("recipient", *(f"recipient__{name}" for name in READ)).filter(pk=communication_id).first()
    )
    if message is None or message.status not in _TOLD:
        return False
    if word in _FAILED:
        return _failed(message, why=f"sms-{code or word}", now=now)
    if word not in _ARRIVED:
        return False
    return _arrived(message, is_delivered=word != "sent", provider_id=provider_id, now=now)


@flow
def stop(*, phone: str, now: datetime) -> int:
    """
    End the texts to a phone, as its owner asked by answering one.

    phone    E.164
    Returns  how many people have that phone
    Writes   CommunicationPreference, AuditEvent
    """
    users = _people(phone)
    CommunicationPreference.objects.stop_texts(users, source=WishSource.REPLY, now=now)
    _record("texts_stopped", users, now=now)
    return len(users)


@flow
def start(*, phone: str, now: datetime) -> int:
    """
    Send texts again to a phone whose owner had stopped them and asks for them by answering one.

    phone    E.164
    Returns  how many people had stopped
    Writes   CommunicationPreference, AuditEvent
    """
    users = _people(phone)
    stopped = CommunicationPreference.objects.filter(user__in=users, texts_stopped_at__isnull=False)
    found = stopped.update(texts_stopped_at=None, texts_stopped_source="", texts_wanted_at=now, updated_at=now)
    _record("texts_started", users, now=now)
    return found


@flow
def mail_failed(*, communication_id: UUID, why: str, now: datetime) -> bool:
    """
    Write that a mail was taken by the provider and did not arrive; it goes by the channel that is left.

    why      a code for the ledger, such as "mail-bounced"
    Returns  False when it says nothing new
    Writes   Communication, and a new row for the channel that is left
    """
    message = _mail(communication_id)
    if message is None or message.status not in _TOLD:
        return False
    return _failed(message, why=why, now=now)


@flow
def mail_unwanted(*, communication_id: UUID, now: datetime) -> bool:
    """
    End the optional mails of a person who called one of ours unwanted, or unsubscribed at the provider.

    Returns  False when they had ended already
    Writes   CommunicationPreference, AuditEvent
    """
    message = _mail(communication_id)
    if message is None:
        return False
    preference = CommunicationPreference.objects.locked(message.recipient)
    if preference.unsubscribed_at is not None:
        return False
    preference.unsubscribed_at, preference.unsubscribed_source = now, WishSource.VENDOR
    preference.save(update_fields=["unsubscribed_at", "unsubscribed_source", "updated_at"])
    audit.record(event="consultations.preference.complained", entity=preference, by=message.recipient, now=now)
    return True


@flow
def mail_delivered(*, communication_id: UUID, now: datetime) -> bool:
    """
    Write that a mail arrived, as the provider tells.

    Returns  False when it was known
    Writes   Communication
    """
    rows = Communication.objects.filter(pk=communication_id, channel=Channel.EMAIL, delivered_at=None)
    return bool(rows.update(delivered_at=now, updated_at=now))


def _mail(communication_id: UUID) -> Communication | None:
    rows = Communication.objects.select_for_update(of=("self",), no_key=True).filter(channel=Channel.EMAIL)
    return (
        rows.select_related("recipient", *(f"recipient__{name}" for name in READ)).filter(pk=communication_id).first()
    )


def _failed(message: Communication, *, why: str, now: datetime) -> bool:
    if why == STOPPED_BY_RECIPIENT:
        CommunicationPreference.objects.stop_texts([message.recipient], source=WishSource.VENDOR, now=now)
    message.end(CommunicationStatus.NOT_DONE, reason=why, now=now)
    Communication.objects.another_way(message, wishes=wishes_of(message.recipient), now=now)
    return True


def _arrived(message: Communication, *, is_delivered: bool, provider_id: str, now: datetime) -> bool:
    this = Communication.objects.filter(pk=message.pk)
    was_unknown = this.filter(status=CommunicationStatus.UNKNOWN).complete(provider_id=provider_id, now=now)
    is_new = is_delivered and bool(this.filter(delivered_at=None).update(delivered_at=now, updated_at=now))
    return was_unknown or is_new


def _people(phone: str) -> list[User]:
    return list(User.objects.select_related(*READ).filter(patient__phone=phone).order_by("id"))


def _record(event: str, users: list[User], *, now: datetime) -> None:
    for preference in CommunicationPreference.objects.filter(user__in=users).select_related("user__patient"):
        audit.record(
            event=f"consultations.preference.{event}",
            entity=preference,
            by=preference.user,
            now=now,
            patient_id=preference.user.patient.pk,
        )
