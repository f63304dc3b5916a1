"""What the engine says of the answers of one response: what is asked, what is wrong, what it adds up to."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from intake.domain import flags
from intake.domain.evaluate import Evaluation, Issue, evaluate
from intake.domain.plan import Plan
from intake.domain.scores import score
from intake.models import FlagRule, QuestionnaireResponse
from intake.queries.plans import plan_of, scores_of


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    One evaluation, as plain JSON where it is stored or sent.

    enabled     paths that are asked now, sorted
    calculated  {path: value}
    answers     {path: value} of the enabled questions only, normalised
    scores      [{instrument, loinc, value, band, answered, of}]
    """

    enabled: list[str]
    calculated: dict[str, Any]
    answers: dict[str, Any]
    issues: tuple[Issue, ...]
    scores: list[dict[str, Any]]
    evaluation: Evaluation
    plan: Plan

    @property
    def errors(self) -> tuple[Issue, ...]:
        """Return what stands in the way of completing."""
        return tuple(issue for issue in self.issues if issue.severity == "error")

    def raised(self, response: QuestionnaireResponse, rules: Iterable[FlagRule], *, now: datetime) -> list[FlagRule]:
        """Return those of `rules` that the answers set off; reads the patient."""
        values = {one["instrument"]: one["value"] for one in self.scores}
        constants = {
            str(one.get("constant", one["instrument"])): values[one["instrument"]]
            for one in scores_of(response.questionnaire_id)
        }
        patient = response.patient
        age = patient.age_on(now.astimezone(patient.time_zone).date())
        facts = flags.Facts(self.evaluation.response, {**constants, "age": age, "now": now.isoformat()})
        return [rule for rule in rules if flags.raised([rule], facts)]

    def evidence_of(self, rule: FlagRule) -> list[dict[str, Any]]:
        """Return what a rule read, as it stands: [{ref, value}] of the answered questions among its evidence."""
        known = {**self.calculated, **self.answers}
        return [{"ref": path, "value": known[path]} for path in sorted(known) if _link_id(path) in rule.evidence]

    def issues_json(self) -> list[dict[str, Any]]:
        """Return the issues as the API shows them."""
        return [
            {"link_id": one.path or one.link_id, "code": one.code, "severity": one.severity, "detail": one.message}
            for one in self.issues
        ]


def _link_id(path: str) -> str:
    return path.rsplit("/", 1)[-1].partition("[")[0]


def judge(questionnaire_id: UUID, answers: Mapping[str, Any], *, now: datetime) -> Judgement:
    """Return what the engine says of `answers` to one version at `now`; no query once the version is compiled."""
    plan = plan_of(questionnaire_id)
    evaluation = evaluate(plan, answers, now=now)
    scores = [dataclasses.asdict(score(definition, plan, evaluation)) for definition in scores_of(questionnaire_id)]
    return Judgement(
        enabled=sorted(evaluation.enabled),
        calculated=dict(evaluation.calculated),
        answers=dict(evaluation.answers),
        issues=tuple(evaluation.issues),
        scores=scores,
        evaluation=evaluation,
        plan=plan,
    )


def judge_response(response: QuestionnaireResponse, *, now: datetime) -> Judgement:
    """Return what the engine says of a response as it stands."""
    return judge(response.questionnaire_id, response.answers, now=now)
