"""
A short proof that a completed response has nothing wrong with it.

Most responses are sound, and most forms are simple: nothing hides, nothing repeats. For these one walk over the JSON
shows that the long way would find nothing to say; whatever is the least unusual is left to the long way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intake.domain import checks, fhir_values
from intake.domain.fhirpath import Failed
from intake.domain.fhirpath.element import Element, plain
from intake.domain.fhirpath.scope import Frame, Nodes, World
from intake.domain.graph import CALCULATE, VARIABLE, Step
from intake.domain.parts import Bounds, PlanItem
from intake.domain.places import Names
from intake.domain.plan import Plan
from intake.domain.stored import stored

_STEPS = frozenset({VARIABLE, CALCULATE})
_ITEM = "QuestionnaireResponse.item"
_FREE = Bounds()
MOST_STEPS = 500_000
MOST_ANSWERS = 500
Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Level:
    """The items of one level: `entries` by linkId, `needed` questions and `groups` that must be answered."""

    entries: Mapping[str, "Entry"]
    needed: frozenset[str]
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One item.

    options  {(system, code): display} of a question whose one answer is an option, None for others
    takes    names of value[x]
    level    what stands inside of a group, None for a question
    """

    item: PlanItem
    link_id: str
    text: str
    position: int
    options: Mapping[tuple[str, str], str] | None
    takes: frozenset[str]
    level: Level | None


class Proof:
    """What is known of one questionnaire; `prove` is used for each of its responses."""

    def __init__(self, plan: Plan, level: Level) -> None:
        self.plan, self.level = plan, level
        self.canonicals = {plan.url, f"{plan.url}|{plan.version}"} if plan.url else set[str]()
        self.steps: tuple[Step, ...] = plan.graph.steps
        self.computed = frozenset(item.link_id for item in plan.items if item.calculated is not None)
        self.names: dict[str, Any] = {name: Nodes() for name in plan.given}
        self.names["questionnaire"] = Nodes([Element(plan.definition, "Questionnaire")])
        self.names["ucum"] = Nodes(["http://unitsofmeasure.org"])

    def prove(self, response: Any, *, now: str) -> Answers | None:
        """Return the answers by linkId of a response that is sound; None for one that must be looked at closely."""
        try:
            is_ours = response["resourceType"] == "QuestionnaireResponse" and response["status"] == "completed"
            if not is_ours or response["questionnaire"] not in self.canonicals:
                return None
            answers: Answers = {}
            index: dict[str, Element] = {}
            top = Element(response, "QuestionnaireResponse")
            if "modifierExtension" in response or not self._level(response["item"], self.level, top, answers, index):
                return None
            return answers if not self.steps or self._is_worked_out(top, answers, index, now) else None
        except (KeyError, TypeError, AttributeError, ValueError, Failed, RecursionError):
            return None

    def _level(self, raws: Any, level: Level, above: Element, answers: Answers, index: dict[str, Element]) -> bool:
        last, entries, indexed = -1, level.entries, bool(self.steps)
        if type(raws) is not list or not raws:
            return False
        for raw in raws:
            entry = entries[raw["linkId"]]
            # Besides its linkId and its text, an item has the one thing that is read here, and nothing else.
            is_bare = len(raw) == 2 or (len(raw) == 3 and raw["text"] == entry.text)
            if entry.position <= last or not is_bare:
                return False
            last = entry.position
            node = above
            if indexed:
                node = index[entry.link_id] = Element(raw, _ITEM, above)
            inner = entry.level
            if not (_answered(entry, raw["answer"], answers) if inner is None else
                    self._level(raw["item"], inner, node, answers, index)):  # fmt: skip
                return False
        return level.needed <= answers.keys() and (not level.groups or level.groups <= {raw["linkId"] for raw in raws})

    def _is_worked_out(self, top: Element, answers: Answers, index: dict[str, Element], now: str) -> bool:
        """
        Tell whether every calculated answer that was sent is the one that follows from what was sent.

        What is worked out needs no circle, so if each is right given the others, all of them are.
        """
        world = World(response=top, now=now, steps=MOST_STEPS)
        world.by_link_id, world.members, world.weights = _Index(index), self.plan.sets, self.plan.points
        whole = Nodes([top])
        names = {**self.names, "resource": whole, "rootResource": whole, "context": whole}
        for step in self.steps:
            compiled = step.expression.compiled if step.expression else None
            if compiled is None:
                return False
            node = index.get(step.item)
            if step.kind == VARIABLE:
                names[step.name] = Nodes(compiled(Frame(world, whole, names), whole))
                continue
            focus = Nodes([node or Element({"linkId": step.item}, _ITEM, top)])
            frame = Frame(world, focus, Names({"context": focus}, Names(names, None)))  # type: ignore[arg-type]
            found = compiled(frame, focus)
            if not self._is_same(step.item, found, answers):
                return False
        return True

    def _is_same(self, link_id: str, found: list[Any], answers: Answers) -> bool:
        question = self.plan.by_link_id[link_id].question
        values = [checks.of_type(question, plain(node)) for node in found]
        value = stored(question, [one for one in values if one is not None])
        told = answers.get(link_id)
        return bool(value == told) and type(value) is type(told)


