"""Which visit stands in the way of booking a held time: one question, since most of many who book at once are refused."""

from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from config.core.compiled import Compiled
from consultations.models import Appointment
from providers.models import Slot


class InTheWay(NamedTuple):
    """A live visit of the patient: `is_of_case` tells whether it is of this case; if not, it is at the held time."""

    pk: UUID
    is_of_case: bool


def visit_in_the_way(*, request_id: UUID, patient_id: UUID, hold_id: UUID) -> InTheWay | None:
    """
    Return the live visit of a case, else one that the patient has at the time of a slot, else None: one query.

    Courtesy, without a lock: two constraints of Appointment refuse both.
    """
    found = _VISIT.first(request_id, patient_id, hold_id)
    return InTheWay(found[0], found[1] == request_id) if found else None


def _visits(request_id: UUID, patient_id: UUID, hold_id: UUID) -> "QuerySet[Appointment, tuple[UUID, UUID]]":
    then = Slot.objects.filter(pk=hold_id, start_at__lt=OuterRef("end_at"), end_at__gt=OuterRef("start_at"))
    live = Appointment.objects.live().filter(Q(service_request=request_id) | Exists(then), patient=patient_id)
    own_first = Case(When(service_request=request_id, then=0), default=1)
    return live.order_by(own_first, "id").values_list("pk", "service_request_id")


_VISIT = Compiled(_visits)
