"""A FHIRPath tree to functions, each of a frame and the collection in focus."""

from collections.abc import Callable
from typing import Any

from intake.domain.fhirpath.arithmetic import DECIDED, LOGIC, calculate, negated
from intake.domain.fhirpath.element import Collection, Element, single, step, truth
from intake.domain.fhirpath.equality import contains, distinct, equal, equivalent, order
from intake.domain.fhirpath.faults import MOST_VALUES, Failed, NotFhirPath
from intake.domain.fhirpath.functions import EAGER, LAZY, TYPED
from intake.domain.fhirpath.functions.filters import Falling
from intake.domain.fhirpath.items import answer_path, item_lookup, named_filter
from intake.domain.fhirpath.kinds import cast, is_kind_name, tested
from intake.domain.fhirpath.scope import Frame, Run
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
    Unary,
)

_ORDER: dict[str, Callable[[int], bool]] = {
    "<": lambda found: found < 0,
    ">": lambda found: found > 0,
    "<=": lambda found: found <= 0,
    ">=": lambda found: found >= 0,
}


def compile_tree(node: Node) -> Run:
    """
    Return the function of a tree.

    Raises  NotFhirPath for a function that does not exist or does not take these arguments
    """
    return _MAKERS[type(node)](node)


_SPECIAL: dict[str, Run] = {
    "$this": lambda frame, _focus: frame.this,
    "$index": lambda frame, _focus: [frame.index],
    "$total": lambda frame, _focus: frame.total,
}


def _literal(values: tuple[Any, ...]) -> Run:
    found = list(values)
    return lambda _frame, _focus: found


def _member(base: Node | None, name: str) -> Run:
    if base is None:
        return _head(name) if name[:1].isupper() else _first_step(name)
    at_once = answer_path(Member(base, name), compile_tree)
    if at_once is not None:
        return at_once
    before = compile_tree(base)

    def run(frame: Frame, focus: Collection) -> Collection:
        found = step(before(frame, focus), name)
        frame.world.spend(len(found) + 1)
        return found

    return run


def _first_step(name: str) -> Run:
    def run(frame: Frame, focus: Collection) -> Collection:
        found = step(focus, name)
        frame.world.spend(len(found) + 1)
        return found

    return run


def _head(name: str) -> Run:
    """A path may begin with the type of what it starts at; in an item, `QuestionnaireResponse` is the whole."""

    def run(frame: Frame, focus: Collection) -> Collection:
        found = [node for node in focus if type(node) is Element and is_kind_name(node, name)]
        if found:
            return found
        response = frame.world.response
        if response is not None and response.kind == name:
            return [response]
        return step(focus, name)

    return run


def _call(node: Call) -> Run:
    special = item_lookup(node, compile_tree) or named_filter(node, compile_tree)
    if special is not None:
        return special
    base = compile_tree(node.base) if node.base else None
    count = len(node.given)
    for table, make in ((EAGER, _eager), (LAZY, _lazy), (TYPED, _of_type)):
        if node.name in table:
            least, most, function = table[node.name]
            if not least <= count <= most:
                raise NotFhirPath(f"The function {node.name}() does not take {count} arguments.")
            return make(function, base, node.given)
    raise NotFhirPath(f"The function {node.name}() is not supported.")


def _eager(function: Callable[..., Collection], base: Run | None, given: tuple[Node, ...]) -> Run:
    """Arguments are worked out first, as seen from `$this` and not from the input."""
    runs = [compile_tree(one) for one in given]

    def run(frame: Frame, focus: Collection) -> Collection:
        start = base(frame, focus) if base else focus
        found = function(frame, start, *[one(frame, frame.this) for one in runs])
        frame.world.spend(len(found) + 1)
        return found

    return run


def _lazy(function: Callable[..., Collection], base: Run | None, given: tuple[Node, ...]) -> Run:
    runs = [_argument(one) for one in given]

    def run(frame: Frame, focus: Collection) -> Collection:
        found = function(frame, base(frame, focus) if base else focus, *runs)
        if len(found) > MOST_VALUES:
            raise Failed("The expression gives too many values.")
        frame.world.spend(len(found) + 1)
        return found

    return run


def _argument(node: Node) -> Run:
    if isinstance(node, Unary) and node.sign == "-":
        return Falling(compile_tree(node.value), compile_tree(node))
    return compile_tree(node)


