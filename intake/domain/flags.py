"""Which safety rules the answers set off."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from intake.domain.fhirpath import Failed, NotFhirPath, Scope, parse
from intake.domain.fhirpath.values import truth


class Rule(Protocol):
    """A rule as it is stored."""

    code: str
    expression: str


@dataclass(frozen=True, slots=True)
class Facts:
    """
    What rules are judged by.

    response   FHIR QuestionnaireResponse of what is asked now
    constants  {name: value} that expressions read as `%name`; None is not known, and sets nothing off
    """

    response: Mapping[str, Any]
    constants: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RaisedFlag:
    """One rule that was set off."""

    code: str


def raised(rules: Iterable[Rule], facts: Facts) -> tuple[RaisedFlag, ...]:
    """
    Return the rules whose expression is true, in the order given.

    Raises  Failed or NotFhirPath for a rule that cannot be judged: content is checked when it is published, and a
            safety rule must never be passed over in silence
    """
    return tuple(RaisedFlag(rule.code) for rule in rules if _is_true(rule.expression, facts))


def is_readable(expression: str) -> bool:
    """Tell whether an expression can be judged at all."""
    try:
        parse(expression)
    except NotFhirPath:
        return False
    return True


def _is_true(expression: str, facts: Facts) -> bool:
    constants = {"resource": [facts.response], "context": [facts.response], "now": "", **facts.constants}
    found = parse(expression).run(Scope([facts.response], constants))
    if len(found) > 1:
        raise Failed(f"“{expression[:60]}” gives more than one value.")
    return truth(found) is True
