"""Which visit a person was asked about by a text message."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from consultations.domain.codes import AppointmentStatus, Channel, CommunicationKind, CommunicationStatus
from consultations.models import Appointment, Communication

_ASKS = (CommunicationKind.VISIT_IN_A_DAY, CommunicationKind.VISIT_IN_AN_HOUR)


def visit_asked_by_text(*, phone: str, now: datetime) -> Appointment | None:
    """
    Return the next visit about which a phone got a text that asks; None when there is none.

    phone  E.164
    """
    texts = Communication.objects.filter(
        channel=Channel.SMS,
        status=CommunicationStatus.COMPLETED,
        kind__in=_ASKS,
        subject_id=OuterRef("pk"),
        subject_revision=OuterRef("revision"),
    )
    visits = Appointment.objects.filter(patient__phone=phone, status=AppointmentStatus.BOOKED, start_at__gt=now)
    return visits.filter(Exists(texts)).order_by("start_at", "id").first()
