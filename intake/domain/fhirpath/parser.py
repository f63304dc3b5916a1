"""FHIRPath text to a tree: the whole text is read, and what is not understood is refused at once."""

from decimal import Decimal

from intake.domain.fhirpath.faults import DEEPEST_EXPRESSION, NotFhirPath
from intake.domain.fhirpath.quantity import Quantity
from intake.domain.fhirpath.syntax import (
    Binary,
    Call,
    Constant,
    Index,
    Literal,
    Member,
    Node,
    Special,
    Token,
    TypeTest,
    Unary,
    bare,
    literal,
    tokens,
)
from intake.domain.fhirpath.temporal import CALENDAR_UNITS

# How tightly each operator binds (FHIRPath 2.0.0, section 9).
_STRENGTH = {
    "implies": 1, "or": 2, "xor": 2, "and": 3, "in": 4, "contains": 4, "=": 5, "~": 5, "!=": 5, "!~": 5, "<": 6,
    ">": 6, "<=": 6, ">=": 6, "|": 7, "is": 8, "as": 8, "+": 9, "-": 9, "&": 9, "*": 10, "/": 10, "div": 10, "mod": 10,
}  # fmt: skip
_SPECIAL = frozenset({"$this", "$index", "$total"})


def parse_tree(text: str) -> Node:
    """
    Return the tree of an expression.

    Raises  NotFhirPath for what cannot be read to its end
    Source  FHIRPath 2.0.0 grammar
    """
    reader = _Reader(list(tokens(text)))
    node = reader.expression(0)
    if reader.here.kind != "end":
        raise reader.unexpected()
    return node


class _Reader:
    """A Pratt parser."""

    def __init__(self, words: list[Token]) -> None:
        self.words, self.place, self.depth = words, 0, 0

    @property
    def here(self) -> Token:
        return self.words[self.place]

    def unexpected(self) -> NotFhirPath:
        if self.here.kind == "end":
            return NotFhirPath("The expression ends too early.")
        return NotFhirPath(f"“{self.here.text}” at {self.here.place + 1} was not expected.")

    def take(self) -> Token:
        token = self.here
        if token.kind != "end":
            self.place += 1
        return token

    def is_sign(self, *signs: str) -> bool:
        return self.here.kind == "sign" and self.here.text in signs

    def expect(self, sign: str) -> None:
        if not self.is_sign(sign):
            raise self.unexpected()
        self.take()

    def expression(self, strength: int) -> Node:
        self.depth += 1
        if self.depth > DEEPEST_EXPRESSION:
            raise NotFhirPath("The expression is nested too deep.")
        left = self.unary()
        length = 0
        while (bound := self.strength()) > strength:
            left = self.joined(left, bound)
            length += 1
            if length > 400:
                raise NotFhirPath("The expression has too many parts in a row.")
        self.depth -= 1
        return left

    def strength(self) -> int:
        return _STRENGTH.get(self.here.text, 0) if self.here.kind in {"sign", "name"} else 0

    def joined(self, left: Node, bound: int) -> Node:
        sign = self.take().text
        if sign in {"is", "as"}:
            return TypeTest(sign, left, self.type_name())
        return Binary(sign, left, self.expression(bound))

    def unary(self) -> Node:
        if self.is_sign("-", "+"):
            sign = self.take().text
            self.depth += 1
            if self.depth > DEEPEST_EXPRESSION:
                raise NotFhirPath("The expression is nested too deep.")
            node = Unary(sign, self.unary())
            self.depth -= 1
            return node
        return self.path()

    def path(self) -> Node:
        node = self.term()
        length = 0
        while self.is_sign(".", "["):
            if self.take().text == "[":
                node = Index(node, self.expression(0))
                self.expect("]")
            else:
                node = self.step(node)
            length += 1
            if length > 200:
                raise NotFhirPath("The path is too long.")
        return node

    def term(self) -> Node:
        token = self.here
        if token.kind == "sign":
            return self.group()
        if token.kind == "number":
            return self.number()
        if token.kind in {"text", "date", "time"}:
            return Literal((literal(self.take()),))
        if token.kind == "constant":
            return Constant(bare(self.take().text[1:]))
        if token.kind == "name" and token.text in {"true", "false"}:
            return Literal((self.take().text == "true",))
        return self.step(None)

    def group(self) -> Node:
        if self.is_sign("{"):
            self.take()
            self.expect("}")
            return Literal(())
        self.expect("(")
        node = self.expression(0)
        self.expect(")")
        return node

    def number(self) -> Node:
        value = literal(self.take())
        if self.here.kind == "text" and self.here.text[0] == "'":
            return Literal((Quantity(Decimal(value), literal(self.take())),))
        if self.here.kind == "name" and self.here.text in CALENDAR_UNITS:
            return Literal((Quantity(Decimal(value), self.take().text),))
        return Literal((value,))

    def step(self, base: Node | None) -> Node:
        token = self.here
        if token.kind == "this" and token.text in _SPECIAL:
            self.take()
            return Special(token.text)
        if token.kind != "name":
            raise self.unexpected()
        name = bare(self.take().text)
        if self.is_sign("("):
            return Call(base, name, self.given())
        return Member(base, name)

    def given(self) -> tuple[Node, ...]:
        self.expect("(")
        found: list[Node] = []
        while not self.is_sign(")"):
            if found:
                self.expect(",")
            found.append(self.expression(0))
        self.take()
        return tuple(found)

    def type_name(self) -> str:
        names = [self.name()]
        while self.is_sign("."):
            self.take()
            names.append(self.name())
        return ".".join(names)

    def name(self) -> str:
        if self.here.kind != "name":
            raise self.unexpected()
        return bare(self.take().text)
