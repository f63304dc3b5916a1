"""What is known already, offered beside its question until the person says that it is still right."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake.domain.items import instances
from intake.domain.outline import Page, Question
from intake.fhir.patient import patient as patient_resource
from intake.html.sheet import Part
from intake.html.words import words
from intake.models import QuestionnaireResponse
from intake.queries import prefill
from intake.queries.prefill import Offer


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer in words; `told_at` is when it was answered, None when it stands in the person's details."""

    path: str
    words: str
    told_at: datetime | None


def known_of(response: QuestionnaireResponse, *, now: datetime) -> dict[str, Offer]:
    """Return {path: offer} for a draft whose patient is loaded; nothing that was answered or cleared before."""
    record = patient_resource(response.patient)
    found = prefill.offers(response.questionnaire_id, response.patient, record=record, now=now, besides=response.pk)
    return {path: offer for path, offer in found.items() if not _dealt_with(path, response)}


def offered(page: Page, known: Mapping[str, Offer]) -> dict[str, Offered]:
    """Return {path of a question or of a whole list: its offer in words} for one page."""
    told: dict[str, Offered] = {}
    for root in page.questions:
        for question in root.walk():
            mine = {path: offer for path, offer in known.items() if _is_of(path, question)}
            if mine:
                text = _words(question, {path: offer.value for path, offer in mine.items()})
                told[question.link_id] = Offered(question.link_id, text, next(iter(mine.values())).told_at)
    return told


def hand_out(parts: Iterable[Part], told: Mapping[str, Offered]) -> None:
    """Put each offer to its part of the page."""
    for part in parts:
        if part.kind in {"question", "more"} and part.is_asked:
            part.offer = told.get(part.path)
        hand_out(part.parts, told)


def used(path: str, known: Mapping[str, Offer]) -> list[dict[str, Any]]:
    """Return the changes that make an offer, or a whole list of them, an answer."""
    return [
        {"link_id": one, "value": offer.value}
        for one, offer in known.items()
        if one == path or one.startswith(f"{path}[")
    ]


def _dealt_with(path: str, response: QuestionnaireResponse) -> bool:
    whole = path.partition("[")[0]
    if path != whole:
        return any(one.startswith(f"{whole}[") for one in response.touched) or instances(response.answers, whole) > 0
    return path in response.touched or path in response.answers


def _is_of(path: str, question: Question) -> bool:
    if question.type == "group" and question.repeats and not question.groups:
        return path.startswith(f"{question.link_id}[")
    return path == question.link_id


def _words(question: Question, values: Mapping[str, Any]) -> str:
    if question.type != "group":
        return words(question, next(iter(values.values())))
    inside = {one.link_id: one for one in question.walk()}
    rows = []
    for number in range(instances(values, question.link_id)):
        start = f"{question.link_id}[{number}]/"
        texts = [
            words(inside[link_id], values[start + link_id])
            for link_id in inside
            if start + link_id in values and inside[link_id].is_asked
        ]
        rows.append(", ".join(filter(None, texts)))
    return "; ".join(filter(None, rows))
