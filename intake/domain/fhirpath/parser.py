"""FHIRPath text to a function: the whole text is read, and what is not understood is refused at once."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from intake.domain.fhirpath.functions import FUNCTIONS, Function, Node
from intake.domain.fhirpath.values import Collection, Scope, arithmetic, children, compare, equal, same, truth

LONGEST = 20_000
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<date>@\d{4}(?:-\d\d(?:-\d\d(?:T[\d:.+Z-]*)?)?)?)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<text>'(?:[^'\\]|\\.)*')
    |(?P<constant>%(?:[A-Za-z_][\w-]*|`[^`]+`|'[^']+'))
    |(?P<this>\$\w+)
    |(?P<name>[A-Za-z_]\w*|`[^`]+`)
    |(?P<sign><=|>=|!=|!~|[-+*/&|=~<>().,\[\]{}])
    )""",
    re.VERBOSE,
)
_LEVELS: list[set[str]] = [
    {"implies"}, {"or", "xor"}, {"and"}, {"in", "contains"}, {"=", "!=", "~", "!~"}, {"<", ">", "<=", ">="}, {"|"},
    {"+", "-", "&"}, {"*", "/", "div", "mod"},
]  # fmt: skip


class NotFhirPath(ValueError):
    """The text is not FHIRPath, or uses what is not supported; the message says what."""


class Token(NamedTuple):
    """One word of the text."""

    kind: str
    text: str


class Expression(NamedTuple):
    """A read expression; `constants` are the names after `%` that it uses."""

    text: str
    run: Node
    constants: frozenset[str]


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """
    Return an expression, ready to run over a Scope.

    Raises  NotFhirPath for what cannot be read to its end
    Source  FHIRPath 2.0.0 grammar, without `is`, `as`, `ofType` paths and external functions
    """
    reader = _Reader(list(_tokens(text)))
    node = reader.level(0)
    if reader.here.kind != "end":
        raise NotFhirPath(f"“{reader.here.text}” was not expected.")
    return Expression(text, node, frozenset(reader.constants))


def _tokens(text: str) -> Iterator[Token]:
    if len(text) > LONGEST:
        raise NotFhirPath("The expression is too long.")
    place, text = 0, text.rstrip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if not found or found.lastgroup is None:
            raise NotFhirPath(f"“{text[place : place + 20]}” cannot be read.")
        yield Token(found.lastgroup, found[found.lastgroup])
        place = found.end()
    yield Token("end", "")


class _Reader:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.place, self.depth = tokens, 0, 0
        self.constants: set[str] = set()

    @property
    def here(self) -> Token:
        return self.tokens[self.place]

    def take(self, text: str = "") -> Token:
        token = self.here
        if text and token.text != text:
            raise NotFhirPath(f"“{text}” was expected, not “{token.text}”.")
        self.place += 1
        return token

    def level(self, number: int) -> Node:
        if number == len(_LEVELS):
            return self.unary()
        left = self.level(number + 1)
        while self.here.kind in {"sign", "name"} and self.here.text in _LEVELS[number]:
            sign = self.take().text
            left = _operator(sign, left, self.level(number + 1))
        return left

    def unary(self) -> Node:
        if self.here.text in {"-", "+"} and self.here.kind == "sign":
            sign = self.take().text
            node = self.unary()
            return _operator(sign, lambda _scope: [0], node)
        return self.path()

    def path(self) -> Node:
        node = self.term()
        while self.here.text in {".", "["} and self.here.kind == "sign":
            if self.take().text == "[":
                node = _at(node, self.level(0))
                self.take("]")
            else:
                node = _then(node, self.step())
        return node

    def term(self) -> Node:
        token = self.here
        if token.kind == "sign" and token.text in {"(", "{"}:
            return self.group()
        if token.kind in {"number", "text", "date"}:
            value = _literal(self.take())
            return lambda _scope: [value]
        if token.kind == "constant":
            name = self.take().text[1:].strip("`'")
            self.constants.add(name)
            return lambda scope: _constant(scope, name)
        if token.kind == "this":
            return _special(self.take().text)
        if token.text in {"true", "false"}:
            is_true = self.take().text == "true"
            return lambda _scope: [is_true]
        return self.step()

    def group(self) -> Node:
        if self.take().text == "{":
            self.take("}")
            return lambda _scope: []
        self.depth += 1
        if self.depth > 50:
            raise NotFhirPath("The expression is nested too deep.")
        node = self.level(0)
        self.take(")")
        return node

    def step(self) -> Node:
        token = self.take()
        if token.kind != "name":
            raise NotFhirPath(f"“{token.text}” was not expected.")
        name = token.text.strip("`")
        if self.here.text == "(" and self.here.kind == "sign":
            return self.call(name)
        return lambda scope: [found for node in scope.this for found in children(node, name)]

    def call(self, name: str) -> Node:
        if name not in FUNCTIONS:
            raise NotFhirPath(f"The function {name}() is not supported.")
        least, most, function = FUNCTIONS[name]
        given = self.arguments()
        if not least <= len(given) <= most:
            raise NotFhirPath(f"The function {name}() does not take {len(given)} arguments.")
        return lambda scope: function(scope, given)

    def arguments(self) -> Sequence[Node]:
        self.take("(")
        given: list[Node] = []
        while self.here.text != ")":
            given.append(self.level(0))
            if self.here.text != ")":
                self.take(",")
        self.take(")")
        return given


