"""What a patient answered in a case, in their own order and language, to look over before it is submitted."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from consultations.models import ServiceRequest, SupportingInfo
from intake.domain.outline import split
from intake.html.words import words
from intake.models import QuestionnaireResponse
from intake.queries.questions import outline_of


class Row(NamedTuple):
    """One question in words and its answer in words."""

    term: str
    text: str


class Section(NamedTuple):
    """One questionnaire of the case; `rows` are the questions that were answered."""

    response: QuestionnaireResponse
    title: str
    rows: list[Row]
    is_done: bool


def sections(request: ServiceRequest) -> list[Section]:
    """Return the questionnaires of a case whose patient is loaded, with their answers."""
    infos = SupportingInfo.objects.filter(service_request=request).select_related(
        "questionnaire_response__questionnaire"
    )
    language = request.patient.preferred_language
    return [_section(info, language) for info in infos.order_by("position", "id")]


def _section(info: SupportingInfo, language: str) -> Section:
    response = info.questionnaire_response
    outline = outline_of(response.questionnaire_id, language=language)
    return Section(
        response=response,
        title=outline.title or response.questionnaire.title,
        rows=list(_rows(response, language)),
        is_done=info.as_questions().is_done,
    )


def _rows(response: QuestionnaireResponse, language: str) -> Iterator[Row]:
    answers: defaultdict[str, list[tuple[Any, Any]]] = defaultdict(list)
    for path, value in response.answers.items():
        if (place := split(path)) is not None:
            answers[place[0]].append((place[1], value))
    for root in outline_of(response.questionnaire_id, language=language).roots:
        for question in root.walk():
            given = sorted(answers[question.link_id], key=lambda pair: pair[0])
            text = ", ".join(filter(None, (words(question, value) for _, value in given)))
            if text and question.is_asked and not question.is_hidden:
                yield Row(question.text or question.link_id, text)
