"""
The person decides about messages: which, how and when.

Refusal
├── TooQuiet   (Invalid)   the quiet hours leave too little of the day
├── NoTexts    (Invalid)   there are no text messages here, or no phone to send them to
├── BadDevice  (Invalid)   notifications cannot be shown on this device
├── NoDevice   (NotFound)  there is no such device
└── LinkOver   (NotFound)  the address of a message is not, or no longer, good
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext, gettext_lazy

from config.core import audit
from config.core.errors import FieldError, Invalid, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, User
from consultations.adapters import push
from consultations.domain.codes import CommunicationKind, DeviceEnd, WishSource
from consultations.domain.wishes import rule
from consultations.models import Communication, CommunicationPreference, PushDevice
from consultations.models.communication_preference import takes_texts, wishes_of, with_wishes, zone_of
from consultations.models.push_device import MOST

# So much of every day must be open, or reminders would find no time.
OPEN_AT_LEAST = timedelta(hours=4)


class TooQuiet(Invalid):
    """Leave some hours of the day for messages."""

    code = "too-quiet"
    title = gettext_lazy("That leaves too little time for messages")


class NoTexts(Invalid):
    """Choose e-mail, or correct the phone number first."""

    code = "no-texts"
    title = gettext_lazy("We cannot send you text messages")


class BadDevice(Invalid):
    """Use another browser, or another way."""

    code = "bad-device"
    title = gettext_lazy("This device cannot show notifications from us")


class NoDevice(NotFound):
    """Look at the list of devices again."""

    code = "no-device"
    title = gettext_lazy("There is no such device")


class LinkOver(NotFound):
    """Sign in and change it there."""

    code = "link-over"
    title = gettext_lazy("This link is no longer good")


@dataclass(frozen=True, slots=True)
class Choice:
    """
    What a person chose; quiet hours by the clock on their wall, whole minutes.

    visit_mail  a clinician is told of each visit that others book, move or cancel
    """

    optional_mail: bool
    texts: bool
    quiet_from: time
    quiet_until: time
    visit_mail: bool = True


def chosen(preference: CommunicationPreference | None) -> Choice:
    """Return what a person chose last; the defaults for None."""
    row = preference or CommunicationPreference()
    return Choice(
        optional_mail=row.unsubscribed_at is None,
        texts=row.texts_wanted_at is not None and row.texts_stopped_at is None,
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
        visit_mail=row.visit_mail,
    )


@flow
def change(*, choice: Choice, by: User, now: datetime) -> CommunicationPreference:
    """
    Store what a person wants of messages, and time again what is planned for them.

    Writes  CommunicationPreference, Communication (due time and channel of what is planned), AuditEvent
    Raises  TooQuiet, NoTexts
    """
    user = with_wishes(by.pk)
    _refuse_what_cannot_be(choice, user)
    preference = CommunicationPreference.objects.locked(user)

    _subscribe(preference, choice.optional_mail, now=now)
    _agree_to_texts(preference, choice.texts, now=now)
    preference.quiet_from, preference.quiet_until = choice.quiet_from, choice.quiet_until
    preference.timed_for, preference.visit_mail = zone_of(user), choice.visit_mail
    preference.save(
        update_fields=[
            "visit_mail", "unsubscribed_at", "unsubscribed_source", "subscribed_at", "texts_wanted_at", "texts_stopped_at",
            "texts_stopped_source", "quiet_from", "quiet_until", "timed_for", "updated_at",
        ]
    )  # fmt: skip
    _time_again(user.pk, now=now)

    detail = {"optional_mail": choice.optional_mail, "texts": choice.texts, "visit_mail": choice.visit_mail}
    audit.record(event="consultations.preference.changed", entity=preference, by=by, now=now, detail=detail)
    return preference


@flow
def add_device(*, endpoint: str, key: str, secret: str, name: str, by: User, now: datetime) -> PushDevice:
    """
    Show notifications on a browser of this person from now on; who used it before gets none there any more.

    endpoint  where its push service knows it; key and secret are the browser's, in base64url
    name      what its owner calls it, at most 80 characters are kept
    Writes    PushDevice, CommunicationPreference, Communication (channel of what is planned), AuditEvent
    Raises    BadDevice
    Source    RFC 8030, RFC 8291
    """
    if not push.is_on():
        raise BadDevice(gettext("There are no notifications here."))
    device = PushDevice(user=by, name=name.strip()[:80] or gettext("A browser"), key=key[:100])
    try:
        push.device(pk=device.pk, endpoint=endpoint, key=key, secret=secret)
    except push.BadAddress as error:
        raise BadDevice(gettext("This browser's notifications cannot be reached from here.")) from error
    preference = CommunicationPreference.objects.locked(with_wishes(by.pk))
    device.keep(endpoint=endpoint, secret=secret)
    before = PushDevice.objects.live().filter(endpoint_sha256=device.endpoint_sha256)
    PushDevice.objects.finish(before.values_list("pk", flat=True), why=DeviceEnd.MOVED, now=now)
    oldest = PushDevice.objects.live().filter(user=by).order_by("-created_at", "-id")[MOST - 1 :]
    PushDevice.objects.finish([row.pk for row in oldest], why=DeviceEnd.MOVED, now=now)

    device.save()
    CommunicationPreference.objects.filter(pk=preference.pk).update(push_wanted_at=now, updated_at=now)
    _time_again(by.pk, now=now)

    audit.record(
        event="consultations.device.added", action=AuditAction.CREATE, entity=device, by=by, now=now,
    )  # fmt: skip
    return device


@flow
def remove_device(*, device_id: UUID, by: User, now: datetime) -> None:
    """
    Show no more notifications on one device of this person.

    Writes  PushDevice, CommunicationPreference, Communication (channel of what is planned), AuditEvent
    Raises  NoDevice
    """
    device = PushDevice.objects.visible_to(by).filter(pk=device_id).first()
    if device is None or not PushDevice.objects.finish([device.pk], why=DeviceEnd.PAGE, now=now):
        raise NoDevice(gettext("There is no such device."))
    _time_again(by.pk, now=now)

    audit.record(event="consultations.device.removed", entity=device, by=by, now=now)


@flow
def unsubscribe(*, communication_id: UUID, now: datetime) -> bool:
    """
    End the optional mails of the person who got a message, by the link in it.

    now      aware UTC
    Returns  False when they had ended already, or the person has subscribed again since that message was sent
    Writes   CommunicationPreference, AuditEvent
    Raises   LinkOver when there is no such message, or it is none that can be ended
    Source   RFC 8058
    """
    message = Communication.objects.filter(pk=communication_id).first()
    if message is None or not rule(message.kind).is_optional:
        raise LinkOver(gettext("This link is no longer good. Sign in to choose which messages you get."))
    user = with_wishes(message.recipient_id)
    preference = CommunicationPreference.objects.locked(user)
    if preference.unsubscribed_at is not None or _is_older(message, preference):
        return False

    preference.unsubscribed_at, preference.unsubscribed_source = now, WishSource.LINK
    preference.save(update_fields=["unsubscribed_at", "unsubscribed_source", "updated_at"])
    audit.record(event="consultations.preference.unsubscribed", entity=preference, by=user, now=now)
    return True


@flow
def follow_moves(*, now: datetime, limit: int = 100) -> int:
    """
    Time again what is planned for people whose zone is another one now.

    limit    how many people are looked at in one run
    Returns  how many people had moved
    Writes   CommunicationPreference, Communication (due time of what is planned)
    """
    moved = CommunicationPreference.objects.exclude(timed_for=F("user__patient__time_zone"))
    rows = moved.filter(user__patient__isnull=False).select_for_update(skip_locked=True, no_key=True, of=("self",))
    found = list(rows.order_by("id")[:limit])
    for preference in found:
        preference.timed_for = zone_of(with_wishes(preference.user_id))
        preference.save(update_fields=["timed_for", "updated_at"])
        _time_again(preference.user_id, now=now)
    return len(found)


def _refuse_what_cannot_be(choice: Choice, user: User) -> None:
    if _open_for(choice) < OPEN_AT_LEAST:
        words = gettext("Leave at least four hours of the day for messages.")
        raise TooQuiet(words, errors=[FieldError("quiet_until", "too-quiet", words)])
    if choice.texts and not takes_texts(user):
        words = gettext("We cannot send you text messages. Choose email.")
        raise NoTexts(words, errors=[FieldError("texts", "no-texts", words)])


def _open_for(choice: Choice) -> timedelta:
    minutes = [60 * wall.hour + wall.minute for wall in (choice.quiet_until, choice.quiet_from)]
    return timedelta(minutes=(minutes[1] - minutes[0]) % (24 * 60))


def _subscribe(preference: CommunicationPreference, wanted: bool, *, now: datetime) -> None:
    if wanted and preference.unsubscribed_at is not None:
        preference.unsubscribed_at, preference.unsubscribed_source, preference.subscribed_at = None, "", now
    elif not wanted and preference.unsubscribed_at is None:
        preference.unsubscribed_at, preference.unsubscribed_source = now, WishSource.PAGE


def _agree_to_texts(preference: CommunicationPreference, wanted: bool, *, now: datetime) -> None:
    if not wanted:
        preference.texts_wanted_at = None
    elif preference.texts_wanted_at is None or preference.texts_stopped_at is not None:
        preference.texts_wanted_at, preference.texts_stopped_at, preference.texts_stopped_source = now, None, ""


def _is_older(message: Communication, preference: CommunicationPreference) -> bool:
    sent_at = message.dialled_at or message.created_at
    return preference.subscribed_at is not None and sent_at <= preference.subscribed_at


def _time_again(user_id: UUID, *, now: datetime) -> None:
    """Move what is planned and was not tried yet; what has no room on the new channel keeps the old one."""
    wishes = wishes_of(with_wishes(user_id))
    planned = Communication.objects.planned().filter(recipient_id=user_id, attempts=0, ideal_at__isnull=False)
    for message in planned.select_for_update(no_key=True).order_by("id"):
        message.time_for(wishes)
        channel = wishes.channel(CommunicationKind(message.kind))
        if not Communication.objects.twins(message).filter(channel=channel).exists():
            message.channel = channel
        message.updated_at = now
        message.save(update_fields=["due_at", "channel", "updated_at"])
