"""
Compiled questionnaires, kept in the process: a published version never changes.

How much memory a version takes for each byte of its JSON was measured on 45 forms of the corpus, of 2 kB to 1 MB: its
definition at most 6.6, its plan 15.3, its outline 3.3 times.
"""

from functools import lru_cache
from uuid import UUID

from intake.domain.plan import Plan, compile_plan
from intake.models import Questionnaire
from intake.queries.kept import MEBIBYTE, kept, size_of


def _plan_weight(plan: Plan) -> int:
    return 16 * size_of(plan.definition)


@kept(most_bytes=128 * MEBIBYTE, weigh=_plan_weight)
def plan_of(questionnaire_id: UUID) -> Plan:
    """
    Return the compiled plan of one version.

    Reads  Questionnaire: one query while it is kept, none after that
    """
    return compile_plan(definition_of(questionnaire_id))


@kept(most_bytes=64 * MEBIBYTE, weigh=lambda definition: 7 * size_of(definition))
def definition_of(questionnaire_id: UUID) -> dict[str, object]:
    """Return the FHIR definition of one version; callers must not change it."""
    found: dict[str, object] = Questionnaire.objects.values_list("definition", flat=True).get(pk=questionnaire_id)
    return found


@lru_cache(maxsize=1024)
def scores_of(questionnaire_id: UUID) -> tuple[dict[str, object], ...]:
    """Return the instruments that one version scores."""
    return tuple(Questionnaire.objects.values_list("scores", flat=True).get(pk=questionnaire_id))
