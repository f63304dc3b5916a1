"""What is asked now, what follows from it, and what is wrong, for one set of answers to one plan."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from intake.domain import checks
from intake.domain.acceptance import NotThisType, normal
from intake.domain.conditions import holds
from intake.domain.fhirpath import Expression, Failed, Scope
from intake.domain.fhirpath.values import truth
from intake.domain.items import instances, items
from intake.domain.outline import Question, split
from intake.domain.plan import Plan, PlanItem

_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Issue:
    """
    One thing to say about one question.

    severity  `error` stands in the way of completing, `warning` does not
    path      where; linkId inside of instances, as answers are keyed
    message   plain words for the person who answers
    """

    code: str
    severity: str
    link_id: str
    path: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


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


@dataclass(frozen=True, slots=True)
class Place:
    """One item at one path; `around` is the path of what it stands in, empty at the top."""

    path: str
    item: PlanItem
    around: str
    is_instance: bool = False


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
    run = _Run(plan, {"now": now.isoformat(), **(launch or {})})
    run.read(answers)
    run.settle()
    return Evaluation(
        enabled=frozenset(run.enabled),
        calculated=run.calculated,
        issues=tuple(run.issues()),
        answers={path: value for path, value in run.answers.items() if path in run.enabled},
        response=run.response(),
    )


class _Run:
    """The state of one evaluation."""

    def __init__(self, plan: Plan, given: Mapping[str, Any]) -> None:
        self.plan, self.given = plan, given
        self.answers: dict[str, Any] = {}
        self.misfits: dict[str, str] = {}
        self.calculated: dict[str, Any] = {}
        self.enabled: set[str] = set()
        self.failed: set[str] = set()
        self.places: list[Place] = []

    def read(self, answers: Mapping[str, Any]) -> None:
        """Take over what can be an answer; note what cannot."""
        self.places = [place for root in self.plan.outline.roots for place in self._places(root, "", "", answers)]
        for place in self.places:
            question = place.item.question
            if question.is_asked and not question.is_computed and place.path in answers:
                self._take(place, answers[place.path])

    def settle(self) -> None:
        """Find what is asked and what is calculated; each may depend on the other."""
        self.enabled = {place.path for place in self.places}
        for _ in range(_ROUNDS):
            before = (self.enabled, self.calculated)
            self.enabled = self._enabled()
            self.calculated = dict(self._calculations())
            if (self.enabled, self.calculated) == before:
                return

    def response(self) -> dict[str, Any]:
        """Return the FHIR QuestionnaireResponse of what is asked."""
        values = {**self.answers, **self.calculated}
        shown = {path: value for path, value in values.items() if path in self.enabled}
        return {"resourceType": "QuestionnaireResponse", "item": items(self.plan.outline.roots, shown)}

    def issues(self) -> Iterator[Issue]:
        """Yield what is wrong with what is asked, in the order of the questionnaire."""
        for place in self.places:
            if place.path in self.enabled and not place.is_instance:
                yield from self._of_place(place)
        yield from self._of_constraints()

    def _places(self, question: Question, prefix: str, around: str, answers: Mapping[str, Any]) -> Iterator[Place]:
        path, item = prefix + question.link_id, self.plan.item(question.link_id)
        yield Place(path, item, around)
        if not (question.type == "group" and question.repeats):
            for child in question.children:
                yield from self._places(child, prefix, path, answers)
            return
        for number in range(instances(answers, path)):
            here = f"{path}[{number}]"
            yield Place(here, item, path, is_instance=True)
            for child in question.children:
                yield from self._places(child, f"{here}/", here, answers)

    def _take(self, place: Place, value: Any) -> None:
        try:
            stored = normal(place.item.question, value)
        except NotThisType as wrong:
            self.misfits[place.path] = str(wrong)
            return
        if stored is not None:
            self.answers[place.path] = stored

    def _enabled(self) -> set[str]:
        """Return what is asked: an item in what is asked, whose conditions hold over what is asked."""
        by_path = {place.path: place for place in self.places}
        known: dict[str, bool] = {}
        constants = self._constants()

        def is_on(path: str) -> bool:
            if path not in known:
                known[path] = False
                place = by_path[path]
                within = not place.around or is_on(place.around)
                known[path] = within and (place.is_instance or self._asked(place, is_on, by_path, constants))
            return known[path]

        return {place.path for place in self.places if is_on(place.path)}

    def _asked(
        self, place: Place, is_on: Callable[[str], bool], by_path: Mapping[str, Place], constants: Mapping[str, Any]
    ) -> bool:
        item = place.item
        if item.enable_expression is not None:
            return bool(self._truth(item.enable_expression, item, constants))
        if not item.conditions:
            return True
        met = (
            holds(condition, list(self._values(condition.question, place.path, is_on, by_path)))
            for condition in item.conditions
        )
        return any(met) if item.any_condition else all(met)

    def _values(
        self, link_id: str, path: str, is_on: Callable[[str], bool], by_path: Mapping[str, Place]
    ) -> Iterator[Any]:
        """Yield the values of a question as seen from `path`: those of the same instance, where they share one."""
        parts = split(path)
        own = dict(parts[1]) if parts else {}
        for source in self._sources(link_id, own, by_path):
            value = self.answers.get(source, self.calculated.get(source))
            if value is not None and is_on(source):
                yield from value if isinstance(value, list) else [value]

    def _sources(self, link_id: str, own: Mapping[str, int], by_path: Mapping[str, Place]) -> Iterator[str]:
        if not self.plan.item(link_id).question.groups:
            yield link_id
            return
        for path in by_path:
            parts = split(path)
            if parts and parts[0] == link_id and all(own.get(name, number) == number for name, number in parts[1]):
                yield path

    def _calculations(self) -> Iterator[tuple[str, Any]]:
        constants = self._constants()
        for place in self.places:
            expression = place.item.calculated
            if expression is None or place.path not in self.enabled or place.is_instance:
                continue
            found = self._run(expression, place.item, constants)
            value = checks.of_type(place.item.question, found[0]) if found else None
            if value is not None:
                yield place.path, value

    def _constants(self) -> dict[str, Any]:
        response = self.response()
        return {
            "resource": [response],
            "context": [response],
            "questionnaire": [self.plan.definition],
            "ucum": ["http://unitsofmeasure.org"],
            **self.given,
        }

    def _run(
        self, expression: Expression, item: PlanItem, constants: Mapping[str, Any], focus: Any = None
    ) -> list[Any]:
        """Return what an expression gives; [] and a note when the content is at fault."""
        scope = Scope([focus if focus is not None else constants["resource"][0]], dict(constants))
        _define(scope, self._variables(item))
        try:
            return expression.run(scope)
        except (Failed, RecursionError):
            self.failed.add(item.link_id)
            return []

    def _truth(
        self, expression: Expression, item: PlanItem, constants: Mapping[str, Any], focus: Any = None
    ) -> bool | None:
        try:
            return truth(self._run(expression, item, constants, focus))
        except Failed:
            self.failed.add(item.link_id)
            return None

    def _variables(self, item: PlanItem) -> list[tuple[str, Expression]]:
        """Return the variables that an item sees, those of the whole questionnaire first."""
        chain = list(item.variables)
        while item.parent:
            item = self.plan.item(item.parent)
            chain = [*item.variables, *chain]
        return [*self.plan.variables, *chain]

    def _of_place(self, place: Place) -> Iterator[Issue]:
        question = place.item.question
        if question.type == "display" or question.is_hidden or question.is_computed:
            return
        if place.path in self.misfits:
            yield self._issue(place, "wrong-type", self.misfits[place.path])
        elif question.type == "group":
            if question.is_required and not self._has_answers(place):
                yield self._issue(place, "required", "Answer at least one of these questions.")
        elif place.path not in self.answers:
            if question.is_required:
                yield self._issue(place, "required", "Answer this question.")
        else:
            for code, message in checks.faults(place.item, self.answers[place.path]):
                yield self._issue(place, code, message)

    def _has_answers(self, place: Place) -> bool:
        question = place.item.question
        if question.repeats:
            return any(path.startswith(f"{place.path}[") for path in self.answers)
        below = {one.link_id for one in question.walk()}
        return any(path.rpartition("/")[2] in below for path in self.answers)

    def _of_constraints(self) -> Iterator[Issue]:
        constants = self._constants()
        for constraint in self.plan.constraints:
            item = self.plan.items[0]
            if self._truth(constraint.expression, item, constants) is False:
                yield Issue(constraint.key, constraint.severity, item.link_id, item.link_id, constraint.message)
        for place in self.places:
            if place.path in self.enabled and not place.is_instance:
                for constraint in place.item.constraints:
                    if self._truth(constraint.expression, place.item, constants) is False:
                        yield Issue(
                            constraint.key, constraint.severity, place.item.link_id, place.path, constraint.message
                        )

    @staticmethod
    def _issue(place: Place, code: str, message: str) -> Issue:
        return Issue(code, "error", place.item.link_id, place.path, message)


def _define(scope: Scope, variables: list[tuple[str, Expression]]) -> None:
    """Let expressions read variables; each is worked out when it is first read."""
    constants: dict[str, Any] = scope.frame.names  # type: ignore[assignment]
    for name, expression in variables:
        known: list[list[Any]] = []

        def value(expression: Expression = expression, known: list[list[Any]] = known) -> list[Any]:
            if not known:
                known.append([])
                known[0] = expression.run(scope)
            return known[0]

        constants[name] = value
