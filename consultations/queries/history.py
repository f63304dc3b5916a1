"""What is known of a patient from before: earlier cases, and earlier answers to the same questions."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from config.core.models import User
from consultations.domain import shown
from consultations.models import CarePlan, ServiceRequest
from intake.domain.codes import ResponseStatus
from intake.models import QuestionnaireResponse

ENDED = (ResponseStatus.COMPLETED, ResponseStatus.AMENDED)


@dataclass(frozen=True, slots=True)
class Change:
    """One question answered differently from last time."""

    label: str
    was: str
    now: str


def earlier_cases(request: ServiceRequest, *, by: User) -> list[ServiceRequest]:
    """Return the patient's other cases that this clinician may see, newest first, at most twenty: one query."""
    rows = ServiceRequest.objects.visible_to(by).filter(patient=request.patient_id).exclude(pk=request.pk)
    return list(rows.select_related("service", "review_task").order_by("-authored_at", "-id")[:20])


def plans(request: ServiceRequest, *, by: User) -> list[CarePlan]:
    """Return the patient's signed plans that this clinician may see, newest first: one query."""
    rows = CarePlan.objects.signed().visible_to(by).filter(patient=request.patient_id)
    return list(rows.order_by("-signed_at", "-id")[:20])


def earlier_responses(
    request: ServiceRequest, responses: Sequence[QuestionnaireResponse], *, by: User
) -> dict[str, list[QuestionnaireResponse]]:
    """
    Return {questionnaire url: completed responses from before, newest first}.

    Only responses of cases that the clinician may see, and follow-up questions of the patient's plans: one query.
    """
    urls = {one.questionnaire.url for one in responses}
    cases = ServiceRequest.objects.visible_to(by).filter(patient=request.patient_id).exclude(pk=request.pk)
    rows = QuestionnaireResponse.objects.filter(
        Q(supporting_info__service_request__in=cases) | Q(activity_outcome__isnull=False),
        patient=request.patient_id,
        questionnaire__url__in=urls,
        status__in=ENDED,
    )
    found: defaultdict[str, list[QuestionnaireResponse]] = defaultdict(list)
    for row in rows.select_related("questionnaire").order_by("-completed_at", "-id")[:60]:
        found[row.questionnaire.url].append(row)
    return found


def changes(response: QuestionnaireResponse, before: QuestionnaireResponse | None) -> list[Change]:
    """Return what was answered differently from the response before; [] without one."""
    if before is None:
        return []
    texts = {str(one["linkId"]): str(one.get("text") or "") for one in shown.items(response.questionnaire.definition)}
    old, new = _by_link(before.answers), _by_link(response.answers)
    return [
        Change(texts[link_id], old.get(link_id, ""), new.get(link_id, ""))
        for link_id in texts
        if old.get(link_id, "") != new.get(link_id, "")
    ]


def trend(instrument: str, rows: Sequence[QuestionnaireResponse]) -> list[tuple[Any, int]]:
    """Return (completed_at, score) of one instrument, oldest first."""
    values = [
        (row.completed_at, score["value"])
        for row in rows
        for score in row.scores
        if score["instrument"] == instrument and score.get("value") is not None
    ]
    return sorted(values)


@dataclass(frozen=True, slots=True)
class Course:
    """
    One instrument over time.

    questionnaire_id  the version that was answered last
    bands             (lowest score, code, label), in rising order
    values            (completed_at, score), oldest first
    """

    questionnaire_id: UUID
    maximum: int
    bands: tuple[tuple[int, str, str], ...]
    values: tuple[tuple[datetime, int], ...]


def courses(plan: CarePlan, urls: Collection[str]) -> list[Course]:
    """
    Return the course of each instrument that a plan's follow-up questions score, for the patient: one query.

    urls  of the questionnaires that the plan asks again; answers from before the plan count too
    """
    rows = QuestionnaireResponse.objects.filter(
        patient=plan.patient_id, questionnaire__url__in=urls, status__in=ENDED
    ).select_related("questionnaire")
    newest = list(
        rows.defer("questionnaire__definition", "questionnaire__source").order_by("-completed_at", "-id")[:60]
    )
    found: dict[str, Course] = {}
    for row in newest:
        for definition in row.questionnaire.scores:
            name = definition["instrument"]
            if name not in found:
                bands = tuple(
                    (int(band["from"]), str(band.get("code", "")), str(band["label"]))
                    for band in definition.get("bands", ())
                )
                maximum, values = int(definition["maximum"]), tuple(trend(name, newest))
                found[name] = Course(row.questionnaire_id, maximum, bands, values)
    return [course for course in found.values() if course.values]


def _by_link(answers: Mapping[str, Any]) -> dict[str, str]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(answers):
        found[shown.link_id(path)].append(shown.words(answers[path]))
    return {link_id: "; ".join(values) for link_id, values in found.items()}
