"""A questionnaire compiled once: every reference looked up, every expression read, every doubt refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from intake.domain import extensions as ext
from intake.domain.choices import Choices, key_of, read_choices
from intake.domain.doubts import Doubt, PlanRefused
from intake.domain.fhir_values import allowed
from intake.domain.fhirpath import Expression
from intake.domain.graph import Graph, Whole, build
from intake.domain.outline import Outline, Page, Question, outline
from intake.domain.parts import Bounds, Condition, Constraint, PlanItem, Toggle
from intake.domain.reading import Reader
from intake.domain.references import faults
from intake.domain.shape import malformed
from intake.domain.value_sets import Members, value_sets

__all__ = ["Bounds", "Condition", "Constraint", "Doubt", "Plan", "PlanItem", "PlanRefused", "Toggle", "compile_plan"]
# Names that SDC lets a client give to an evaluation, whether a questionnaire announces them or not.
_GIVEN = frozenset({"patient", "encounter", "user", "practitioner", "study", "clinicaldocument", "terminologies"})


@dataclass(frozen=True, eq=False)
class Plan:
    """
    A compiled questionnaire; it is only ever the same as itself.

    helps    {linkId: linkId above} of help texts, which belong to their question
    points   {(linkId, system, code): points} of every option that has some
    sets     {reference: members} of the value sets that are known
    doubts   warnings about the definition
    """

    url: str
    version: str
    title: str
    outline: Outline
    items: tuple[PlanItem, ...]
    variables: tuple[tuple[str, Expression], ...] = ()
    constraints: tuple[Constraint, ...] = ()
    definition: Mapping[str, Any] = field(default_factory=dict, repr=False)
    graph: Graph = field(default_factory=lambda: Graph((), {}, {}, {}), repr=False)
    helps: Mapping[str, str] = field(default_factory=dict, repr=False)
    sets: Mapping[str, Members] = field(default_factory=dict, repr=False)
    given: frozenset[str] = frozenset()
    doubts: tuple[Doubt, ...] = ()

    @cached_property
    def roots(self) -> tuple[PlanItem, ...]:
        """Return the top-level items."""
        return tuple(one for one in self.items if not one.parent)

    def item(self, link_id: str) -> PlanItem:
        """Return the item with that linkId; KeyError when there is none."""
        return self.by_link_id[link_id]

    def pages(self) -> tuple[Page, ...]:
        """Return the pages of the questionnaire."""
        return self.outline.pages()

    @cached_property
    def by_link_id(self) -> dict[str, PlanItem]:
        """Return {linkId: item}."""
        return {one.link_id: one for one in self.items}

    @cached_property
    def takes(self) -> dict[str, frozenset[str]]:
        """Return {linkId: names of value[x] that it takes}."""
        return {one.link_id: allowed(one) for one in self.items}

    @cached_property
    def points(self) -> dict[tuple[str, str, str], Any]:
        """Return {(linkId, system, code): points}."""
        return {(one.link_id, *key): points for one in self.items for key, points in one.choices.points.items()}


def compile_plan(definition: Mapping[str, Any], given_sets: Mapping[str, Members] | None = None) -> Plan:
    """
    Return the plan of a FHIR R4 Questionnaire.

    given_sets  {canonical: members} of value sets that do not stand in the definition
    Raises      PlanRefused for a definition that could not be asked as its author means it
    Source      FHIR R4 Questionnaire; HL7 SDC 4.0.0, advanced form behavior
    """
    doubts = list(malformed(definition))
    _refuse(doubts)
    told = ext.by_url(definition)
    reader = Reader(doubts)
    whole = _outer(reader, told)
    made = _Compiler(reader, outline(definition), value_sets(definition, given_sets))
    roots = made.children(definition, ())
    items = tuple(_flat(roots))
    given = frozenset({*_GIVEN, *_launch_names(told), *made.queries, *reader.queries(told)})
    steps, found = build(
        items,
        Whole(whole[0], tuple((number, one.expression) for number, one in enumerate(whole[1])), given),
    )
    doubts += [*faults(items), *found]
    _refuse(doubts)
    return Plan(
        url=str(definition.get("url", "")),
        version=str(definition.get("version", "")),
        title=made.outline.title,
        outline=made.outline,
        items=items,
        variables=whole[0],
        constraints=whole[1],
        definition=definition,
        graph=steps,
        helps=made.helps,
        sets=made.sets,
        given=given,
        doubts=tuple(doubts),
    )


def _refuse(doubts: list[Doubt]) -> None:
    if any(doubt.severity == "error" for doubt in doubts):
        raise PlanRefused(tuple(doubts))


def _outer(reader: Reader, told: ext.Told) -> tuple[tuple[tuple[str, Expression], ...], tuple[Constraint, ...]]:
    return reader.variables(told), reader.constraints(told)


class _Compiler:
    """Makes the items, from the inside out."""

    def __init__(self, reader: Reader, told: Outline, sets: Mapping[str, Members]) -> None:
        self.reader, self.outline, self.sets = reader, told, sets
        self.helps: dict[str, str] = {}
        self.queries: set[str] = set()

    def children(self, element: Mapping[str, Any], around: tuple[str, ...]) -> tuple[PlanItem, ...]:
        found: list[PlanItem] = []
        for item in element.get("item", ()):
            if item["linkId"] in self.outline.by_link_id:
                found.append(self.item(item, around, len(found)))
            else:
                self.helps[item["linkId"]] = around[-1] if around else ""
        return tuple(found)

    def item(self, item: Mapping[str, Any], around: tuple[str, ...], position: int) -> PlanItem:
        link_id, reader, told = item["linkId"], self.reader, ext.by_url(item)
        reader.at(link_id, " > ".join([*around, link_id]))
        self.queries |= reader.queries(told)
        question: Question = self.outline.by_link_id[link_id]
        for one in ext.values(told, ext.INITIAL):
            reader.expression(one, needed=False)
        return PlanItem(
            question=question,
            parent=around[-1] if around else "",
            conditions=reader.conditions(item),
            any_condition=item.get("enableBehavior") == "any",
            enable_expression=reader.expression(ext.value(told, ext.ENABLE_WHEN)),
            calculated=reader.expression(ext.value(told, ext.CALCULATED)),
            variables=reader.variables(told),
            constraints=reader.constraints(told),
            bounds=reader.bounds(item, told),
            around=around,
            position=position,
            choices=read_choices(item, self.sets),
            units=self.units(told),
            toggles=reader.toggles(told),
            initial=tuple(_initial(item)),
            definition=item,
            children=self.children(item, (*around, link_id)),
        )

    def units(self, told: ext.Told) -> Choices:
        """Return the units on offer; a questionnaire-unit alone is the only one."""
        reference = ext.value(told, ext.UNIT_SET)
        members = self.sets.get(str(reference).partition("|")[0]) if reference else {}
        listed = [
            one for url in (ext.UNIT_OPTION, ext.UNIT) for one in ext.values(told, url) if isinstance(one, Mapping)
        ]
        codings = {key_of(one): str(one.get("display", "")) for one in listed}
        return Choices(
            codings={**codings, **(members or {})},
            is_known=bool(codings) or (reference is not None and members is not None),
        )


def _initial(item: Mapping[str, Any]) -> Iterator[Any]:
    for one in (*item.get("initial", ()), *(one for one in item.get("answerOption", ()) if one.get("initialSelected"))):
        yield from (value for key, value in one.items() if key.startswith("value"))


def _flat(items: tuple[PlanItem, ...]) -> Iterator[PlanItem]:
    for item in items:
        yield item
        yield from _flat(item.children)


def _launch_names(told: ext.Told) -> Iterator[str]:
    yield from map(str, ext.values(told, ext.ASSEMBLE))
    for one in told.get(ext.LAUNCH, ()):
        name = ext.value(ext.by_url(one), "name")
        yield str(name.get("code", "") if isinstance(name, Mapping) else name)
