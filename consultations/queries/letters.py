"""The words of a message, from the rows as they are at the moment of sending."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from config.core.addresses import page_of
from config.core.models import Role, User
from consultations.adapters import calendar, links, push
from consultations.adapters.links import Purpose
from consultations.adapters.mail import Attachment, Letter
from consultations.adapters.push import Note
from consultations.adapters.sms import Text
from consultations.domain.codes import (
    LIVE_APPOINTMENTS,
    AppointmentStatus,
    Channel,
    CommunicationKind,
    OfferStatus,
)
from consultations.domain.wishes import rule
from consultations.models import Appointment, Communication, PushDevice, ServiceRequest, WaitlistOffer
from consultations.models.communication_preference import wishes_of, zone_of
from consultations.queries import places, wording

NO_PHONE = "no-phone"
NO_DEVICE = "no-device"
# A reminder that is of use for ever is shown on a device for a day.
_SHOWN_FOR = timedelta(days=1)
_VISIT = "consultations.appointment"
_OFFER = "consultations.waitlistoffer"
_OF_A_VISIT = (
    *(name for name in ("service_request", "status", "start_at", "end_at", "revision", "minutes_late", "updated_at")),
    *(f"patient__{name}" for name in ("user", "time_zone", "preferred_language")),
    *(f"practitioner__{name}" for name in ("user", "given_name", "family_name", "credentials")),
)
_INVITES = {
    CommunicationKind.BOOKING_CONFIRMED,
    CommunicationKind.BOOKING_MOVED,
    CommunicationKind.BOOKING_CANCELLED,
}
_AFTER_THE_VISIT = {
    CommunicationKind.BOOKING_CANCELLED,
    CommunicationKind.VISIT_MISSED,
    CommunicationKind.NO_SHOW_FOLLOW_UP,
}


@dataclass(frozen=True, slots=True)
class Void:
    """Why a planned message must not be sent any more."""

    reason: str


def compose(message: Communication, *, visits: Mapping[UUID, Appointment] | None = None) -> Letter | Text | Note | Void:
    """
    Return the letter or text of a planned message, or why nobody needs it any more.

    The letter holds a first name, a time with its zone and a link: nothing about health. Rows are read now, so that
    a message never speaks of a time that has moved since it was planned.

    visits  those of several messages, as `visits_of` read them just now; None to read the one of this message
    """
    if not message.recipient.is_active:
        return Void("recipient-inactive")
    if message.kind == CommunicationKind.ACCOUNT_CODE:
        return Void("has-secret")
    if message.subject_type == _VISIT:
        found = visits if visits is not None else visits_of([message])
        return _about_visit(message, found.get(message.subject_id))
    if message.subject_type == _OFFER:
        return _about_offer(message)
    path = places.path_of(message)
    return _letter(message, path=path) if path is not None else Void("subject-gone")


def visits_of(messages: Iterable[Communication]) -> dict[UUID, Appointment]:
    """Return the visits that some messages speak of, by id: one query for any number."""
    ids = {message.subject_id for message in messages if message.subject_type == _VISIT}
    rows = Appointment.objects.select_related("patient", "practitioner").only(*_OF_A_VISIT)
    return rows.in_bulk(ids) if ids else {}


def visit_of(message: Communication) -> Appointment | None:
    """Return the visit that a message speaks of; None when it speaks of something else."""
    if message.subject_type != _VISIT:
        return None
    rows = Appointment.objects.select_related("patient__user", "service_request__service")
    return rows.filter(pk=message.subject_id).first()


def offer_of(message: Communication) -> WaitlistOffer | None:
    """Return the offered time that a message speaks of; None when it speaks of something else."""
    if message.subject_type != _OFFER:
        return None
    rows = WaitlistOffer.objects.select_related("entry", "patient__user", "practitioner")
    return rows.filter(pk=message.subject_id).first()


def _about_offer(message: Communication) -> Letter | Text | Note | Void:
    offer = offer_of(message)
    if offer is None or offer.status != OfferStatus.OPEN:
        return Void("offer-over")
    zone = ZoneInfo(str(offer.patient.time_zone))
    return _letter(
        message,
        path=page_of("consultations:offer", offer.pk),
        zone=zone,
        start=offer.start_at,
        until=offer.expires_at,
        place=zone.key.rsplit("/", 1)[-1].replace("_", " "),
        clinician=offer.practitioner.display_name,
    )


def _about_visit(message: Communication, visit: Appointment | None) -> Letter | Text | Note | Void:
    if visit is None:
        return Void("subject-gone")
    if visit.revision != message.subject_revision:
        return Void("visit-moved")
    is_live = visit.status in LIVE_APPOINTMENTS
    if is_live == (message.kind in _AFTER_THE_VISIT):
        return Void("visit-over" if not is_live else "visit-goes-on")
    if message.kind == CommunicationKind.NO_SHOW_FOLLOW_UP and (why := _follow_up_is_over(visit)):
        return Void(why)
    zone, path = _for_reader(visit, message.recipient)
    return _letter(
        message,
        path=path,
        zone=zone,
        start=visit.start_at,
        place=zone.key.rsplit("/", 1)[-1].replace("_", " "),
        clinician=visit.practitioner.display_name,
        minutes=visit.minutes_late,
        invitation=_invitation(visit, message.recipient, path) if message.kind in _INVITES else None,
    )


def _follow_up_is_over(visit: Appointment) -> str:
    """Return why nobody has to be asked for a new time; empty when the case still waits for one."""
    if Appointment.objects.live().filter(service_request=visit.service_request_id).exists():
        return "booked-again"
    return "" if ServiceRequest.objects.open().filter(pk=visit.service_request_id).exists() else "case-over"


def _for_reader(visit: Appointment, reader: User) -> tuple[ZoneInfo, str]:
    """Return the zone in which a visit is told to somebody, and their page of it."""
    if reader.pk == visit.patient.user_id:
        return ZoneInfo(str(visit.patient.time_zone)), page_of("consultations:visit", visit.pk)
    if reader.pk == visit.practitioner.user_id:
        return zone_of(reader), page_of("clinic:visit", visit.pk)
    path = reverse("clinic:visits") if reader.role == Role.PRACTITIONER else places.home_of(reader)
    return zone_of(reader), path


def _invitation(visit: Appointment, reader: User, path: str) -> Attachment:
    """Return the file with which a calendar takes the visit in, or out where it is not the reader's any more."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    is_theirs = reader.pk in {visit.patient.user_id, visit.practitioner.user_id}
    invitation = calendar.Invitation(name or settings.CLINIC_NAME, organizer=address, attendee=reader.email)
    entry = calendar.Entry(
        uid=f"{visit.pk}@anteroom",
        sequence=visit.revision,
        start_at=visit.start_at,
        end_at=visit.end_at,
        changed_at=visit.updated_at,
        url=f"{settings.SITE_URL}{path}",
        is_cancelled=visit.status == AppointmentStatus.CANCELLED or not is_theirs,
    )
    with translation.override(visit.patient.preferred_language if reader.pk == visit.patient.user_id else "en"):
        return Attachment(calendar.file(entry, invitation), method=calendar.method(entry, invitation))


