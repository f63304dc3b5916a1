"""The places of a questionnaire that is being answered: each item once, and once more in each instance of a group."""

from bisect import bisect_left
from collections.abc import Iterator, KeysView, Mapping, Sequence
from typing import Any

from intake.domain.fhirpath.element import Element
from intake.domain.fhirpath.scope import Nodes
from intake.domain.parts import PlanItem

_ITEM = "QuestionnaireResponse.item"
_MOST_INSTANCES = 1000


class Shelf:
    """The items that stand in one place of the FHIR QuestionnaireResponse, in the order of the questionnaire."""

    __slots__ = ("owner", "ranks", "raws")

    def __init__(self, owner: "Place") -> None:
        self.owner = owner
        self.ranks: list[int] = []
        self.raws: list[dict[str, Any]] = []

    def put(self, place: "Place") -> None:
        """Put an item among the others."""
        ranks, rank = self.ranks, place.rank
        if not ranks or ranks[-1] < rank:
            ranks.append(rank)
            self.raws.append(place.raw)
            return
        at = bisect_left(ranks, rank)
        ranks.insert(at, rank)
        self.raws.insert(at, place.raw)

    def drop(self, place: "Place") -> None:
        """Take an item away."""
        at = bisect_left(self.ranks, place.rank)
        del self.ranks[at], self.raws[at]


class Place:
    """
    One item at one path.

    parent       what it stands in; None for the whole questionnaire, whose item is None
    shelf        where it stands in the response
    shelves      what stands in it: one for a group, one for each answer of a question that has children
    own          {repeating group: instance} around it
    on           its own condition holds; `asked` when those around it hold too
    is_reached   repeat(item) finds it: it does not stand inside of an answer
    answers      FHIR answers without the items inside of them; `values` is what is in them
    value        the answer as it is stored by path
    is_present   it stands in the response
    broken       numbers of the constraints that are false
    off          numbers of the toggles that take options away
    low, high    bounds that were worked out
    """

    __slots__ = (
        "answers", "asked", "broken", "children", "high", "is_instance", "is_present", "is_reached", "item", "low",
        "misfit", "names_", "off", "on", "own", "parent", "path", "rank", "raw", "seen", "shelf", "shelves", "value",
        "values",
    )  # fmt: skip

    def __init__(self, item: PlanItem | None, path: str, parent: "Place | None", shelf: Shelf | None) -> None:
        self.item, self.path, self.parent, self.shelf = item, path, parent, shelf
        self.rank = item.position * _MOST_INSTANCES if item else 0
        self.raw: dict[str, Any] = {"linkId": item.question.link_id, "text": item.question.text} if item else {}
        self.on = self.asked = self.is_reached = True
        self.is_instance = self.is_present = False
        self.own: Mapping[str, int] = parent.own if parent else {}
        self.answers: list[dict[str, Any]] = []
        self.values: list[Any] = []
        self.children: list[Place] = []
        self.shelves: list[Shelf] = []
        self.value: Any = None
        self.misfit = ""
        self.broken: set[int] | None = None
        self.off: set[int] | None = None
        self.low: Any = None
        self.high: Any = None
        self.seen: Element | None = None
        self.names_: Names | None = None

    @property
    def link_id(self) -> str:
        """Return the linkId; empty for the whole questionnaire."""
        return self.item.question.link_id if self.item else ""

    @property
    def element(self) -> Element:
        """Return the item as expressions see it; the same node as long as the place lasts."""
        if self.seen is None:
            above = self.parent.element if self.parent else None
            self.seen = Element(self.raw, _ITEM if self.item else "QuestionnaireResponse", above)
        return self.seen

    @property
    def names(self) -> "Names":
        """Return what names mean here."""
        if self.names_ is None:
            own: dict[str, Any] = {"context": Nodes([self.element])}
            if self.item:
                own["qitem"] = Nodes([Element(self.item.definition, "Questionnaire.item")])
            self.names_ = Names(own, self.parent.names if self.parent else None)
        return self.names_

    def up(self) -> Iterator["Place"]:
        """Yield this and what it stands in, to the top."""
        place: Place | None = self
        while place is not None:
            yield place
            place = place.parent

    def order(self) -> tuple[int, ...]:
        """Return where it stands among all places."""
        return tuple(place.rank for place in self.up())[::-1]

    def walk(self) -> Iterator["Place"]:
        """Yield this and everything inside, in order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def render(self) -> None:
        """Write the answers, or the items of a group, into the response."""
        if self.item is not None and self.item.question.type != "group":
            self.raw["answer"] = _answers(self.answers, self.shelves)
        elif self.shelves:
            self.raw["item"] = self.shelves[0].raws


class Names:
    """What names after `%` mean at one place: its own, then those around it."""

    __slots__ = ("own", "up")

    def __init__(self, own: dict[str, Any], up: "Names | None") -> None:
        self.own, self.up = own, up

    def get(self, name: str, default: Any = None) -> Any:
        """Return the meaning of a name."""
        names: Names | None = self
        while names is not None:
            if name in names.own:
                return names.own[name]
            names = names.up
        return default

    def __getitem__(self, name: str) -> Any:
        return self.get(name)

    def keys(self) -> KeysView[str]:
        """Return every name."""
        return {**(dict.fromkeys(self.up.keys()) if self.up else {}), **self.own}.keys()


class Index:
    """The items of the response by linkId, as far as repeat(item) finds them."""

    __slots__ = ("spots",)

    def __init__(self, spots: Mapping[str, list[Place]]) -> None:
        self.spots = spots

    def find(self, names: Sequence[str]) -> list[Element]:
        """Return the items with any of these linkIds, in the order of the response."""
        if len(names) == 1:
            spots = self.spots.get(names[0], [])
            return [place.element for place in spots if place.is_present and place.is_reached]
        found = [one for name in names for one in self.spots.get(name, ()) if one.is_present and one.is_reached]
        return [place.element for place in sorted(found, key=Place.order)]


def _answers(answers: list[dict[str, Any]], shelves: list[Shelf]) -> list[dict[str, Any]]:
    if not shelves:
        return answers
    found: list[dict[str, Any]] = []
    for number in range(max(len(answers), len(shelves))):
        answer = dict(answers[number]) if number < len(answers) else {}
        if number < len(shelves) and shelves[number].raws:
            answer["item"] = shelves[number].raws
        if answer:
            found.append(answer)
    return found
