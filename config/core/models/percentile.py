"""The value that some part of the rows does not exceed, worked out by the database."""

from typing import Any

from django.db.models import Aggregate, Expression


class Percentile(Aggregate):
    """PERCENTILE_CONT: `Percentile(0.9, F("wait"))`; rows without a value do not count."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    allow_distinct = False

    def __init__(self, fraction: float, expression: Expression | str, **extra: Any) -> None:
        super().__init__(expression, fraction=float(fraction), **extra)
