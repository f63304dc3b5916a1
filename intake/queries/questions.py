"""Questions in the words of one language, kept in the process."""

from functools import lru_cache
from uuid import UUID

from intake.domain.outline import Outline, outline
from intake.models import Questionnaire
from intake.queries.plans import definition_of


@lru_cache(maxsize=128)
def outline_of(questionnaire_id: UUID, *, language: str = "en") -> Outline:
    """Return the questions of one version; no query once they were read."""
    return outline(definition_of(questionnaire_id), language=language)


def newer_than(questionnaire_id: UUID) -> UUID | None:
    """Return the published version that follows on a version of some questions; None when it is in force: one query."""
    same = Questionnaire.objects.filter(pk=questionnaire_id).values("url")
    newer = Questionnaire.objects.published().filter(url__in=same).exclude(pk=questionnaire_id)
    return newer.values_list("pk", flat=True).first()
