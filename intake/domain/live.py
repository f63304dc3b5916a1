"""The answers to one questionnaire, and what follows from them, kept true change by change."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from heapq import heappop, heappush
from typing import Any

from intake.domain.acceptance import NotThisType, normal
from intake.domain.fhirpath.scope import Nodes, World, as_collection
from intake.domain.graph import CALCULATE, ENABLE, VARIABLE, Step
from intake.domain.outline import split
from intake.domain.parts import PlanItem
from intake.domain.places import Index, Place, Shelf
from intake.domain.plan import Plan
from intake.domain.stored import given, stored
from intake.domain.working import Working

# What a step may be worked out again in one change; only steps that read each other in a circle come near.
_ROUNDS = 12
MOST_STEPS = 3_000_000
_UCUM = "http://unitsofmeasure.org"


class Live:
    """
    One response while it is answered.

    places   {path: place} of everything that may be asked
    touched  places whose answer or standing changed since this was last emptied
    """

    def __init__(self, plan: Plan, *, now: datetime, launch: Mapping[str, Any] | None = None) -> None:
        self.plan = plan
        self.places: dict[str, Place] = {}
        self.spots: dict[str, list[Place]] = {}
        self.holders: dict[str, list[Place]] = {}
        self.touched: dict[Place, None] = {}
        self.top = Place(None, "", None, None)
        self.shelf = Shelf(self.top)
        self.response: dict[str, Any] = {"resourceType": "QuestionnaireResponse", "item": self.shelf.raws}
        self.top.raw = self.response
        self.spots[""] = self.holders[""] = [self.top]
        self.waiting: list[int] = []
        self.dirty: dict[int, dict[Place, None]] = {}
        self.counts: Mapping[str, int] = {}
        if plan.graph.steps:
            self._prepare(now, launch or {})

    def _prepare(self, now: datetime, launch: Mapping[str, Any]) -> None:
        """Say what expressions are given."""
        world = World(response=self.top.element, now=now.isoformat(), steps=MOST_STEPS)
        world.by_link_id, world.members, world.weights = Index(self.spots), self.plan.sets, self.plan.points
        self.working = Working(world, self.spots)
        names = self.top.names.own
        names.update({name: Nodes() for name in self.plan.given})
        names.update({name: Nodes(as_collection(value)) for name, value in launch.items()})
        names.update(resource=names["context"], rootResource=names["context"], ucum=Nodes([_UCUM]))
        names["questionnaire"] = Nodes(as_collection(self.plan.definition))

    # Building

    def fill(self, answers: Mapping[str, Any]) -> "Live":
        """Take over a whole set of answers, {path: value}, and work everything out."""
        self.counts = _instances(answers)
        for item in self.plan.roots:
            self._grow(item, self.top, self.shelf, "")
        for path, value in answers.items():
            place = self.places.get(path)
            if place is not None and value is not None:
                self._take(place, value)
        self.work()
        return self

    def work(self) -> None:
        """Work everything out from the beginning."""
        self._show_all(self.top)
        for step in self.plan.graph.steps:
            self._mark(step, self._places_of(step))
        self.run()

    def _grow(self, item: PlanItem, parent: Place, shelf: Shelf, prefix: str) -> None:
        question = item.question
        place = self.place(item, prefix + question.link_id, parent, shelf)
        if question.type == "group" and question.repeats:
            self.holders.setdefault(question.link_id, []).append(place)
            for number in range(self.counts.get(place.path, 0)):
                self._add_instance(place, number)
            return
        self.spots.setdefault(question.link_id, []).append(place)
        if item.children:
            self._grow_children(place, prefix)

    def _grow_children(self, place: Place, prefix: str) -> None:
        shelf = Shelf(place)
        place.shelves.append(shelf)
        for child in place.item.children if place.item else ():
            self._grow(child, place, shelf, prefix)

    def place(self, item: PlanItem, path: str, parent: Place, shelf: Shelf) -> Place:
        """Return a new place inside of another one."""
        place = Place(item, path, parent, shelf)
        if item.conditions or item.enable_expression:
            place.on = False
        place.asked = place.on and parent.asked
        place.is_reached = parent.is_reached and (parent.item is None or parent.item.question.type == "group")
        parent.children.append(place)
        self.places[path] = place
        if item.initial and item.question.is_computed and item.calculated is None:
            self._write(place, stored(item.question, list(item.initial)))
        return place

    def _add_instance(self, holder: Place, number: int) -> Place:
        place = self.instance(holder, number)
        self._grow_children(place, f"{place.path}/")
        return place

    def instance(self, holder: Place, number: int) -> Place:
        """Return a new instance of a repeating group, still empty."""
        item = holder.item
        assert item is not None  # noqa: S101 - only the whole questionnaire has none
        place = Place(item, f"{holder.path}[{number}]", holder, holder.shelf)
        place.is_instance, place.asked, place.is_reached = True, holder.asked, holder.is_reached
        place.rank += number
        place.own = {**holder.own, item.question.link_id: number}
        holder.children.append(place)
        self.places[place.path] = place
        self.spots.setdefault(item.question.link_id, []).append(place)
        return place

    def _show_all(self, place: Place) -> None:
        for child in place.children:
            self._show_all(child)
        if place.item is not None:
            self._show(place)

    # Changing

    def put(self, changes: Mapping[str, Any]) -> None:
        """Take over changed answers, {path: value or None}, and work out again what depends on them."""
        if self.plan.graph.steps:
            self.working.world.steps = MOST_STEPS
        for path, value in changes.items():
            place = self.places.get(path) or self._new_place(path)
            if place is not None:
                self._take(place, value)
                self._changed(place)
        self.run()

    def _new_place(self, path: str) -> Place | None:
        """Make the instances that a path needs."""
        parts = split(path)
        here = ""
        for name, number in parts[1] if parts else ():
            holder = self.places.get(f"{here}{name}")
            if holder is None or holder.item is None or not holder.item.question.repeats or number >= 1000:
                return None
            for missing in range(sum(1 for child in holder.children), number + 1):
                self._start(self._add_instance(holder, missing))
            here = f"{here}{name}[{number}]/"
        return self.places.get(path)

    def _start(self, place: Place) -> None:
        """Work out what a new instance needs."""
        for spot in place.walk():
            link_id = spot.link_id
            for places in (self.spots.get(link_id, []), self.holders.get(link_id, [])):
                places.sort(key=Place.order)
            self.touched[spot] = None
            for step in self.plan.graph.of_item.get(link_id, ()):
                if spot in self._places_of(step):
                    self._mark(step, (spot,))
            if spot.values:
                self._changed(spot)

    def _take(self, place: Place, value: Any) -> None:
        question = place.item.question if place.item else None
        if question is None or not question.is_asked or question.is_computed:
            return
        place.misfit = ""
        try:
            self._write(place, normal(question, value))
        except NotThisType as wrong:
            self._write(place, None)
            place.misfit = str(wrong)

    def _write(self, place: Place, value: Any) -> None:
        place.value = value
        place.values = value if isinstance(value, list) else [] if value is None else [value]
        if place.item is not None:
            place.answers = [given(place.item.question, one) for one in place.values]

    def _changed(self, place: Place) -> None:
        """Say that a place has another answer than before."""
        self.touched[place] = None
        self._show(place)
        self._notify(place)

    # Standing

    def _show(self, place: Place) -> None:
        """Put a place into the response, or take it away."""
        present = place.asked and bool(place.answers or any(shelf.raws for shelf in place.shelves))
        if present:
            place.render()
        if present == place.is_present or place.shelf is None:
            return
        place.is_present = present
        shelf, owner = place.shelf, place.shelf.owner
        if present:
            shelf.put(place)
        else:
            shelf.drop(place)
            place.raw.pop("answer", None)
        self.touched[owner] = None
        if place.is_instance and place.parent is not None:
            self.touched[place.parent] = None
        if owner.item is not None and len(shelf.raws) == present:
            self._show(owner)

    def _switch(self, place: Place) -> None:
        """Ask a place, or ask it no longer, as its condition and what is around it say."""
        asked = place.on and (place.parent is None or place.parent.asked)
        if asked == place.asked:
            return
        place.asked = asked
        self.touched[place] = None
        self._show(place)
        if place.item is not None and place.item.calculated is not None:
            for step in self.plan.graph.of_item.get(place.link_id, ()):
                if step.kind == CALCULATE:
                    self._mark(step, (place,))
        if place.values:
            self._notify(place)
        for child in place.children:
            self._switch(child)

    # Working out

    def _places_of(self, step: Step) -> Iterable[Place]:
        if step.kind == ENABLE and step.item in self.holders:
            return self.holders[step.item]
        return self.spots.get(step.item, ())

    def _mark(self, step: Step, places: Iterable[Place]) -> None:
        waiting = self.dirty.get(step.rank)
        if waiting is None:
            waiting = self.dirty[step.rank] = {}
            heappush(self.waiting, step.rank)
        for place in places:
            waiting[place] = None

    def _notify(self, place: Place) -> None:
        for step in self.plan.graph.readers.get(place.link_id, ()):
            self._mark(step, self._affected(step, place))

    def _affected(self, step: Step, place: Place) -> Iterable[Place]:
        """Return where a step has to be worked out again after one place changed."""
        places = self._places_of(step)
        if step.expression is None:
            if not place.own:
                return places
            return (one for one in places if all(place.own.get(name, at) == at for name, at in one.own.items()))
        if step.is_local and step.item:
            return (one for one in place.up() if one.link_id == step.item and one in places)
        return places

    def run(self) -> None:
        """Work out what is waiting, each after what it reads."""
        rounds: dict[int, int] = {}
        while self.waiting:
            rank = heappop(self.waiting)
            places = self.dirty.pop(rank, {})
            step = self.plan.graph.steps[rank]
            rounds[rank] = rounds.get(rank, 0) + 1
            if rounds[rank] > _ROUNDS * max(1, len(places)):
                continue
            work = self._WORK.get(step.kind, Live._judge)
            for place in places:
                work(self, step, place)

    def _enable(self, step: Step, place: Place) -> None:
        on = self.working.asked(step, place)
        if on != place.on:
            place.on = on
            self._switch(place)

    def _calculate(self, step: Step, place: Place) -> None:
        value = self.working.calculated(step, place) if place.asked else None
        if value != place.value or type(value) is not type(place.value):
            self._write(place, value)
            self._changed(place)

    def _define(self, step: Step, place: Place) -> None:
        if self.working.define(step, place):
            for reader in self.plan.graph.named.get((step.item, step.name), ()):
                inside = (one for one in self._places_of(reader) if place.item is None or place in one.up())
                self._mark(reader, inside)

    def _judge(self, step: Step, place: Place) -> None:
        if self.working.judge(step, place):
            self.touched[place] = None

    _WORK: Mapping[str, Callable[["Live", Step, Place], None]] = {
        ENABLE: _enable,
        CALCULATE: _calculate,
        VARIABLE: _define,
    }

    # Reading

    def all(self) -> Iterator[Place]:
        """Yield every place in the order of the questionnaire."""
        for child in self.top.children:
            yield from child.walk()


def _instances(answers: Mapping[str, Any]) -> dict[str, int]:
    """Return how many instances each repeating group has, gaps included."""
    found: dict[str, int] = {}
    for path in answers:
        at = path.find("]/")
        while at >= 0:
            holder, bracket, number = path[:at].rpartition("[")
            if bracket and number.isascii() and number.isdigit() and len(number) <= 3:
                found[holder] = max(found.get(holder, 0), int(number) + 1)
            at = path.find("]/", at + 1)
    return found
