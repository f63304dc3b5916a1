"""FHIRPath over plain JSON, compiled once: text to a tree, tree to functions, bounded in everything."""

from functools import lru_cache
from typing import Any, NamedTuple

from intake.domain.fhirpath.compiler import compile_tree
from intake.domain.fhirpath.element import plain, truth
from intake.domain.fhirpath.faults import Failed, NotFhirPath
from intake.domain.fhirpath.parser import parse_tree
from intake.domain.fhirpath.scope import Run, Scope
from intake.domain.fhirpath.syntax import Constant, Node, walk

__all__ = ["Expression", "Failed", "NotFhirPath", "Scope", "parse", "truth"]


class Expression(NamedTuple):
    """A read expression; `constants` are the names after `%` that it uses."""

    text: str
    tree: Node
    compiled: Run
    constants: frozenset[str]

    def run(self, scope: Scope) -> list[Any]:
        """
        Return what the expression gives, as plain JSON values.

        Raises  Failed when it cannot be evaluated over this
        """
        frame = scope.frame.inner()
        return [plain(node) for node in self.compiled(frame, frame.this)]


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """
    Return an expression, ready to run over a Scope.

    Raises  NotFhirPath for what cannot be read to its end, and for functions that are not supported
    Source  FHIRPath 2.0.0, with the additions of FHIR R4 and HL7 SDC 4.0.0
    """
    tree = parse_tree(text)
    names = frozenset(node.name for node in walk(tree) if isinstance(node, Constant))
    return Expression(text, tree, compile_tree(tree), names)
