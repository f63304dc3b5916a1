"""Why a held or booked time is with this clinician and no other."""

from config.core.models import AuditEvent, Role
from providers.domain import choice
from providers.models import Slot

_HELD = "providers.slot.held"
_ASKED_FOR = {
    Role.PATIENT: "The patient chose this clinician.",
    Role.PRACTITIONER: "The clinician moved the visit to their own time.",
    Role.ADMIN: "An administrator chose this clinician.",
}


def why(slot: Slot) -> choice.Why | None:
    """Return why this clinician was chosen by us; None when somebody asked for them: one query."""
    return _why(_held(slot))


def in_words(slot: Slot) -> str:
    """Return who or what chose the clinician, as a colleague reads it; "" when nobody wrote it down: one query."""
    event = _held(slot)
    if event is None:
        return ""
    found = _why(event)
    if found is not None:
        return choice.in_words(found)
    return _ASKED_FOR[Role(event.actor.role)] if event.actor else ""


def _held(slot: Slot) -> AuditEvent | None:
    return AuditEvent.objects.about(slot).filter(event=_HELD).select_related("actor").order_by("recorded_at").first()


def _why(event: AuditEvent | None) -> choice.Why | None:
    if event is None or "code" not in event.detail:
        return None
    return choice.Why(**{name: event.detail[name] for name in choice.Why._fields})
