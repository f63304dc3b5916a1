"""A questionnaire compiled once: every reference looked up, every expression read, every doubt refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import re2

from intake.domain.fhirpath import Expression, NotFhirPath, parse
from intake.domain.outline import CALCULATED, ENABLE_WHEN, Outline, Page, Question, extension, outline

_HL7 = "http://hl7.org/fhir/StructureDefinition/"
_SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
VARIABLE = _HL7 + "variable"
CONSTRAINT = _HL7 + "questionnaire-constraint"
TYPES = frozenset(
    {
        "group", "display", "boolean", "integer", "decimal", "date", "dateTime", "time", "string", "text", "url",
        "choice", "open-choice", "quantity", "attachment", "reference",
    }
)  # fmt: skip
OPERATORS = frozenset({"exists", "=", "!=", ">", "<", ">=", "<="})


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing wrong with a definition. `code` is stable, `detail` for the author."""

    code: str
    link_id: str
    detail: str


class PlanRefused(ValueError):
    """The definition cannot be asked; `issues` says why."""

    def __init__(self, issues: tuple[Doubt, ...]) -> None:
        super().__init__("; ".join(f"{one.link_id}: {one.detail}" for one in issues))
        self.issues = issues


@dataclass(frozen=True, slots=True)
class Condition:
    """One FHIR enableWhen: `answer` is the expected value, True or False for `exists`."""

    question: str
    operator: str
    answer: Any


@dataclass(frozen=True, slots=True)
class Constraint:
    """One FHIR questionnaire-constraint: the expression must not be false."""

    key: str
    severity: str
    message: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a value must keep to; None and an empty text stand for no bound."""

    minimum: Any = None
    maximum: Any = None
    min_length: int | None = None
    max_length: int | None = None
    decimals: int | None = None
    least: int | None = None
    most: int | None = None
    regex: str = ""


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One item with all that decides about it. `parent` is the linkId above, empty at the top."""

    question: Question
    parent: str
    conditions: tuple[Condition, ...]
    any_condition: bool
    enable_expression: Expression | None
    calculated: Expression | None
    variables: tuple[tuple[str, Expression], ...]
    constraints: tuple[Constraint, ...]
    bounds: Bounds

    @property
    def link_id(self) -> str:
        """Return the item's linkId."""
        return self.question.link_id


@dataclass(frozen=True)
class Plan:
    """A compiled questionnaire."""

    url: str
    version: str
    title: str
    outline: Outline
    items: tuple[PlanItem, ...]
    variables: tuple[tuple[str, Expression], ...] = ()
    constraints: tuple[Constraint, ...] = ()
    definition: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def roots(self) -> tuple[PlanItem, ...]:
        """Return the top-level items."""
        return tuple(one for one in self.items if not one.parent)

    def item(self, link_id: str) -> PlanItem:
        """Return the item with that linkId; KeyError when there is none."""
        return self._by_link_id[link_id]

    def pages(self) -> tuple[Page, ...]:
        """Return the pages of the questionnaire."""
        return self.outline.pages()

    @cached_property
    def _by_link_id(self) -> dict[str, PlanItem]:
        return {one.link_id: one for one in self.items}


def compile_plan(definition: Mapping[str, Any]) -> Plan:
    """
    Return the plan of a FHIR R4 Questionnaire.

    Raises  PlanRefused for a definition that could not be asked as its author means it
    Source  FHIR R4 Questionnaire; HL7 SDC 4.0.0, advanced form behavior
    """
    doubts: list[Doubt] = [*_shape(definition)]
    if doubts:
        raise PlanRefused(tuple(doubts))
    told = outline(definition)
    reader = _Reader(doubts)
    plan = Plan(
        url=str(definition.get("url", "")),
        version=str(definition.get("version", "")),
        title=told.title,
        outline=told,
        items=tuple(reader.item(item, parent, told.by_link_id) for item, parent in _walk(definition)),
        variables=reader.variables(definition, ""),
        constraints=reader.constraints(definition, ""),
        definition=definition,
    )
    doubts += _references(plan)
    if doubts:
        raise PlanRefused(tuple(doubts))
    return plan


