"""What an expression is evaluated over."""

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, Protocol

from intake.domain.fhirpath.element import Collection, Element, root
from intake.domain.fhirpath.faults import MOST_STEPS, Failed
from intake.domain.fhirpath.temporal import Temporal, parse_date_time

Run = Callable[["Frame", Collection], Collection]
Names = Mapping[str, Any]
_MISSING = object()
_URLS = {
    "ucum": "http://unitsofmeasure.org",
    "sct": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
}


class Nodes(list[Any]):
    """A collection that holds nodes already, and is never changed."""

    __slots__ = ()


class Lookup(Protocol):
    """Finds items by linkId."""

    def find(self, names: Sequence[str]) -> list[Element]:
        """Return the items with any of these linkIds, in the order of the response."""


class World:
    """
    What all expressions of one evaluation share.

    response     the QuestionnaireResponse in focus, None when there is none
    now          what `now()` and `today()` say
    steps        how much work is left; content cannot make a save hang
    by_link_id   finds items of `response` that repeat(item) reaches; None to search them
    members      {value set url: {(system, code)}} for memberOf
    weights      {(linkId, system, code): points} for weight() and ordinal()
    """

    __slots__ = ("by_link_id", "members", "now", "response", "steps", "weights")

    def __init__(self, *, response: Element | None = None, now: str = "", steps: int = MOST_STEPS) -> None:
        self.response, self.now, self.steps = response, now, steps
        self.by_link_id: Lookup | None = None
        self.members: Mapping[str, Container[tuple[str, str]]] = {}
        self.weights: Mapping[tuple[str, str, str], Any] = {}

    def spend(self, steps: int) -> None:
        """Count work; Failed when there was too much."""
        self.steps -= steps
        if self.steps < 0:
            raise Failed("The expression takes too many steps.")

    def moment(self) -> Temporal:
        """Return the pinned instant."""
        found = parse_date_time(self.now.replace("+00:00", "Z"))
        if found is None:
            raise Failed("The time is not known here.")
        return found


class Frame:
    """
    One place in an evaluation.

    this, index, total  `$this`, `$index` and `$total`
    names               {name: value} of `%name`; a function gives the value when it is asked
    """

    __slots__ = ("index", "names", "this", "total", "world")

    def __init__(self, world: World, this: Collection, names: Names) -> None:
        self.world, self.this, self.names = world, this, names
        self.index = 0
        self.total: Collection = []

    def inner(self) -> "Frame":
        """Return a frame whose `$this` may move without moving this one's."""
        made = Frame(self.world, self.this, self.names)
        made.index, made.total = self.index, self.total
        return made

    def constant(self, name: str) -> Collection:
        """Return the value of `%name`; Failed for a name that nobody defined."""
        value = self.names.get(name, _MISSING)
        if type(value) is Nodes:
            return value
        if value is not _MISSING:
            if callable(value):
                value = value()
            return as_collection(value)
        if name in _URLS:
            return [_URLS[name]]
        return _named_url(name)


class Scope:
    """
    What a single expression is evaluated over, from plain JSON.

    this       the collection in focus
    constants  {name: JSON value, list of them, or a function that gives them}; `now` is the pinned instant
    """

    __slots__ = ("frame",)

    def __init__(self, this: Collection, constants: Mapping[str, Any] | None = None) -> None:
        names = dict(constants or {})
        focus = as_collection(this)
        now = names.get("now", "")
        response = next((one for one in as_collection(names.get("resource")) if isinstance(one, Element)), None)
        world = World(response=response, now=str(now[0] if isinstance(now, list) else now))
        self.frame = Frame(world, focus, names)


def as_collection(value: Any) -> Collection:
    """Return a JSON value, or a list of them, as a collection of nodes."""
    if type(value) is list:
        return [one if type(one) is Element else root(one) for one in value]
    if isinstance(value, tuple):
        return [root(one) for one in value]
    return [] if value is None else [root(value)]


def _named_url(name: str) -> Collection:
    if name.startswith("vs-"):
        return [f"http://hl7.org/fhir/ValueSet/{name[3:]}"]
    if name.startswith("ext-"):
        return [f"http://hl7.org/fhir/StructureDefinition/{name[4:]}"]
    raise Failed(f"%{name} is not defined.")
