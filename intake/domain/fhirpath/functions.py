"""The functions of FHIRPath that questionnaires use; others are refused when the content is published."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from intake.domain.fhirpath.values import Collection, Failed, Scope, children, number, plain, same, single, truth

Node = Callable[[Scope], Collection]
Function = Callable[[Scope, Sequence[Node]], Collection]
_MAX_REPEAT = 20_000


def _each(scope: Scope) -> list[Scope]:
    return [scope.at([value], index) for index, value in enumerate(scope.this)]


def _where(scope: Scope, given: Sequence[Node]) -> Collection:
    return [one.this[0] for one in _each(scope) if truth(given[0](one))]


def _select(scope: Scope, given: Sequence[Node]) -> Collection:
    return [value for one in _each(scope) for value in given[0](one)]


def _repeat(scope: Scope, given: Sequence[Node]) -> Collection:
    found: Collection = []
    waiting = list(scope.this)
    while waiting:
        below = [value for node in waiting for value in given[0](scope.at([node]))]
        found += below
        waiting = below
        if len(found) > _MAX_REPEAT:
            raise Failed("The expression repeats without end.")
    return found


def _all(scope: Scope, given: Sequence[Node]) -> Collection:
    return [all(truth(given[0](one)) for one in _each(scope))]


def _exists(scope: Scope, given: Sequence[Node]) -> Collection:
    return [bool(_where(scope, given) if given else scope.this)]


def _empty(scope: Scope, _given: Sequence[Node]) -> Collection:
    return [not scope.this]


def _not(scope: Scope, _given: Sequence[Node]) -> Collection:
    value = truth(scope.this)
    return [] if value is None else [not value]


def _count(scope: Scope, _given: Sequence[Node]) -> Collection:
    return [len(scope.this)]


def _sum(scope: Scope, _given: Sequence[Node]) -> Collection:
    return [plain(sum((number(value) for value in scope.this), Decimal(0)))]


def _distinct(scope: Scope, _given: Sequence[Node]) -> Collection:
    found: Collection = []
    for value in scope.this:
        if not any(same(value, one) for one in found):
            found.append(value)
    return found


def _iif(scope: Scope, given: Sequence[Node]) -> Collection:
    if truth(given[0](scope)):
        return given[1](scope)
    return given[2](scope) if len(given) > 2 else []


def _today(scope: Scope, _given: Sequence[Node]) -> Collection:
    return [str(scope.constants["now"])[:10]]


def _now(scope: Scope, _given: Sequence[Node]) -> Collection:
    return [str(scope.constants["now"])]


def _text(test: Callable[[str, str], bool]) -> Function:
    def run(scope: Scope, given: Sequence[Node]) -> Collection:
        value, part = single(scope.this), single(given[0](scope))
        return [] if value is None or part is None else [test(str(value), str(part))]

    return run


def _number(scope: Scope, _given: Sequence[Node]) -> Collection:
    value = single(scope.this)
    try:
        return [] if value is None else [plain(Decimal(str(value)))]
    except ArithmeticError:
        return []


def _length(scope: Scope, _given: Sequence[Node]) -> Collection:
    value = single(scope.this)
    return [] if value is None else [len(str(value))]


def _to_string(scope: Scope, _given: Sequence[Node]) -> Collection:
    value = single(scope.this)
    if isinstance(value, bool):
        return [str(value).lower()]
    return [] if value is None else [str(value)]


def _of_type(scope: Scope, given: Sequence[Node]) -> Collection:
    name = str(single(given[0](scope.at([_TYPES]))))
    return [value for value in scope.this if name in _types_of(value)]


def _types_of(value: Any) -> set[str]:
    if isinstance(value, bool):
        return {"boolean"}
    if isinstance(value, int):
        return {"integer", "decimal"}
    if isinstance(value, float):
        return {"decimal"}
    if isinstance(value, str):
        return {"string", "date", "dateTime"}
    return {"Coding"} if list(children(value, "code")) and "value" not in value else {"Quantity"}


_TYPES = {name: name for name in ("boolean", "integer", "decimal", "string", "date", "dateTime", "Coding", "Quantity")}

# name: (least arguments, most arguments, function)
FUNCTIONS: dict[str, tuple[int, int, Function]] = {
    "where": (1, 1, _where),
    "select": (1, 1, _select),
    "repeat": (1, 1, _repeat),
    "all": (1, 1, _all),
    "exists": (0, 1, _exists),
    "empty": (0, 0, _empty),
    "not": (0, 0, _not),
    "hasValue": (0, 0, _exists),
    "count": (0, 0, _count),
    "sum": (0, 0, _sum),
    "distinct": (0, 0, _distinct),
    "first": (0, 0, lambda scope, _given: scope.this[:1]),
    "last": (0, 0, lambda scope, _given: scope.this[-1:]),
    "tail": (0, 0, lambda scope, _given: scope.this[1:]),
    "iif": (2, 3, _iif),
    "today": (0, 0, _today),
    "now": (0, 0, _now),
    "startsWith": (1, 1, _text(str.startswith)),
    "endsWith": (1, 1, _text(str.endswith)),
    "contains": (1, 1, _text(lambda value, part: part in value)),
    "length": (0, 0, _length),
    "toInteger": (0, 0, _number),
    "toDecimal": (0, 0, _number),
    "toString": (0, 0, _to_string),
    "ofType": (1, 1, _of_type),
}
