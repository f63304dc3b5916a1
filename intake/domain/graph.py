"""What has to be worked out in a questionnaire, in which order, and what depends on which answer."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from intake.domain.circles import circles
from intake.domain.depends import WHOLE, Around, Reads, Seen, all_reads, reads
from intake.domain.doubts import Doubt
from intake.domain.fhirpath import Expression
from intake.domain.parts import PlanItem

VARIABLE, ENABLE, CALCULATE, CONSTRAINT, TOGGLE, MINIMUM, MAXIMUM = (
    "variable", "enable", "calculate", "constraint", "toggle", "minimum", "maximum",
)  # fmt: skip
_DECIDES = frozenset({ENABLE, CALCULATE})


@dataclass(slots=True, eq=False)
class Step:
    """
    One thing to work out, once for each place of its item.

    item        linkId; empty for the whole questionnaire
    expression  None for enableWhen
    name        of a variable
    number      of a constraint or a toggle among those of its item
    reads       questions that it depends on; `everything` where that cannot be told
    rank        place in the order of work
    is_local    it looks only inside of its own item
    """

    kind: str
    item: str
    expression: Expression | None = None
    name: str = ""
    number: int = 0
    reads: Reads = field(default_factory=Reads)
    rank: int = 0
    is_local: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """
    All steps.

    steps    in the order of work
    of_item  {linkId: its steps}
    readers  {linkId: steps that read it}
    named    {(linkId that defines, name): steps that read the variable}
    """

    steps: tuple[Step, ...]
    of_item: Mapping[str, tuple[Step, ...]]
    readers: Mapping[str, tuple[Step, ...]]
    named: Mapping[tuple[str, str], tuple[Step, ...]]


@dataclass(frozen=True, slots=True)
class Whole:
    """What expressions of the whole questionnaire say, and the names that an evaluation is given."""

    variables: tuple[tuple[str, Expression], ...]
    constraints: tuple[tuple[int, Expression], ...]
    given: frozenset[str]


def build(items: Iterable[PlanItem], whole: Whole) -> tuple[Graph, list[Doubt]]:
    """
    Return the steps of a questionnaire in an order in which each finds what it reads, and doubts about it.

    Source  HL7 SDC 4.0.0 leaves the order to the implementation; a circle has none, and is refused
    """
    maker = _Maker({item.link_id: item for item in items}, whole)
    maker.make()
    circles = _order(maker)
    steps = tuple(sorted(maker.steps, key=lambda step: step.rank))
    wide = [step for step in steps if step.reads.everything]
    readers = {
        link_id: tuple(sorted({*told, *wide}, key=lambda step: step.rank)) for link_id, told in maker.readers().items()
    }
    of_item: dict[str, list[Step]] = {}
    for step in steps:
        of_item.setdefault(step.item, []).append(step)
    graph = Graph(steps, {name: tuple(told) for name, told in of_item.items()}, readers, maker.named())
    return graph, [*maker.doubts, *circles]


class _Maker:
    def __init__(self, items: dict[str, PlanItem], whole: Whole) -> None:
        self.items, self.whole = items, whole
        self.steps: list[Step] = []
        self.doubts: list[Doubt] = []
        self.inside = {name: tuple(_below(item)) for name, item in items.items()}

    def below(self, link_id: str) -> Iterable[str]:
        return self.inside.get(link_id, ())

    def make(self) -> None:
        outer = self.variables("", self.whole.variables, {})
        for number, expression in self.whole.constraints:
            self.step(CONSTRAINT, "", expression, outer, number=number)
        scopes: dict[str, Mapping[str, tuple[str, Seen]]] = {"": outer}
        for item in self.items.values():
            scope = self.variables(item.link_id, item.variables, scopes[item.parent])
            scopes[item.link_id] = scope
            self.of_item(item, scope)

    def of_item(self, item: PlanItem, scope: Mapping[str, tuple[str, Seen]]) -> None:
        if item.enable_expression:
            self.step(ENABLE, item.link_id, item.enable_expression, scope)
        elif item.conditions:
            told = Reads(link_ids={condition.question for condition in item.conditions}, is_rooted=True)
            self.steps.append(Step(ENABLE, item.link_id, reads=told))
        for kind, expression in (
            (CALCULATE, item.calculated),
            (MINIMUM, item.bounds.minimum_expression),
            (MAXIMUM, item.bounds.maximum_expression),
        ):
            if expression:
                self.step(kind, item.link_id, expression, scope)
        for number, constraint in enumerate(item.constraints):
            self.step(CONSTRAINT, item.link_id, constraint.expression, scope, number=number)
        for number, toggle in enumerate(item.toggles):
            self.step(TOGGLE, item.link_id, toggle.expression, scope, number=number)

    def variables(
        self, owner: str, told: Iterable[tuple[str, Expression]], outer: Mapping[str, tuple[str, Seen]]
    ) -> Mapping[str, tuple[str, Seen]]:
        """Return what names mean inside of an item; variables of one item may stand in any order."""
        told = tuple(told)
        if not told:
            return outer
        scope = {**outer, **{name: (owner, WHOLE) for name, _ in told}}
        for _ in range(2):
            for name, expression in told:
                scope[name] = owner, reads(expression.tree, self.around(owner, _without(scope, name, outer)))[1]
        for name, expression in told:
            self.step(VARIABLE, owner, expression, _without(scope, name, outer), name=name)
        return scope

    def around(self, owner: str, scope: Mapping[str, tuple[str, Seen]]) -> Around:
        return Around(owner, scope, self.whole.given, self.below)

    def step(
        self,
        kind: str,
        item: str,
        expression: Expression,
        scope: Mapping[str, tuple[str, Seen]],
        *,
        name: str = "",
        number: int = 0,
    ) -> None:
        around = self.around(item, scope)
        # A variable that stands at items is not what is in them: its readers depend on that themselves.
        found = reads(expression.tree, around)[0] if kind == VARIABLE else all_reads(expression.tree, around)
        if kind == VARIABLE:
            whole = all_reads(expression.tree, around)
            found.link_ids, found.inside = whole.link_ids, whole.inside
        for unknown in sorted(found.unknown):
            self.unknown(kind, item, unknown)
        self.steps.append(Step(kind, item, expression, name, number, found, is_local=not found.is_rooted))

    def unknown(self, kind: str, item: str, name: str) -> None:
        path = " > ".join([*self.items[item].around, item]) if item else ""
        severity = "error" if kind in _DECIDES else "warning"
        self.doubts.append(Doubt("undefined-variable", item, f"Nothing defines %{name[:80]}.", path, severity))

    def readers(self) -> dict[str, list[Step]]:
        found: dict[str, list[Step]] = {link_id: [] for link_id in self.items}
        for step in self.steps:
            for link_id in step.reads.link_ids | step.reads.inside:
                if link_id in found:
                    found[link_id].append(step)
        return found

    def named(self) -> dict[tuple[str, str], tuple[Step, ...]]:
        found: dict[tuple[str, str], list[Step]] = {}
        for step in self.steps:
            for name in step.reads.names:
                found.setdefault(name, []).append(step)
        return {name: tuple(told) for name, told in found.items()}


def _without(
    scope: Mapping[str, tuple[str, Seen]], name: str, outer: Mapping[str, tuple[str, Seen]]
) -> dict[str, tuple[str, Seen]]:
    """A variable that uses its own name means the one further out."""
    found = {other: told for other, told in scope.items() if other != name}
    return {**found, name: outer[name]} if name in outer else found


def _below(item: PlanItem) -> Iterator[str]:
    for child in item.children:
        yield child.link_id
        yield from _below(child)


def _order(maker: _Maker) -> list[Doubt]:
    """Give each step its rank, so that what it reads comes before it; return the circles that have no order."""
    ordered = (step for circle in circles(maker.steps, _before(maker, loose=True)) for step in circle)
    for rank, step in enumerate(ordered):
        step.rank = rank
    # What an expression only may reach is no reason to refuse it: such circles are worked through until they rest.
    before = _before(maker, loose=False)
    return [
        _told(circle, maker)
        for circle in circles(maker.steps, before)
        if len(circle) > 1 or circle[0] in before[circle[0]]
    ]


def _told(circle: list[Step], maker: _Maker) -> Doubt:
    names = list(dict.fromkeys(f"%{step.name}" if step.kind == VARIABLE else step.item for step in reversed(circle)))
    first = next((step.item for step in circle if step.item), "")
    path = " > ".join([*maker.items[first].around, first]) if first else ""
    return Doubt("cycle", first, " needs ".join([*names[:12], names[0]]), path)


def _before(maker: _Maker, *, loose: bool) -> dict[Step, set[Step]]:
    """Return {step: steps whose outcome it reads}; `loose` counts those too that it only may reach."""
    own: dict[str, list[Step]] = {}
    variables: dict[tuple[str, str], Step] = {}
    for step in maker.steps:
        if step.kind in _DECIDES:
            own.setdefault(step.item, []).append(step)
        elif step.kind == VARIABLE:
            variables[step.item, step.name] = step
    deciders = [step for steps in own.values() for step in steps]
    found: dict[Step, set[Step]] = {}
    writers: dict[str, list[Step]] = {}
    for step in maker.steps:
        needed: set[Step] = set(deciders) if loose and step.reads.everything else set()
        for link_id in step.reads.link_ids | step.reads.inside if loose else step.reads.link_ids:
            if link_id not in writers:
                writers[link_id] = _writers(link_id, own, maker.items)
            needed.update(writers[link_id])
        needed.update(variables[name] for name in step.reads.names if name in variables)
        found[step] = needed
    return found


def _writers(link_id: str, own: Mapping[str, list[Step]], items: Mapping[str, PlanItem]) -> list[Step]:
    """Return the steps that decide whether a question has an answer: its own, and whether what is around it is asked."""
    if link_id not in items:
        return []
    above = (step for name in items[link_id].around for step in own.get(name, ()) if step.kind == ENABLE)
    return [*own.get(link_id, ()), *above]
