"""What a patient has told before, offered again; nothing of it is an answer until the patient says so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from intake.domain.acceptance import NotThisType, normal
from intake.domain.codes import ResponseStatus
from intake.domain.differences import means_the_same
from intake.domain.outline import Outline, Question
from intake.domain.record import from_record
from intake.models import Patient, QuestionnaireResponse
from intake.queries.plans import definition_of, scores_of
from intake.queries.questions import outline_of

MOST_RESPONSES = 12
Codes = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Offer:
    """A value that may still be right. `told_at` is when it was answered; None when it stands in the person's details."""

    value: Any
    told_at: datetime | None


def offers(
    questionnaire_id: UUID, patient: Patient, *, record: Mapping[str, Any], now: datetime, besides: UUID | None = None
) -> dict[str, Offer]:
    """
    Return {path: offer} for questions whose answer is known from earlier.

    record   the person's own FHIR Patient, which initialExpressions read as %patient
    besides  the response that is being answered
    Returns  {} for a questionnaire that scores an instrument: an instrument is answered afresh; a question is the same
             when it has the same linkId and words in the same questionnaire, or shares a code such as LOINC's
    Reads    QuestionnaireResponse: one query
    Source   HL7 SDC 4.0.0, form population: automatically populated answers are to be verified by the person
    """
    if scores_of(questionnaire_id):
        return {}
    outline, definition = outline_of(questionnaire_id), definition_of(questionnaire_id)
    told: dict[str, Offer] = {
        path: Offer(value, None) for path, value in from_record(outline, definition, record, now=now).items()
    }
    earlier = QuestionnaireResponse.objects.filter(
        patient=patient, status__in=[ResponseStatus.COMPLETED, ResponseStatus.AMENDED]
    )
    if besides is not None:
        earlier = earlier.exclude(pk=besides)
    newest = earlier.select_related("questionnaire").order_by("-completed_at", "id")
    rows = list(newest.defer("questionnaire__source", "questionnaire__definition")[:MOST_RESPONSES])
    for response in reversed(rows):
        told |= {
            path: Offer(value, response.completed_at) for path, value in _of_response(response, outline, definition)
        }
    return told


def _of_response(
    response: QuestionnaireResponse, outline: Outline, definition: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    before, was = outline_of(response.questionnaire_id), definition_of(response.questionnaire_id)
    if was.get("url") == definition.get("url"):
        for path, value in response.answers.items():
            question = outline.by_link_id.get(_link_id(path))
            old = before.by_link_id.get(_link_id(path))
            if question and old and means_the_same(old, question) and _fits(question, value):
                yield path, value
    elif not scores_of(response.questionnaire_id):
        yield from _by_code(response, outline, codes_of(definition), codes_of(was))


def _by_code(
    response: QuestionnaireResponse, outline: Outline, wanted: Mapping[str, Codes], given: Mapping[str, Codes]
) -> Iterator[tuple[str, Any]]:
    for link_id, codes in wanted.items():
        question = outline.by_link_id[link_id]
        for other, known in given.items():
            value = response.answers.get(other)
            if value is not None and codes & known and not question.groups and _fits(question, value):
                yield link_id, value


def codes_of(element: Mapping[str, Any]) -> dict[str, Codes]:
    """Return {linkId: the codes that say what is asked}, for items that have any."""
    found: dict[str, Codes] = {}
    for item in element.get("item", ()):
        codes = frozenset(
            (str(one["system"]), str(one["code"])) for one in item.get("code", ()) if "system" in one and "code" in one
        )
        if codes:
            found[item["linkId"]] = codes
        found |= codes_of(item)
    return found


def _fits(question: Question, value: Any) -> bool:
    if question.is_computed or question.is_hidden or not question.is_asked or question.type == "attachment":
        return False
    try:
        return bool(normal(question, value) == value)
    except NotThisType:
        return False


def _link_id(path: str) -> str:
    return path.rsplit("/", 1)[-1]
