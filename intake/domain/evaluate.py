"""What is asked now, what follows from it, and what is wrong, for one set of answers to one plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from intake.domain.issues import Issue, of_constraints, of_place
from intake.domain.live import Live
from intake.domain.places import Place
from intake.domain.plan import Plan

__all__ = ["Evaluation", "Issue", "evaluate", "read"]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """
    One evaluation.

    enabled     paths that are asked: questions, displays, groups (`group`, and `group[n]` for each instance)
    answers     {path: value}, normalised, of what is asked; without what is calculated
    response    the same as a FHIR QuestionnaireResponse, calculated values included, for expressions
    """

    enabled: frozenset[str]
    calculated: dict[str, Any]
    issues: tuple[Issue, ...]
    answers: dict[str, Any]
    response: dict[str, Any] = field(repr=False)


def evaluate(
    plan: Plan, answers: Mapping[str, Any], *, now: datetime, launch: Mapping[str, Any] | None = None
) -> Evaluation:
    """
    Return what is asked, calculated and wrong.

    answers  {path: value}; answers that are not asked are left out of everything that follows from others
    now      aware UTC; what `today()` and `now()` say
    launch   {name: FHIR resource} that expressions read as `%name`
    Returns  an empty boolean is not answered, never false; `!=` and comparisons with nothing are not met; a required
             question counts when it is asked, except in a repeating group without that instance
    Source   FHIR R4 Questionnaire.item.enableWhen; HL7 SDC 4.0.0, form behavior and validation
    """
    return read(Live(plan, now=now, launch=launch).fill(answers))


def read(live: Live) -> Evaluation:
    """Return how a response stands."""
    asked = [place for place in live.all() if place.asked]
    answers: dict[str, Any] = {}
    calculated: dict[str, Any] = {}
    for place in asked:
        if place.value is not None and place.item is not None:
            (calculated if place.item.question.is_computed else answers)[place.path] = place.value
    return Evaluation(
        enabled=frozenset([place.path for place in asked]),
        calculated=calculated,
        issues=tuple(_issues(live, asked)),
        answers=answers,
        response=live.response,
    )


def _issues(live: Live, asked: list[Place]) -> Iterator[Issue]:
    """Yield what is wrong with what is asked, in the order of the questionnaire."""
    for place in asked:
        yield from of_place(place)
    if live.top.broken:
        yield from of_constraints(live.top, live.plan.constraints, live.plan.items[0].link_id)
