"""What to say about the answers: one issue for each thing wrong at one place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from config.core.languages import reading
from intake.domain import checks
from intake.domain.parts import Constraint, PlanItem
from intake.domain.places import Place


@dataclass(frozen=True, slots=True)
class Issue:
    """
    One thing to say about one question.

    severity  `error` stands in the way of completing, `warning` and `information` do not
    path      where; linkId inside of instances, as answers are keyed
    message   plain words for the person who answers
    """

    code: str
    severity: str
    link_id: str
    path: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


def of_place(place: Place) -> Iterator[Issue]:
    """Yield what is wrong at one place that is asked."""
    item = place.item
    if item is None:
        return
    question = item.question
    if question.type == "group":
        if not question.is_hidden:
            yield from _of_group(place, item)
    elif question.type != "display" and not question.is_hidden and not question.is_computed:
        yield from _of_question(place, item)
    if place.broken:
        yield from of_constraints(place, item.constraints)


def _of_question(place: Place, item: PlanItem) -> Iterator[Issue]:
    if place.misfit:
        yield _issue(place, "wrong-type", place.misfit)
    elif place.value is not None:
        for code, message in checks.faults(item, place.value, low=place.low, high=place.high, off=place.off):
            yield _issue(place, code, message)
    elif item.question.is_required:
        yield _issue(place, "required", gettext("Answer this question."))


def of_constraints(place: Place, constraints: tuple[Constraint, ...], link_id: str = "") -> Iterator[Issue]:
    """Yield the constraints that are false at a place; those of the whole questionnaire stand at its first item."""
    for number in sorted(place.broken or ()):
        told = constraints[number]
        translated = dict(told.translations).get(reading())
        message = translated or told.message or gettext("Please check this.")
        yield Issue(told.key, told.severity, place.link_id or link_id, place.path or link_id, message)


def _of_group(place: Place, item: PlanItem) -> Iterator[Issue]:
    question = item.question
    if question.repeats and not place.is_instance:
        count = sum(1 for child in place.children if child.is_present)
        if question.is_required and not count:
            yield _issue(place, "required", gettext("Answer at least one of these questions."))
        elif count:
            for code, message in checks.counted(item.bounds, count):
                yield _issue(place, code, message)
    elif question.is_required and not place.is_present and not place.is_instance:
        yield _issue(place, "required", gettext("Answer at least one of these questions."))


def _issue(place: Place, code: str, message: str) -> Issue:
    return Issue(code, "error", place.link_id, place.path, message)