def _letter(
    message: Communication,
    *,
    path: str,
    zone: ZoneInfo | None = None,
    invitation: Attachment | None = None,
    **facts: Any,
) -> Letter | Text | Note | Void:
    wishes = wishes_of(message.recipient)
    context = {
        "name": places.name_of(message.recipient),
        "link": f"{settings.SITE_URL}{path}",
        "answer_link": partial(links.address, Purpose.ANSWER, message.pk),
        "clinic": settings.CLINIC_NAME,
        "phone": settings.CLINIC_PHONE,
        **facts,
    }
    if message.channel == Channel.PUSH:
        return _note(message, link=str(context["link"]), language=wishes.language)
    words = wording.written(
        wording.key_of(message.kind, message.channel, for_staff=message.recipient.role != Role.PATIENT),
        language=wishes.language,
        zone=zone or wishes.zone,
        facts=context,
        service_id=message.service_request.service_id if message.service_request else None,
    )
    if message.channel == Channel.SMS:
        return _text(message, words.body)
    way_out = links.address(Purpose.UNSUBSCRIBE, message.pk) if rule(message.kind).is_optional else ""
    return Letter(
        to=message.recipient.email,
        subject=words.subject,
        body=words.body + (wording.way_out(wishes.language, way_out) if way_out else ""),
        message_id=f"<{message.pk}@anteroom>",
        invitation=invitation,
        unsubscribe=way_out,
    )


def _note(message: Communication, *, link: str, language: str) -> Note | Void:
    """Return a notification: that there is something, and where; other people see the screen of a device."""
    rows = PushDevice.objects.live().filter(user_id=message.recipient_id).order_by("id")
    devices = [push.device(pk=row.pk, endpoint=row.endpoint, key=row.key, secret=row.secret) for row in rows]
    if not devices:
        return Void(NO_DEVICE)
    said = {
        "title": settings.CLINIC_NAME,
        "body": wording.frame(Channel.PUSH, language),
        "url": link,
        "tag": links.short(message.pk),
        "lang": language,
    }
    begun = message.ideal_at or message.due_at
    useful = (message.expires_at - begun) if message.expires_at else _SHOWN_FOR
    return Note(devices, json.dumps(said).encode(), topic=links.short(message.pk), seconds=int(useful.total_seconds()))


def _text(message: Communication, body: str) -> Text | Void:
    patient = getattr(message.recipient, "patient", None)
    if patient is None or not patient.phone:
        return Void(NO_PHONE)
    # The carrier calls back public addresses only.
    is_public = settings.SITE_URL.startswith("https://")
    callback = f"{settings.SITE_URL}{reverse('consultations:text-status', args=[message.pk])}" if is_public else ""
    return Text(to=str(patient.phone), body=body, reference=links.short(message.pk), callback=callback)
