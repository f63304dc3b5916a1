"""How each step of a questionnaire is worked out at one place."""

from collections.abc import Iterator, Mapping
from typing import Any

from intake.domain import checks
from intake.domain.conditions import holds
from intake.domain.fhirpath import Failed
from intake.domain.fhirpath.element import Collection, Element, plain, truth
from intake.domain.fhirpath.scope import Frame, Nodes, World
from intake.domain.graph import CONSTRAINT, MINIMUM, TOGGLE, Step
from intake.domain.parts import Condition
from intake.domain.places import Place
from intake.domain.stored import stored


class Working:
    """
    Works steps out.

    spots   {linkId: places of it}
    failed  steps that could not be worked out: a fault of the content
    """

    def __init__(self, world: World, spots: Mapping[str, list[Place]]) -> None:
        self.world, self.spots = world, spots
        self.failed: dict[Step, str] = {}

    def asked(self, step: Step, place: Place) -> bool:
        """Tell whether the condition of a place holds."""
        if step.expression is not None:
            return bool(self._truth(step, place))
        item = place.item
        if item is None:
            return True
        met = (holds(condition, list(self._values(condition, place))) for condition in item.conditions)
        return any(met) if item.any_condition else all(met)

    def calculated(self, step: Step, place: Place) -> Any:
        """Return the calculated answer of a place, in the type of its question; None for none."""
        question = place.item.question if place.item else None
        if question is None:
            return None
        try:
            values = [checks.of_type(question, plain(node)) for node in self._run(step, place)]
        except Failed as wrong:
            self.failed[step] = str(wrong)
            return None
        return stored(question, [one for one in values if one is not None])

    def define(self, step: Step, place: Place) -> bool:
        """Give a variable its value; tell whether it has another one than before."""
        own = place.names.own
        # Its own name means the variable further out, while it is worked out.
        before = own.pop(step.name, None)
        now = Nodes(self._run(step, place))
        own[step.name] = now
        return before is None or not _same(before, now)

    def judge(self, step: Step, place: Place) -> bool:
        """Note what a constraint, a toggle or a bound says; tell whether it says another thing than before."""
        if step.kind in {CONSTRAINT, TOGGLE}:
            return self._note(step, place, self._truth(step, place))
        try:
            found = self._run(step, place)
            value = plain(found[0]) if found else None
        except Failed:
            value = None
        name = "low" if step.kind == MINIMUM else "high"
        if getattr(place, name) == value:
            return False
        setattr(place, name, value)
        return True

    def _note(self, step: Step, place: Place, found: bool | None) -> bool:
        is_constraint = step.kind == CONSTRAINT
        noted = place.broken if is_constraint else place.off
        # A constraint must not be false; an option is on offer only when its expression is true.
        wrong = found is False if is_constraint else not found
        if (step.number in (noted or ())) == wrong:
            return False
        noted = {*(noted or ()), step.number} if wrong else {one for one in noted or () if one != step.number}
        if is_constraint:
            place.broken = noted
        else:
            place.off = noted
        return True

    def _run(self, step: Step, place: Place) -> Collection:
        """Return what an expression gives; [] and a note when the content is at fault."""
        self.failed.pop(step, None)
        frame = Frame(self.world, [place.element], place.names)  # type: ignore[arg-type]
        try:
            return step.expression.compiled(frame, frame.this) if step.expression else []
        except (Failed, RecursionError) as wrong:
            self.failed[step] = str(wrong)
            return []

    def _truth(self, step: Step, place: Place) -> bool | None:
        try:
            return truth(self._run(step, place))
        except Failed as wrong:
            self.failed[step] = str(wrong)
            return None

    def _values(self, condition: Condition, place: Place) -> Iterator[Any]:
        """Yield the values of a question as seen from a place: those of the same instance, where they share one."""
        own = place.own
        for source in self.spots.get(condition.question, ()):
            if source.asked and all(own.get(name, number) == number for name, number in source.own.items()):
                yield from source.values


def _same(one: Collection, other: Collection) -> bool:
    return len(one) == len(other) and all(map(_is, one, other))


def _is(one: Any, other: Any) -> bool:
    if type(one) is Element and type(other) is Element:
        return one.raw is other.raw or (not isinstance(one.raw, dict | list) and bool(one.raw == other.raw))
    return bool(one == other) and type(one) is type(other)
