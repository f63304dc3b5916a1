"""Compiled questionnaires, kept in the process: a published version never changes."""

from functools import lru_cache
from uuid import UUID

from intake.domain.plan import Plan, compile_plan
from intake.models import Questionnaire


@lru_cache(maxsize=128)
def plan_of(questionnaire_id: UUID) -> Plan:
    """
    Return the compiled plan of one version.

    Reads  Questionnaire: one query in the life of a process, none after that
    """
    return compile_plan(definition_of(questionnaire_id))


@lru_cache(maxsize=128)
def definition_of(questionnaire_id: UUID) -> dict[str, object]:
    """Return the FHIR definition of one version; callers must not change it."""
    found: dict[str, object] = Questionnaire.objects.values_list("definition", flat=True).get(pk=questionnaire_id)
    return found


@lru_cache(maxsize=128)
def scores_of(questionnaire_id: UUID) -> tuple[dict[str, object], ...]:
    """Return the instruments that one version scores."""
    return tuple(Questionnaire.objects.values_list("scores", flat=True).get(pk=questionnaire_id))
