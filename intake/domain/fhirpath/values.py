"""What other modules of the domain need of FHIRPath's values."""

from collections.abc import Callable

from intake.domain.fhirpath.element import Collection, root, truth
from intake.domain.fhirpath.element import number as plain
from intake.domain.fhirpath.equality import order
from intake.domain.fhirpath.faults import Failed

__all__ = ["Failed", "compare", "plain", "truth"]


def compare(left: Collection, right: Collection, test: Callable[[int], bool]) -> Collection:
    """Return [test(order)] of two single values; [] when either is empty or they have no common precision."""
    found = order([root(one) for one in left], [root(one) for one in right])
    return [] if found is None else [test(found)]