class _Reader:
    """Reads the parts of items that have a language of their own, and notes what cannot be read."""

    def __init__(self, doubts: list[Doubt]) -> None:
        self.doubts = doubts

    def item(self, item: Mapping[str, Any], parent: str, questions: Mapping[str, Question]) -> PlanItem:
        link_id = item["linkId"]
        return PlanItem(
            question=questions[link_id],
            parent=parent,
            conditions=tuple(_condition(one) for one in item.get("enableWhen", ())),
            any_condition=item.get("enableBehavior") == "any",
            enable_expression=self.expression(extension(item, ENABLE_WHEN), link_id),
            calculated=self.expression(extension(item, CALCULATED), link_id),
            variables=self.variables(item, link_id),
            constraints=self.constraints(item, link_id),
            bounds=self.bounds(item),
        )

    def expression(self, value: Any, link_id: str) -> Expression | None:
        if value is None:
            return None
        if value.get("language") != "text/fhirpath":
            self._doubt("expression-language", link_id, f"{value.get('language')} is not supported.")
            return None
        return self.parsed(str(value.get("expression", "")), link_id)

    def parsed(self, text: str, link_id: str) -> Expression | None:
        try:
            return parse(text)
        except NotFhirPath as wrong:
            self._doubt("expression", link_id, str(wrong))
            return None

    def variables(self, element: Mapping[str, Any], link_id: str) -> tuple[tuple[str, Expression], ...]:
        told = [one.get("valueExpression", {}) for one in _all(element, VARIABLE)]
        read = [(str(one.get("name", "")), self.expression(one, link_id)) for one in told]
        return tuple((name, expression) for name, expression in read if expression)

    def constraints(self, element: Mapping[str, Any], link_id: str) -> tuple[Constraint, ...]:
        return tuple(made for one in _all(element, CONSTRAINT) if (made := self._constraint(one, link_id)))

    def bounds(self, item: Mapping[str, Any]) -> Bounds:
        return Bounds(
            minimum=_first(item, _HL7 + "minValue", _SDC + "minQuantity"),
            maximum=_first(item, _HL7 + "maxValue", _SDC + "maxQuantity"),
            min_length=extension(item, _HL7 + "minLength"),
            max_length=item.get("maxLength"),
            decimals=extension(item, _HL7 + "maxDecimalPlaces"),
            least=extension(item, _HL7 + "questionnaire-minOccurs"),
            most=extension(item, _HL7 + "questionnaire-maxOccurs"),
            regex=self._regex(item),
        )

    def _constraint(self, element: Mapping[str, Any], link_id: str) -> Constraint | None:
        expression = self.parsed(str(extension(element, "expression") or ""), link_id)
        if expression is None:
            return None
        return Constraint(
            key=str(extension(element, "key") or "constraint"),
            severity="error" if extension(element, "severity") == "error" else "warning",
            message=str(extension(element, "human") or "Please check this."),
            expression=expression,
        )

    def _regex(self, item: Mapping[str, Any]) -> str:
        text = str(extension(item, _HL7 + "regex") or "")
        try:
            re2.compile(text)
        except re2.error:
            self._doubt("regex", item["linkId"], "The regular expression cannot be read.")
        return text

    def _doubt(self, code: str, link_id: str, detail: str) -> None:
        self.doubts.append(Doubt(code, link_id, detail))


def _walk(definition: Mapping[str, Any], parent: str = "") -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield every item that becomes a question, with the linkId above it; help texts belong to their question."""
    for item in definition.get("item", ()):
        if parent and item["type"] == "display" and _is_help(item):
            continue
        yield item, parent
        yield from _walk(item, item["linkId"])


def _is_help(item: Mapping[str, Any]) -> bool:
    codings = (extension(item, _HL7 + "questionnaire-itemControl") or {}).get("coding", ())
    return bool(codings) and codings[0].get("code") == "help"


def _shape(definition: Mapping[str, Any]) -> Iterator[Doubt]:
    seen: set[str] = set()
    if not definition.get("item"):
        yield Doubt("empty", "", "There is no item.")
    for item in _every(definition):
        link_id = item.get("linkId") if isinstance(item, Mapping) else None
        if not isinstance(link_id, str) or not link_id or any(sign in link_id for sign in "/[]"):
            yield Doubt("link-id", str(link_id), "An item needs a linkId without / [ ].")
        elif link_id in seen:
            yield Doubt("duplicate", link_id, "The linkId stands twice.")
        elif item.get("type") not in TYPES:
            yield Doubt("type", link_id, f"The type {item.get('type')} is unknown.")
        seen.add(str(link_id))


def _every(element: Mapping[str, Any]) -> Iterator[Any]:
    for item in element.get("item", ()):
        yield item
        if isinstance(item, Mapping):
            yield from _every(item)


def _references(plan: Plan) -> Iterator[Doubt]:
    known = {item.link_id: item for item in plan.items}
    for item in plan.items:
        for condition in item.conditions:
            if condition.question not in known:
                yield Doubt("reference", item.link_id, f"There is no question {condition.question}.")
            elif condition.operator not in OPERATORS:
                yield Doubt("operator", item.link_id, f"The operator {condition.operator} is unknown.")
    yield from _cycles(known)


def _cycles(known: Mapping[str, PlanItem]) -> Iterator[Doubt]:
    done: set[str] = set()

    def visit(link_id: str, path: tuple[str, ...]) -> Iterator[Doubt]:
        if link_id in path:
            yield Doubt("cycle", link_id, " needs ".join([*path[path.index(link_id) :], link_id]))
        elif link_id not in done and link_id in known:
            item = known[link_id]
            for needed in [item.parent, *(one.question for one in item.conditions)]:
                yield from visit(needed, (*path, link_id))
            done.add(link_id)

    for link_id in known:
        yield from visit(link_id, ())


def _condition(element: Mapping[str, Any]) -> Condition:
    answer = next((value for key, value in element.items() if key.startswith("answer")), None)
    return Condition(str(element.get("question", "")), str(element.get("operator", "")), answer)


def _all(element: Mapping[str, Any], url: str) -> Iterator[Mapping[str, Any]]:
    return (one for one in element.get("extension", ()) if one.get("url") == url)


def _first(item: Mapping[str, Any], *urls: str) -> Any:
    return next((value for url in urls if (value := extension(item, url)) is not None), None)
