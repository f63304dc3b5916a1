"""Whom an escalation turns to."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from config.core.models import Role, User
from consultations.domain.codes import RungKind
from consultations.models import OnCall
from providers.models import PractitionerRole


def told(kind: str, *, service_id: UUID, now: datetime) -> list[UUID]:
    """
    Return the accounts that a step tells by message; empty when there is nobody.

    The clinic's phone is a call that stays in sight until it is made; its administrators also get a message.

    now  decides who is on call
    """
    find = _FINDERS.get(kind)
    return find(service_id, now) if find else []


def _on_call(service_id: UUID, now: datetime) -> list[UUID]:
    rows = OnCall.objects.at(now).able().filter(service=service_id)
    return list(rows.values_list("practitioner__user", flat=True))


def _supervisors(service_id: UUID, _now: datetime) -> list[UUID]:
    rows = PractitionerRole.objects.filter(
        service=service_id, is_active=True, practitioner__is_supervisor=True, practitioner__is_active=True,
        practitioner__user__is_active=True,
    )  # fmt: skip
    return list(rows.order_by("practitioner__user").values_list("practitioner__user", flat=True))


def _administrators(_service_id: UUID, _now: datetime) -> list[UUID]:
    rows = User.objects.filter(role=Role.ADMIN, is_active=True)
    return list(rows.order_by("pk").values_list("pk", flat=True))


_FINDERS: Mapping[str, Callable[[UUID, datetime], list[UUID]]] = {
    RungKind.ON_CALL: _on_call,
    RungKind.SUPERVISOR: _supervisors,
    RungKind.CLINIC_PHONE: _administrators,
}
