"""Questions in the words of one language, kept in the process."""

from functools import lru_cache
from uuid import UUID

from intake.domain.outline import Outline, outline
from intake.queries.plans import definition_of


@lru_cache(maxsize=128)
def outline_of(questionnaire_id: UUID, *, language: str = "en") -> Outline:
    """Return the questions of one version; no query once they were read."""
    return outline(definition_of(questionnaire_id), language=language)
