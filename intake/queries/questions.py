"""Questions in the words of one language, kept in the process."""

from dataclasses import dataclass
from uuid import UUID

from config.core.languages import reading
from intake.domain.outline import Outline, outline
from intake.models import Questionnaire
from intake.queries.kept import MEBIBYTE, kept, size_of
from intake.queries.plans import definition_of


def outline_of(questionnaire_id: UUID, *, language: str = "en") -> Outline:
    """Return the questions of one version; no query once they were read."""
    return _told(questionnaire_id, language).outline


@dataclass(frozen=True, slots=True)
class _Told:
    outline: Outline
    size: int

    def weight(self) -> int:
        return 4 * self.size


@kept(most_bytes=32 * MEBIBYTE, weigh=_Told.weight)
def _told(questionnaire_id: UUID, language: str) -> _Told:
    definition = definition_of(questionnaire_id)
    return _Told(outline(definition, language=language), size_of(definition))


def newer_than(questionnaire_id: UUID) -> UUID | None:
    """Return the published version that follows on a version of some questions; None when it is in force: one query."""
    same = Questionnaire.objects.filter(pk=questionnaire_id).values("url")
    newer = Questionnaire.objects.published().filter(url__in=same).exclude(pk=questionnaire_id)
    return newer.values_list("pk", flat=True).first()


def title_of(questionnaire: Questionnaire) -> str:
    """
    Return the title of one version in the language of who reads.

    Reads  nothing in English; else its questions, once in the life of a process
    """
    language = reading()
    if language == "en":
        return questionnaire.title
    return outline_of(questionnaire.pk, language=language).title or questionnaire.title
