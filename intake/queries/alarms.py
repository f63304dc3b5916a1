"""The warnings that a patient reads beside their own answers."""

from uuid import UUID

from intake.models import FlagRule


def alarms(response_id: UUID) -> list[FlagRule]:
    """Return the rules of active flags that have something to say to the patient: one query."""
    speaking = FlagRule.objects.filter(flags__response_id=response_id, flags__status="active")
    rules = speaking.select_related("service").order_by("code")
    return [rule for rule in rules if rule.calls_for_help or rule.patient_text]
