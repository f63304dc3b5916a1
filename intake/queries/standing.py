"""What a save must know before it writes: was it told already, is anything flagged, which safety rules stand."""

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.db import connection
from django.db.models import Q

from intake.models import FlagRule, QuestionnaireResponse

# Written out: it runs with every autosave, and putting it together from querysets costs more than running it.
_STANDING = """
    SELECT
        (
            SELECT id FROM intake_answer
            WHERE response_id = %(response)s AND client_id = %(client)s AND sequence = %(sequence)s
        ),
        EXISTS (SELECT FROM intake_flag WHERE response_id = %(response)s AND status = 'active'),
        ARRAY (
            SELECT rule.id FROM intake_flagrule AS rule
            JOIN intake_questionnaire AS asked ON asked.url = rule.questionnaire_url
            WHERE asked.id = %(questionnaire)s AND rule.is_current AND (
                rule.service_id = %(service)s OR NOT EXISTS (
                    SELECT FROM intake_flagrule AS own WHERE own.service_id = %(service)s AND own.is_current
                       AND own.code = rule.code AND own.questionnaire_url = rule.questionnaire_url
                )
            )
            ORDER BY rule.id
        )
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """
    How a response stands before one save.

    told_id     the row of the ledger that the same save made before, or None
    is_flagged  some flag of the response is active
    rules       the current rules of its questionnaire, with their service, in the order of their ids; where two lines
                have one of the same code, that of the line for which it is answered
    """

    told_id: int | None
    is_flagged: bool
    rules: tuple[FlagRule, ...]


def standing_of(response: QuestionnaireResponse, *, client_id: str, sequence: int) -> Standing:
    """
    Return how a response stands; the caller holds its row, so that nobody moves it before the caller writes.

    Reads  Answer, Flag, FlagRule: one query, and one more the first time a process meets these rules
    """
    asked: dict[str, UUID | str | int | None] = {
        "response": response.pk,
        "service": response.service_id,
        "questionnaire": response.questionnaire_id,
        "client": client_id,
        "sequence": sequence,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, asked)
        told_id, is_flagged, rule_ids = cursor.fetchone()
    return Standing(told_id, is_flagged, _rules(tuple(rule_ids)))


def rules_of(url: str, *, service_id: UUID | None) -> tuple[FlagRule, ...]:
    """
    Return the current rules of a questionnaire, with their service; each code once, where the line has one of its own.

    service_id  the line for which it is answered; the rules of other lines stand too, so that nothing goes unseen
    Reads  FlagRule: one query, and one more the first time a process meets these rules
    """
    rules = FlagRule.objects.filter(is_current=True, questionnaire_url=url)
    others = ~Q(code__in=rules.filter(service=service_id).values("code"))
    current = rules.filter(Q(service=service_id) | others).order_by("id")
    return _rules(tuple(current.values_list("pk", flat=True)))


@lru_cache(maxsize=256)
def _rules(ids: tuple[UUID, ...]) -> tuple[FlagRule, ...]:
    """Return rules by id. What a rule says never changes (trigger `flagrule_published_fixed`); which stand is read."""
    return tuple(FlagRule.objects.filter(pk__in=ids).select_related("service").order_by("id")) if ids else ()