def _of_type(function: Callable[..., Collection], base: Run | None, given: tuple[Node, ...]) -> Run:
    kind = _type_name(given[0])

    def run(frame: Frame, focus: Collection) -> Collection:
        return function(frame, base(frame, focus) if base else focus, kind)

    return run


def _type_name(node: Node) -> str:
    match node:
        case Member(None, name):
            return name
        case Member(Member(None, space), name):
            return f"{space}.{name}"
        case Literal((str() as name,)):
            return name
        case _:
            raise NotFhirPath("The name of a type was expected.")


def _index(before: Run, place: Run) -> Run:
    def run(frame: Frame, focus: Collection) -> Collection:
        number = single(place(frame, frame.this))
        if number is None:
            return []
        if isinstance(number, bool) or not isinstance(number, int):
            raise Failed("A place in a collection must be a whole number.")
        return before(frame, focus)[number : number + 1] if number >= 0 else []

    return run


def _unary(sign: str, value: Run) -> Run:
    if sign == "-":
        return lambda frame, focus: negated(value(frame, focus))
    return lambda frame, focus: negated(negated(value(frame, focus)))


def _binary(sign: str, left: Run, right: Run) -> Run:
    if sign in LOGIC:
        return _logic(sign, left, right)
    if sign in _ORDER:
        return _ordered(_ORDER[sign], left, right)
    if sign in _SETS:
        combine = _SETS[sign]
        return lambda frame, focus: combine(frame, left(frame, focus), right(frame, focus))
    return lambda frame, focus: calculate(left(frame, focus), right(frame, focus), sign)


def _logic(sign: str, left: Run, right: Run) -> Run:
    combine = LOGIC[sign]
    decider, decision = DECIDED.get(sign, (None, False))

    def run(frame: Frame, focus: Collection) -> Collection:
        one = truth(left(frame, focus))
        if one is not None and one is decider:
            return [decision]
        return combine(one, truth(right(frame, focus)))

    return run


def _ordered(test: Callable[[int], bool], left: Run, right: Run) -> Run:
    def run(frame: Frame, focus: Collection) -> Collection:
        found = order(left(frame, focus), right(frame, focus))
        return [] if found is None else [test(found)]

    return run


def _typed(sign: str, value: Run, kind: str) -> Run:
    if sign == "is":
        return lambda frame, focus: tested(frame, value(frame, focus), kind)
    return lambda frame, focus: cast(frame, value(frame, focus), kind)


def _equals(_frame: Frame, left: Collection, right: Collection) -> Collection:
    found = equal(left, right)
    return [] if found is None else [found]


def _differs(_frame: Frame, left: Collection, right: Collection) -> Collection:
    found = equal(left, right)
    return [] if found is None else [not found]


def _in(frame: Frame, left: Collection, right: Collection) -> Collection:
    if len(left) > 1:
        raise Failed("More than one value where one was expected.")
    frame.world.spend(len(right))
    return [contains(right, left[0])] if left else []


def _union(frame: Frame, left: Collection, right: Collection) -> Collection:
    found = distinct([*left, *right])
    frame.world.spend(len(left) + len(right))
    if len(found) > MOST_VALUES:
        raise Failed("The expression gives too many values.")
    return found


_SETS: dict[str, Callable[[Frame, Collection, Collection], Collection]] = {
    "=": _equals,
    "!=": _differs,
    "~": lambda _frame, left, right: [equivalent(left, right)],
    "!~": lambda _frame, left, right: [not equivalent(left, right)],
    "in": _in,
    "contains": lambda frame, left, right: _in(frame, right, left),
    "|": _union,
}
_MAKERS: dict[type, Callable[[Any], Run]] = {
    Literal: lambda node: _literal(node.values),
    Constant: lambda node: lambda frame, _focus: frame.constant(node.name),
    Special: lambda node: _SPECIAL[node.name],
    Member: lambda node: _member(node.base, node.name),
    Call: _call,
    Index: lambda node: _index(compile_tree(node.base), compile_tree(node.place)),
    Unary: lambda node: _unary(node.sign, compile_tree(node.value)),
    Binary: lambda node: _binary(node.sign, compile_tree(node.left), compile_tree(node.right)),
    TypeTest: lambda node: _typed(node.sign, compile_tree(node.value), node.kind),
}
