"""The words and the tree of a FHIRPath expression."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from intake.domain.fhirpath.faults import LONGEST_EXPRESSION, NotFhirPath
from intake.domain.fhirpath.temporal import parse_date, parse_date_time, parse_time

_TOKEN = re.compile(
    r"""(?:\s+|//[^\n]*|/\*.*?\*/)*(?:
    (?P<time>@T\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?)
    |(?P<date>@\d{4}(?:-\d\d(?:-\d\d)?)?(?:T(?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<constant>%(?:[A-Za-z_][\w-]*|`(?:[^`\\]|\\.)+`|'(?:[^'\\]|\\.)+'))
    |(?P<this>\$\w+)
    |(?P<name>[A-Za-z_]\w*|`(?:[^`\\]|\\.)+`)
    |(?P<sign><=|>=|!=|!~|[-+*/&|=~<>().,\[\]{}])
    |(?P<end>$)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}


class Token(NamedTuple):
    """One word of the text; `place` is where it begins."""

    kind: str
    text: str
    place: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that is written down; no values for `{}`."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Constant:
    """`%name`."""

    name: str


@dataclass(frozen=True, slots=True)
class Special:
    """One of `$this`, `$index` and `$total`."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """`base.name`; no base for a name that begins a path."""

    base: "Node | None"
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """`base.name(given)`."""

    base: "Node | None"
    name: str
    given: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Index:
    """`base[place]`."""

    base: "Node"
    place: "Node"


@dataclass(frozen=True, slots=True)
class Unary:
    """A sign before a value."""

    sign: str
    value: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    """`left sign right`."""

    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class TypeTest:
    """`value is kind` or `value as kind`."""

    sign: str
    value: "Node"
    kind: str


Node = Literal | Constant | Special | Member | Call | Index | Unary | Binary | TypeTest


def tokens(text: str) -> Iterator[Token]:
    """Yield the words of an expression, `end` last; NotFhirPath for what is none."""
    if len(text) > LONGEST_EXPRESSION:
        raise NotFhirPath("The expression is too long.")
    place = 0
    while True:
        found = _TOKEN.match(text, place)
        if not found or found.lastgroup is None:
            rest = text[place : place + 20].strip()
            raise NotFhirPath(f"“{rest}” at {place + 1} cannot be read.")
        yield Token(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup))
        if found.lastgroup == "end":
            return
        place = found.end()


def literal(token: Token) -> Any:
    """Return the value of a literal; NotFhirPath for a date that is none."""
    if token.kind == "number":
        return Decimal(token.text) if "." in token.text else int(token.text)
    if token.kind == "text":
        return unescaped(token.text[1:-1])
    told = token.text[1:]
    value = parse_time(told) if token.kind == "time" else parse_date(told) or parse_date_time(told)
    if value is None:
        raise NotFhirPath(f"“{token.text}” is no date or time.")
    return value


def unescaped(text: str) -> str:
    """Return a text without its escapes; an escape FHIRPath does not know stands for its character."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: _meaning(found[1]), text)


def bare(name: str) -> str:
    """Return a name without its quotes."""
    return unescaped(name[1:-1]) if name[:1] in {"`", "'", '"'} else name


def children_of(node: Node) -> tuple[Node, ...]:
    """Return the parts of a node."""
    match node:
        case Member(base, _):
            return (base,) if base else ()
        case Call(base, _, given):
            return ((base,) if base else ()) + given
        case Index(base, place):
            return (base, place)
        case Unary(_, value) | TypeTest(_, value, _):
            return (value,)
        case Binary(_, left, right):
            return (left, right)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it."""
    yield node
    for child in children_of(node):
        yield from walk(child)


def _meaning(escape: str) -> str:
    if len(escape) == 5:
        return chr(int(escape[1:], 16))
    return _ESCAPED.get(escape, escape)
