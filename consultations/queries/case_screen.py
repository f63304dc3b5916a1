"""One case as a clinician reads it: answers beside flags, scores with their course, what changed, what is missing."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from config.core.models import User
from consultations.domain import shown
from consultations.models import (
    Appointment,
    CarePlan,
    CommunicationRequest,
    Referral,
    ReviewNote,
    ServiceRequest,
    SupportingInfo,
)
from consultations.queries import history
from consultations.queries.evidence import Evidence
from consultations.queries.history import Change
from intake.domain.codes import FlagStatus, Severity
from intake.models import Flag, QuestionnaireResponse
from intake.queries.judgement import judge_response
from intake.queries.questions import outline_of

NUMBERS = frozenset({"integer", "decimal"})


@dataclass(frozen=True, slots=True)
class Line:
    """One question: its words, the answer in words, and the gravest flag that points at it."""

    evidence: Evidence
    heading: str
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One questionnaire of the case."""

    response: QuestionnaireResponse
    title: str
    lines: tuple[Line, ...]
    changes: tuple[Change, ...]
    before_at: datetime | None

    @property
    def unanswered(self) -> list[Line]:
        """Return the questions that the patient did not answer."""
        return [line for line in self.lines if not line.evidence.value]


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One instrument: the present value on its bands, and its course."""

    ref: str
    name: str
    value: int | None
    maximum: int
    bands: tuple[tuple[int, str], ...]
    course: tuple[tuple[datetime, int], ...] = ()

    @property
    def anchor(self) -> str:
        """Return the end of the id of its element on the page."""
        return self.ref.replace(":", "-")

    @property
    def step(self) -> int | None:
        """Return the difference to the score before; None without one."""
        earlier = [value for _, value in self.course]
        return self.value - earlier[-1] if self.value is not None and earlier else None


@dataclass(slots=True)
class CaseScreen:
    """Everything of one case; `flags` are active, gravest first, `superseded` the former ones; `note` is the reader's own."""

    request: ServiceRequest
    sections: list[Section] = field(default_factory=list)
    scores: list[ScoreLine] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    superseded: list[Flag] = field(default_factory=list)
    asks: list[CommunicationRequest] = field(default_factory=list)
    visits: list[Appointment] = field(default_factory=list)
    earlier: list[ServiceRequest] = field(default_factory=list)
    plans: list[CarePlan] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    note: ReviewNote | None = None

    @property
    def has_changes(self) -> bool:
        """Tell whether anything was answered differently from before."""
        return any(section.changes for section in self.sections)

    @property
    def unanswered(self) -> int:
        """Return how many questions have no answer."""
        return sum(len(section.unanswered) for section in self.sections)


def case_screen(request: ServiceRequest, *, by: User, now: datetime) -> CaseScreen:
    """
    Return the screen of a case whose patient is loaded.

    now    decides which questions were asked, where that depends on the day
    Reads  nine queries for any number of questions, flags and earlier cases, once the questionnaires are compiled
    """
    rows = SupportingInfo.objects.filter(service_request=request).select_related(
        "questionnaire_response__questionnaire"
    )
    responses = [row.questionnaire_response for row in rows.order_by("position", "id")]
    before = history.earlier_responses(request, responses, by=by)
    flags = _flags(responses)
    visits = request.appointments.select_related("practitioner", "encounter")
    return CaseScreen(
        request=request,
        sections=[_section(one, before[one.questionnaire.url], flags, now=now) for one in responses],
        scores=[line for one in responses for line in _scores(one, before[one.questionnaire.url])],
        flags=[flag for flag in flags if flag.status == FlagStatus.ACTIVE],
        superseded=[flag for flag in flags if flag.status != FlagStatus.ACTIVE],
        asks=list(request.asks.select_related("asked_by__practitioner").order_by("asked_at", "id")),
        visits=list(visits.order_by("start_at", "id")),
        earlier=history.earlier_cases(request, by=by),
        plans=history.plans(request, by=by),
        referrals=list(
            Referral.objects.about([request.pk]).select_related(
                "to_practitioner", "to_service", "referred_by__practitioner", "task__service"
            )
        ),
        note=ReviewNote.objects.filter(task__service_request=request, author=by).first(),
    )


def _flags(responses: Sequence[QuestionnaireResponse]) -> list[Flag]:
    rows = Flag.objects.filter(response__in=[one.pk for one in responses])
    found = rows.select_related("rule", "acknowledged_by__practitioner").order_by("raised_at", "id")
    return sorted(found, key=lambda flag: Severity(flag.severity).rank)


def _section(
    response: QuestionnaireResponse, before: Sequence[QuestionnaireResponse], flags: list[Flag], *, now: datetime
) -> Section:
    gravest: dict[str, str] = {}
    for flag in flags:
        if flag.status == FlagStatus.ACTIVE and flag.response_id == response.pk:
            for link_id in flag.rule.evidence:
                gravest.setdefault(link_id, flag.severity)
    newest = before[0] if before else None
    return Section(
        response=response,
        title=response.questionnaire.title,
        lines=tuple(_lines(response, gravest, now=now)),
        changes=tuple(history.changes(response, newest)),
        before_at=newest.completed_at if newest else None,
    )


def _lines(response: QuestionnaireResponse, gravest: Mapping[str, str], *, now: datetime) -> Iterator[Line]:
    judged = judge_response(response, now=now)
    asked = {shown.link_id(path) for path in judged.enabled}
    answers: defaultdict[str, list[str]] = defaultdict(list)
    for path, value in {**response.answers, **response.calculated}.items():
        answers[shown.link_id(path)].append(shown.words(value))
    for root in outline_of(response.questionnaire_id).roots:
        for question in root.walk():
            given = "; ".join(one for one in answers.get(question.link_id, ()) if one)
            # A quantity brings its own unit along; a number is in the one that its question names.
            unit = question.units[0].label if question.units and question.type in NUMBERS else ""
            value = shown.with_unit(given, unit)
            is_asked = question.link_id in asked and not question.is_computed and not question.is_hidden
            if question.is_asked and (value or is_asked):
                label = question.text or question.link_id
                yield Line(Evidence(question.link_id, label, value), root.text, gravest.get(question.link_id, ""))


def _scores(response: QuestionnaireResponse, before: Sequence[QuestionnaireResponse]) -> Iterator[ScoreLine]:
    values = {one["instrument"]: one.get("value") for one in response.scores}
    for definition in response.questionnaire.scores:
        name = definition["instrument"]
        yield ScoreLine(
            ref=f"score:{name}",
            name=str(definition.get("title") or name),
            value=_whole(values.get(name)),
            maximum=int(definition["maximum"]),
            bands=tuple((int(band["from"]), str(band["label"])) for band in definition.get("bands", ())),
            course=tuple(history.trend(name, before)),
        )


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
