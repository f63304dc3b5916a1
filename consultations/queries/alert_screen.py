"""Alerts as people work from them, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from config.core.models import Role, User
from consultations.domain import shown
from consultations.domain.codes import RungKind, StepOutcome
from consultations.models import Communication, Escalation, EscalationStep, ReviewTask
from intake.domain.codes import FlagStatus
from intake.models import Flag, Patient

LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Said:
    """One answer that the rule read: its question, what it was, and what it is now where that differs."""

    label: str
    then: str
    now: str

    @property
    def is_changed(self) -> bool:
        """Tell whether the patient answers differently now."""
        return self.then != self.now


@dataclass(frozen=True, slots=True)
class Taken:
    """One step that was taken, and whom it told by name."""

    step: EscalationStep
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ahead:
    """One step that has not come; `at` only for the next one."""

    number: int
    label: str
    at: datetime | None


@dataclass(slots=True)
class Alert:
    """One alert; `flags` oldest first, the last one is what a name is put under."""

    row: Escalation
    flags: list[Flag]
    taken: list[Taken] = field(default_factory=list)

    @property
    def flag(self) -> Flag:
        """Return the newest flag."""
        return self.flags[-1]

    @property
    def patient(self) -> Patient:
        """Return whom it is about."""
        return self.row.flag.patient

    @property
    def is_superseded(self) -> bool:
        """Tell whether the patient has taken the answer back."""
        return self.flag.status != FlagStatus.ACTIVE

    @property
    def is_to_ring(self) -> bool:
        """Tell whether the chain has come to the clinic's phone."""
        return any(one.step.outcome == StepOutcome.TO_RING for one in self.taken)

    @property
    def call(self) -> EscalationStep | None:
        """Return the call that the clinic has to make; None before that step, and once it is made."""
        calls = [one.step for one in self.taken if one.step.outcome == StepOutcome.TO_RING]
        return calls[0] if calls and calls[0].done_at is None and self.row.ended_at is None else None

    @property
    def ahead(self) -> list[Ahead]:
        """Return the steps that have not come."""
        if self.row.ended_at is not None:
            return []
        coming = list(enumerate(self.row.chain))[self.row.next_step :]
        due_at = {self.row.next_step: self.row.next_due_at}
        return [Ahead(n + 1, RungKind(rung["kind"]).label, due_at.get(n)) for n, rung in coming]


def open_alerts(user: User) -> list[Alert]:
    """Return the alerts that somebody may answer, gravest and oldest first: four queries for any number."""
    rows = Escalation.objects.visible_to(user).open().order_by("severity", "began_at", "id")
    return _whole(rows)


def ended_alerts(user: User, *, now: datetime, limit: int = 50) -> list[Alert]:
    """Return the alerts that ended in the last week, newest first: four queries for any number."""
    rows = Escalation.objects.visible_to(user).filter(ended_at__gte=now - LATELY).order_by("-ended_at", "id")
    return _whole(rows[:limit])


def alert_of(user: User, escalation_id: UUID) -> Alert | None:
    """Return one alert with all that its page says; None when it is not the user's."""
    return next(iter(_whole(Escalation.objects.visible_to(user).filter(pk=escalation_id))), None)


def said(alert: Alert) -> list[Said]:
    """Return what the newest flag of an alert was raised by, in the words of the questions."""
    response = alert.row.response
    words = {item["linkId"]: str(item.get("text") or "") for item in shown.items(response.questionnaire.definition)}
    present: Mapping[str, Any] = {**response.calculated, **response.answers}
    return [
        Said(
            words.get(shown.link_id(one["ref"]), "") or one["ref"],
            shown.words(one["value"]),
            shown.words(present.get(one["ref"])),
        )
        for one in alert.flag.evidence
    ]


def task_of(user: User, alert: Alert) -> ReviewTask | None:
    """Return the case in the queue, where there is one and the user may see it."""
    tasks = ReviewTask.objects.visible_to(user)
    return tasks.filter(service_request__supporting_info__questionnaire_response=alert.row.response_id).first()


def may_read(user: User) -> bool:
    """Tell whether somebody reads what was answered; administrators know that, whom and when, not what."""
    return user.role == Role.PRACTITIONER


def _whole(rows: QuerySet[Escalation]) -> list[Alert]:
    loaded = rows.select_related("flag__patient", "rule", "service", "response__questionnaire").prefetch_related(
        Prefetch("steps", EscalationStep.objects.select_related("done_by__practitioner").order_by("position"))
    )
    found = list(loaded)
    told = _told(step.pk for row in found for step in row.steps.all())
    flags = _flags(found)
    return [
        Alert(
            row,
            [
                one
                for one in flags[row.response_id, row.rule_id]
                if row.ended_at is None or one.raised_at <= row.ended_at
            ],
            [Taken(step, tuple(told[step.pk])) for step in row.steps.all()],
        )
        for row in found
    ]


def _told(step_ids: Iterable[UUID]) -> Mapping[UUID, list[str]]:
    names: dict[UUID, list[str]] = defaultdict(list)
    rows = Communication.objects.filter(subject_id__in=list(step_ids)).select_related("recipient__practitioner")
    for row in rows.order_by("created_at", "id"):
        practitioner = getattr(row.recipient, "practitioner", None)
        name = practitioner.display_name if practitioner else "A colleague"
        if name not in names[row.subject_id]:
            names[row.subject_id].append(name)
    return names


def _flags(found: list[Escalation]) -> Mapping[tuple[UUID, UUID], list[Flag]]:
    grouped: dict[tuple[UUID, UUID], list[Flag]] = defaultdict(list)
    rows = Flag.objects.filter(response__in=[row.response_id for row in found], rule__in=[row.rule_id for row in found])
    for flag in rows.select_related("acknowledged_by__practitioner").order_by("raised_at", "created_at", "id"):
        grouped[flag.response_id, flag.rule_id].append(flag)
    return grouped
