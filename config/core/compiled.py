"""
Queries that the ORM puts into SQL once, for what is asked by many at the same moment.

Of a small query, building it takes several times as long as running it. The ORM still says what is asked, so that
`visible_to` and its like stay the only words for it.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar, cast
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import ValuesListIterable

Row = TypeVar("Row", covariant=True)


class _Statement(NamedTuple):
    """
    What the ORM made of a query.

    places   for each parameter which of the ids it is; None for one that never changes
    readers  what the ORM does to the values of a column, by the number of the column
    row      makes a row of the values
    """

    sql: str
    parameters: Sequence[Any]
    places: Sequence[int | None]
    readers: dict[int, tuple[Sequence[Callable[..., Any]], Any]]
    row: Callable[[Sequence[Any]], Any]


class Compiled(Generic[Row]):
    """
    A query of some ids that always has the same shape.

    build  returns a queryset of whole rows or of `values_list`; called once, with ids that stand for those to come, so
           they may stand in conditions of SQL, each by itself, and decide nothing in Python; nor may anything else that
           changes, such as the time or the language

    Raises  TypeError, at the first question, for a queryset of another shape
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, Row]"]) -> None:
        self._build = build
        self._statement: _Statement | None = None

    def first(self, *ids: UUID) -> Row | None:
        """Return the first row for these ids, None without one: one query."""
        if self._statement is None:
            self._statement = _compiled(self._build, len(ids))
        sql, parameters, places, readers, row = self._statement
        words = [value if at is None else ids[at] for value, at in zip(parameters, places, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(sql, words)
            found = cursor.fetchone()
        if found is None:
            return None
        values = list(found)
        for number, (steps, column) in readers.items():
            for step in steps:
                values[number] = step(values[number], column, connection)
        return cast("Row", row(values))


def _compiled(build: Callable[..., "QuerySet[Any, Any]"], count: int) -> _Statement:
    ids = [uuid4() for _ in range(count)]
    rows = build(*ids)
    compiler = rows.query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    places = [ids.index(value) if value in ids else None for value in parameters]
    if len({at for at in places if at is not None}) < count:
        message = "an id stands inside of a list, or nowhere: it would stay what it was when the query was built"
        raise TypeError(message)
    readers = compiler.get_converters([column for column, _, _ in compiler.select])
    return _Statement(sql, parameters, places, readers, _maker(rows))


def _maker(rows: "QuerySet[Any, Any]") -> Callable[[Sequence[Any]], Any]:
    """Return what makes of the values of a row what the queryset yields."""
    query = rows.query
    if query.values_select or query.annotation_select:
        if rows._iterable_class is not ValuesListIterable:
            message = "of a query with chosen columns, `values_list` alone can be put into SQL once"
            raise TypeError(message)
        return tuple
    if query.select_related or query.deferred_loading[0]:
        message = "whole rows are read with all of their own columns, and no others"
        raise TypeError(message)
    model: type[Model] = rows.model
    names = [field.attname for field in model._meta.concrete_fields]
    return lambda values: model.from_db("default", names, values)