class _Index:
    """The items that were sent, by linkId."""

    __slots__ = ("items",)

    def __init__(self, items: dict[str, Element]) -> None:
        self.items = items

    def find(self, names: Sequence[str]) -> list[Element]:
        """Return the items with any of these linkIds, in the order of the response."""
        items = self.items
        if len(names) == 1:
            return [items[names[0]]] if names[0] in items else []
        wanted = frozenset(names)
        return [node for name, node in items.items() if name in wanted]


def proof_of(plan: Plan) -> Proof | None:
    """Return the proof for one plan; None for a plan on which something hides, repeats or constrains."""
    definition = plan.definition
    is_plain = (
        all(step.kind in _STEPS and (step.kind == CALCULATE or not step.item) for step in plan.graph.steps)
        and not plan.helps
        and not plan.constraints
        and definition.get("status") not in {"draft", "retired"}
        and "effectivePeriod" not in definition
        and not any(doubt.code == "expression" for doubt in plan.doubts)
        and len(plan.by_link_id) == len(plan.items)
    )
    level = _read(plan.roots) if is_plain else None
    return None if level is None else Proof(plan, level)


def _read(items: tuple[PlanItem, ...]) -> Level | None:
    entries: dict[str, Entry] = {}
    for item in items:
        entry = _entry(item)
        if entry is None:
            return None
        entries[entry.link_id] = entry
    needed = {item.link_id for item in items if item.question.is_required}
    groups = {item.link_id for item in items if item.question.type == "group"}
    return Level(entries, frozenset(needed - groups), frozenset(needed & groups))


def _entry(item: PlanItem) -> Entry | None:
    question = item.question
    is_group = question.type == "group"
    level = _read(item.children) if is_group else None
    is_unusual = (is_group and (level is None or question.repeats)) or (not is_group and bool(item.children))
    if is_unusual or (question.is_computed and item.calculated is None) or (item.calculated and question.is_required):
        return None
    if "_text" in item.definition and not is_group and "text" not in item.definition:
        return None
    choices = item.choices
    is_option = (
        question.type == "choice" and not question.repeats and choices.is_known and not choices.plain
        and item.bounds == _FREE
    )  # fmt: skip
    return Entry(
        item=item,
        link_id=item.link_id,
        text=item.definition.get("text", ""),
        position=item.position,
        options=choices.codings if is_option else None,
        takes=fhir_values.allowed(item),
        level=level,
    )


def _answered(entry: Entry, given_answers: Any, answers: Answers) -> bool:
    options = entry.options
    if options is not None:
        (answer,) = given_answers
        (coding,) = answer.values()
        told = options[coding.get("system", ""), coding["code"]]
        if "valueCoding" not in answer or coding.get("display", told) != told:
            return False
        answers[entry.link_id] = coding
        return True
    return _other(entry, given_answers, answers)


def _other(entry: Entry, given_answers: Any, answers: Answers) -> bool:
    item, question = entry.item, entry.item.question
    most = MOST_ANSWERS if question.repeats else 1
    if type(given_answers) is not list or not 0 < len(given_answers) <= most:
        return False
    values = []
    for answer in given_answers:
        ((name, value),) = answer.items()
        if name not in entry.takes or any(fhir_values.faults(item, name, value)):
            return False
        values.append(value)
    told = values if question.repeats else values[0]
    if "answerValueSet" in item.definition and not item.choices.is_known:
        return False
    if item.calculated is None and any(checks.faults(item, told)):
        return False
    answers[entry.link_id] = told
    return True
