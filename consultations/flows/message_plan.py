"""
Administrators set when a kind of message is sent for a service line, and go back to the usual times.

Refusal
├── OnlyAdministrators (NotAllowed) see config.core.administrators
├── NoSuchPlan         (NotFound)   there is no such service, or no such kind whose times could be set
├── BadPlan            (Invalid)    one error for each thing that is wrong, by field
└── ChangedMeanwhile   (Stale)      somebody else set other times
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from config.core import administrators, audit
from config.core.constraints import refused_as
from config.core.errors import Invalid, NotFound, Stale
from config.core.flow import flow
from config.core.models import AuditAction, User
from consultations.domain import message_plan
from consultations.domain.codes import TimedKind
from consultations.models import MessagePlan
from consultations.models.message_plan import VERSION_ONCE
from providers.models import HealthcareService


class NoSuchPlan(NotFound):
    """Choose one of the services and kinds of message that are listed."""

    code = "no-such-message-plan"
    title = "There is no such plan"


class BadPlan(Invalid):
    """Correct the named fields."""

    code = "bad-message-plan"
    title = "These times cannot be used"


class ChangedMeanwhile(Stale):
    """Look at the present times, then decide again."""

    code = "message-plan-changed"
    title = "Somebody changed these times meanwhile"


@flow
def write(
    *, service_id: UUID, kind: str, minutes: Sequence[int], version: int, by: User, now: datetime
) -> MessagePlan:  # fmt: skip
    """
    Set when one kind of message is sent for one service line; what is planned already keeps its time.

    kind     of TimedKind
    minutes  before the visit, or after what the kind counts from; at most five, in any order; none means never
    version  the version they were set from, 0 when there was none
    Writes   MessagePlan, AuditEvent
    Raises   OnlyAdministrators, NoSuchPlan, BadPlan, ChangedMeanwhile
    """
    _refuse_who_and_what(service_id, kind, by=by)
    require_possible(minutes)

    row = MessagePlan(service_id=service_id, kind=kind, minutes=sorted(minutes))
    return _add(row, version=version, by=by, now=now)


@flow
def restore(*, service_id: UUID, kind: str, version: int, by: User, now: datetime) -> MessagePlan:
    """
    Go back to the usual times; what is planned already keeps its time, and the versions stay.

    version  the version that is in force for who asks for this
    Writes   MessagePlan, AuditEvent
    Raises   OnlyAdministrators, NoSuchPlan, ChangedMeanwhile
    """
    _refuse_who_and_what(service_id, kind, by=by)

    row = MessagePlan(service_id=service_id, kind=kind, minutes=[], is_usual=True)
    return _add(row, version=version, by=by, now=now)


def require_possible(minutes: Sequence[int]) -> None:
    """
    Refuse times that cannot be.

    Raises  BadPlan
    """
    if wrong := tuple(message_plan.faults(minutes)):
        raise BadPlan(wrong[0].detail, errors=wrong)


def _refuse_who_and_what(service_id: UUID, kind: str, *, by: User) -> None:
    administrators.require_for("when messages are sent", by=by)
    if kind not in TimedKind.values:
        raise NoSuchPlan("There is no such message.")
    if not HealthcareService.objects.filter(pk=service_id).exists():
        raise NoSuchPlan("There is no such service.")


def _add(row: MessagePlan, *, version: int, by: User, now: datetime) -> MessagePlan:
    """Add the next version; the constraint lets only one of two writers."""
    before = MessagePlan.objects.filter(service_id=row.service_id, kind=row.kind).order_by("-version").first()
    changed = ChangedMeanwhile("Somebody set other times meanwhile. Look at them, then decide again.")
    if (before.version if before else 0) != version:
        raise changed
    row.version, row.set_at, row.set_by = version + 1, now, by
    with refused_as(changed, by=VERSION_ONCE):
        row.save(force_insert=True)
    audit.record(
        event="consultations.message_plan.restored" if row.is_usual else "consultations.message_plan.set",
        action=AuditAction.CREATE, entity=row, by=by, now=now,
        detail={
            "kind": row.kind, "service": str(row.service_id), "version": row.version, "minutes": row.minutes,
            "minutes_before": None if before is None or before.is_usual else before.minutes,
        },
    )  # fmt: skip
    return row