def _then(node: Node, step: Node) -> Node:
    return lambda scope: step(scope.at(node(scope)))


def _at(node: Node, index: Node) -> Node:
    def run(scope: Scope) -> Collection:
        place = index(scope)
        number = place[0] if place else -1
        return node(scope)[number : number + 1] if number >= 0 else []

    return run


def _constant(scope: Scope, name: str) -> Collection:
    value: Any = scope.constants.get(name, [])
    if callable(value):
        value = value()
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def _special(text: str) -> Node:
    if text == "$this":
        return lambda scope: scope.this
    if text == "$index":
        return lambda scope: [scope.index]
    raise NotFhirPath(f"{text} is not supported.")


def _literal(token: Token) -> Any:
    if token.kind == "number":
        return float(token.text) if "." in token.text else int(token.text)
    if token.kind == "date":
        return token.text[1:]
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t", "r": "\r"}.get(found[1], found[1]), token.text[1:-1])


def _operator(sign: str, left: Node, right: Node) -> Node:
    if sign in _LOGIC:
        return lambda scope: _LOGIC[sign](truth(left(scope)), truth(right(scope)))
    if sign in _ORDER:
        return lambda scope: compare(left(scope), right(scope), _ORDER[sign])
    if sign in _SETS:
        return lambda scope: _SETS[sign](left(scope), right(scope))
    return lambda scope: arithmetic(left(scope), right(scope), sign)


def _and(one: bool | None, other: bool | None) -> Collection:
    if one is False or other is False:
        return [False]
    return [] if one is None or other is None else [True]


def _or(one: bool | None, other: bool | None) -> Collection:
    if one or other:
        return [True]
    return [] if one is None or other is None else [False]


def _xor(one: bool | None, other: bool | None) -> Collection:
    return [] if one is None or other is None else [one != other]


def _implies(one: bool | None, other: bool | None) -> Collection:
    return _or(None if one is None else not one, other)


def _equal(left: Collection, right: Collection) -> Collection:
    answer = equal(left, right)
    return [] if answer is None else [answer]


def _unequal(left: Collection, right: Collection) -> Collection:
    answer = equal(left, right)
    return [] if answer is None else [not answer]


def _in(left: Collection, right: Collection) -> Collection:
    return [any(same(left[0], one) for one in right)] if left else []


def _union(left: Collection, right: Collection) -> Collection:
    found: Collection = []
    for value in [*left, *right]:
        if not any(same(value, one) for one in found):
            found.append(value)
    return found


_LOGIC = {"and": _and, "or": _or, "xor": _xor, "implies": _implies}
_ORDER = {
    "<": lambda order: order < 0,
    ">": lambda order: order > 0,
    "<=": lambda order: order <= 0,
    ">=": lambda order: order >= 0,
}
_SETS = {
    "=": _equal,
    "!=": _unequal,
    "~": lambda left, right: [equal(left, right) if left or right else True],
    "!~": lambda left, right: [not equal(left, right) if left or right else False],
    "in": _in,
    "contains": lambda left, right: _in(right, left),
    "|": _union,
}
__all__ = ["Expression", "Function", "NotFhirPath", "parse"]
