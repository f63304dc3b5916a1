"""What a patient answered in a case, in their own order, to look over before it is submitted."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from consultations.domain import shown
from consultations.models import ServiceRequest, SupportingInfo
from intake.models import QuestionnaireResponse


class Row(NamedTuple):
    """One question in words and its answer in words; `text` is empty without one."""

    term: str
    text: str


class Section(NamedTuple):
    """One questionnaire of the case; `rows` are the questions that were answered."""

    response: QuestionnaireResponse
    title: str
    rows: list[Row]
    is_done: bool


def sections(request: ServiceRequest) -> list[Section]:
    """Return the questionnaires of a case with their answers: one query."""
    infos = SupportingInfo.objects.filter(service_request=request).select_related(
        "questionnaire_response__questionnaire"
    )
    return [_section(info) for info in infos.order_by("position", "id")]


def _section(info: SupportingInfo) -> Section:
    response = info.questionnaire_response
    return Section(
        response=response,
        title=response.questionnaire.title,
        rows=list(_rows(response)),
        is_done=info.as_questions().is_done,
    )


def _rows(response: QuestionnaireResponse) -> Iterator[Row]:
    answers: defaultdict[str, list[str]] = defaultdict(list)
    for path, value in sorted(response.answers.items()):
        answers[shown.link_id(path)].append(shown.words(value))
    for item, _, _ in shown.asked(response.questionnaire.definition):
        given = ", ".join(filter(None, answers[item["linkId"]]))
        if given:
            yield Row(str(item.get("text") or item["linkId"]), given)
