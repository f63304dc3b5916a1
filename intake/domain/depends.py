"""Which questions an expression reads, told from its text: what need not be worked out again when others change."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from intake.domain.fhirpath.syntax import (
    Binary,
    Call,
    Constant,
    Index,
    Literal,
    Member,
    Node,
    Special,
    TypeTest,
    children_of,
)

# Functions that give some of what they are given, or all of it.
_KEEP = frozenset(
    {
        "first", "last", "tail", "skip", "take", "single", "where", "distinct", "trace", "sort", "intersect", "exclude",
        "resolve",
    }
)  # fmt: skip
_TIMES = frozenset({"today", "now", "timeOfDay"})
_TYPED = frozenset({"ofType", "as", "is"})
_EACH = frozenset({"exists", "all", "aggregate", "sort"})
_DEEPER = frozenset({"repeat", "descendants", "children", "repeatAll"})
_STATIC = frozenset({"questionnaire", "qitem", "ucum", "sct", "loinc", "now"})


class Seen(NamedTuple):
    """
    What an expression stands at.

    at     linkIds of items
    under  linkIds of items of which it may be anything inside; None for the whole response
    """

    at: frozenset[str] = frozenset()
    under: frozenset[str] | None = frozenset()
    is_answer: bool = False


NOTHING = Seen()
WHOLE = Seen(under=None)


@dataclass(slots=True)
class Reads:
    """
    What one expression depends on.

    link_ids    questions and groups that it reads by their linkId
    inside      those that it may reach inside of them
    everything  it reads what cannot be told
    names       variables that it reads, each as (linkId of the item that defines it, name)
    unknown     names that nobody defines
    is_rooted   it looks at the whole response, not only at what is inside of its own item
    """

    link_ids: set[str] = field(default_factory=set)
    inside: set[str] = field(default_factory=set)
    everything: bool = False
    names: set[tuple[str, str]] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    is_rooted: bool = False


class Around(NamedTuple):
    """
    Where an expression stands.

    item      linkId of its item; empty for the whole questionnaire
    variables {name: (linkId of the item that defines it, what it stands at)}
    given     names that an evaluation is given
    below     gives the linkIds inside of an item
    """

    item: str
    variables: Mapping[str, tuple[str, Seen]]
    given: frozenset[str]
    below: Callable[[str], Iterable[str]]


def reads(tree: Node, around: Around) -> tuple[Reads, Seen]:
    """Return what an expression depends on, and what it stands at in the end, without that being read."""
    reader = _Reader(around)
    seen = reader.seen(tree, reader.context)
    return reader.found, seen


def all_reads(tree: Node, around: Around) -> Reads:
    """Return what an expression depends on, its result included."""
    reader = _Reader(around)
    reader.escape(reader.seen(tree, reader.context))
    return reader.found


class _Reader:
    def __init__(self, around: Around) -> None:
        self.around, self.found = around, Reads()
        self.context = Seen(at=frozenset({around.item})) if around.item else WHOLE
        self.found.is_rooted = not around.item
        self.local: dict[str, Seen] = {}

    def escape(self, seen: Seen) -> Seen:
        """Count what is seen as read: an item is there when anything inside of it is answered."""
        if seen.under is None:
            self.found.everything = True
        self.found.link_ids |= seen.at
        for link_id in (*seen.at, *(seen.under or ())):
            self.found.inside.update(self.around.below(link_id))
        return NOTHING

    def seen(self, node: Node, focus: Seen) -> Seen:
        match node:
            case Constant(name):
                return self.constant(name)
            case Special(name):
                return focus if name == "$this" else NOTHING
            case Member(base, name):
                return self.member(self.seen(base, focus) if base else focus, name)
            case Call():
                return self.call(node, self.seen(node.base, focus) if node.base else focus, focus)
            case Index(base, place):
                self.escape(self.seen(place, focus))
                return self.seen(base, focus)
            case _:
                return self.sign(node, focus)

    def sign(self, node: Node, focus: Seen) -> Seen:
        match node:
            case TypeTest(sign, value, _):
                found = self.seen(value, focus)
                return found if sign == "as" else self.escape(found)
            case Binary("|", left, right):
                return _both(self.seen(left, focus), self.seen(right, focus))
            case _:
                for part in children_of(node):
                    self.escape(self.seen(part, focus))
                return NOTHING

    def constant(self, name: str) -> Seen:
        if name in self.local:
            return self.local[name]
        if name in self.around.variables:
            owner, seen = self.around.variables[name]
            self.found.names.add((owner, name))
            return seen
        if name in {"resource", "rootResource"}:
            return self.whole()
        if name == "context":
            return self.context
        if name not in _STATIC and name not in self.around.given and not name.startswith(("vs-", "ext-")):
            self.found.unknown.add(name)
        return NOTHING

    def whole(self) -> Seen:
        self.found.is_rooted = True
        return WHOLE

    def member(self, base: Seen, name: str) -> Seen:
        if base == NOTHING:
            return NOTHING
        if name == "item":
            return _inside(base)
        if name == "answer":
            return base._replace(is_answer=True)
        if name == "QuestionnaireResponse":
            return self.whole()
        if name.startswith("value") and base.is_answer and base.under == frozenset():
            self.found.link_ids |= base.at
            return NOTHING
        if base == WHOLE and not base.is_answer and name not in {"linkId", "text", "value"}:
            return NOTHING
        return self.escape(base)

    def call(self, node: Call, base: Seen, focus: Seen) -> Seen:
        if node.name in _TIMES:
            return NOTHING
        if node.name in _TYPED:
            return base if node.name != "is" else self.escape(base)
        if node.name in _DEEPER:
            for one in node.given:
                self.seen(one, _inside(base))
            return _inside(base)
        special = self.special(node, base, focus)
        if special is not None:
            return special
        arguments = [self.seen(one, base if node.name in _EACH else focus) for one in node.given]
        if node.name in {"union", "combine"}:
            return _both(base, *arguments)
        for argument in arguments:
            self.escape(argument)
        return base if node.name in _KEEP else self.escape(base)

    def special(self, node: Call, base: Seen, focus: Seen) -> Seen | None:
        if node.name == "where" and len(node.given) == 1:
            return self.where(node.given[0], base)
        if node.name == "select" and len(node.given) == 1:
            return self.seen(node.given[0], base)
        if node.name == "defineVariable":
            return self.define(node, base)
        if node.name == "iif":
            inner = base if node.base else focus
            self.escape(self.seen(node.given[0], inner))
            return _both(*(self.seen(one, inner) for one in node.given[1:]))
        return None

    def define(self, node: Call, base: Seen) -> Seen:
        match node.given:
            case (Literal((str() as name,)), *rest):
                self.local[name] = self.seen(rest[0], base) if rest else base
            case _:
                self.found.everything = True
        return base

    def where(self, test: Node, base: Seen) -> Seen:
        wanted = _link_ids(test)
        if wanted is None or base == NOTHING:
            self.escape(self.seen(test, base))
            return base
        link_ids, rest = wanted
        found = Seen(at=link_ids & base.at if not base.under and base.under is not None else link_ids)
        for one in rest:
            self.escape(self.seen(one, found))
        return found


def _inside(seen: Seen) -> Seen:
    if seen.under is None:
        return WHOLE
    return Seen(under=seen.at | seen.under) if seen != NOTHING else NOTHING


def _both(*seen: Seen) -> Seen:
    at: frozenset[str] = frozenset().union(*(one.at for one in seen))
    under: frozenset[str] | None = frozenset()
    for one in seen:
        under = None if under is None or one.under is None else under | one.under
    return Seen(at, under, any(one.is_answer for one in seen) and all(one.is_answer or one == NOTHING for one in seen))


def _link_ids(test: Node) -> tuple[frozenset[str], list[Node]] | None:
    """Return the linkIds that a test keeps to, with the rest of it; None when it keeps to none."""
    match test:
        case Binary("=", Member(None, "linkId"), Literal((str() as link_id,))):
            return frozenset({link_id}), []
        case Binary("=", Literal((str() as link_id,)), Member(None, "linkId")):
            return frozenset({link_id}), []
        case Binary("or", left, right):
            one, other = _link_ids(left), _link_ids(right)
            return (one[0] | other[0], one[1] + other[1]) if one and other else None
        case Binary("and", left, right):
            return _narrower(left, right)
        case _:
            return None


def _narrower(left: Node, right: Node) -> tuple[frozenset[str], list[Node]] | None:
    one, other = _link_ids(left), _link_ids(right)
    if one and other:
        return one[0] & other[0], one[1] + other[1]
    return (one[0], [*one[1], right]) if one else (other[0], [*other[1], left]) if other else None
