"""
The functions of FHIRPath, by name: how many arguments each takes, and what it does.

An eager function is given its arguments as collections, a lazy one as functions to run for each value, a typed one the
name of a type. What is not here is refused when the content is published.
"""

from collections.abc import Callable

from intake.domain.fhirpath.element import Collection
from intake.domain.fhirpath.functions import collections, conversions, fhir, filters, numbers, texts, times
from intake.domain.fhirpath.kinds import cast, of_type, tested

Table = dict[str, tuple[int, int, Callable[..., Collection]]]

EAGER: Table = {
    **collections.FUNCTIONS,
    **texts.FUNCTIONS,
    **numbers.FUNCTIONS,
    **conversions.FUNCTIONS,
    **times.FUNCTIONS,
    **fhir.FUNCTIONS,
}
LAZY: Table = filters.FUNCTIONS
TYPED: Table = {"ofType": (1, 1, of_type), "is": (1, 1, tested), "as": (1, 1, cast)}
