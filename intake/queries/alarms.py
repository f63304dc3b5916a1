"""The warnings that a patient reads beside their own answers."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from intake.models import FlagRule


def alarms(response_id: UUID) -> list[FlagRule]:
    """Return the rules of active flags that have something to say to the patient: one query."""
    speaking = FlagRule.objects.filter(flags__response_id=response_id, flags__status="active")
    rules = speaking.select_related("service").order_by("code")
    return [rule for rule in rules if rule.calls_for_help or rule.patient_text]


def notices_of(rules: Iterable[FlagRule], *, language: str) -> list[dict[str, Any]]:
    """
    Return what rules say to the patient, those apart that call for help: [{code, text, questions}].

    questions  linkIds that the rule reads; the notice stands beside them
    """
    return [
        {"code": rule.code, "text": text, "questions": sorted(rule.evidence)}
        for rule in sorted(rules, key=lambda rule: rule.code)
        if not rule.calls_for_help and (text := rule.words_for_patient(language))
    ]
