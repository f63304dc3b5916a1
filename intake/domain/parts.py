"""The parts of a compiled questionnaire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from intake.domain.choices import NONE, Choices, Key
from intake.domain.fhirpath import Expression
from intake.domain.outline import Question


@dataclass(frozen=True, slots=True)
class Condition:
    """One FHIR enableWhen: `answer` is the expected value under `name`, True or False for `exists`."""

    question: str
    operator: str
    answer: Any
    name: str = ""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One questionnaire-constraint or targetConstraint: the expression must not be false; its words may be none."""

    key: str
    severity: str
    message: str
    expression: Expression
    translations: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Toggle:
    """Options that may be chosen only while an expression is true."""

    options: frozenset[Key]
    expression: Expression


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a value must keep to; None and what is empty stand for no bound."""

    minimum: Any = None
    maximum: Any = None
    min_length: int | None = None
    max_length: int | None = None
    decimals: int | None = None
    least: int | None = None
    most: int | None = None
    regex: str = ""
    mime_types: tuple[str, ...] = ()
    max_size: int | float | None = None
    resources: tuple[str, ...] = ()
    minimum_expression: Expression | None = None
    maximum_expression: Expression | None = None


@dataclass(frozen=True, slots=True)
class PlanItem:
    """
    One item with all that decides about it.

    parent    linkId above, empty at the top; `around` is all of them, outermost first
    position  place among its siblings
    initial   values that the definition gives
    told      extensions of the item by url
    """

    question: Question
    parent: str
    conditions: tuple[Condition, ...]
    any_condition: bool
    enable_expression: Expression | None
    calculated: Expression | None
    variables: tuple[tuple[str, Expression], ...]
    constraints: tuple[Constraint, ...]
    bounds: Bounds
    children: tuple["PlanItem", ...] = ()
    around: tuple[str, ...] = ()
    position: int = 0
    choices: Choices = NONE
    units: Choices = NONE
    toggles: tuple[Toggle, ...] = ()
    initial: tuple[Any, ...] = ()
    definition: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def link_id(self) -> str:
        """Return the item's linkId."""
        return self.question.link_id
