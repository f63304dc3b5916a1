"""Rows into tables by COPY, with what slows it down put aside meanwhile."""

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from typing import Any

from django.db import connection, models
from psycopg import sql

# So many tables get their constraints and indexes back at one time.
HANDS = 3


class Sheet:
    """One table as COPY takes it: columns that vary from row to row; the others are fixed or the model's defaults."""

    def __init__(self, model: type[models.Model], varying: Sequence[str], *, now: datetime, **fixed: Any) -> None:
        """
        Prepare the form of a row.

        varying  attribute names of the columns, in the order of the values of a row
        fixed    attribute names and the values that all rows share
        now      stands in columns that are filled by themselves
        """
        table = model._meta.db_table
        fields = {field.attname: field for field in model._meta.concrete_fields}
        others = [name for name in fields if name not in varying]
        constants = [_text(fixed[name] if name in fixed else _default(fields[name], now)) for name in others]
        columns = [sql.Identifier(str(fields[name].column)) for name in [*varying, *others]]
        self.statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), sql.SQL(", ").join(columns))
        self._form = "\t".join([*["%s"] * len(varying), *(text.replace("%", "%%") for text in constants)]) + "\n"

    def write(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Copy rows; see `text`."""
        self.send(self.text(rows))

    def text(self, rows: Iterable[tuple[Any, ...]]) -> str:
        r"""Return rows as COPY takes them; a value is text as PostgreSQL reads it, without tabs and line ends, `\N` for NULL."""
        form = self._form
        return "".join([form % row for row in rows])

    def send(self, text: str) -> None:
        """Copy what `text` made; whoever made it may have read from the same connection, so it is whole by now."""
        with connection.cursor() as cursor, cursor.copy(self.statement) as copy:
            copy.write(text)


@contextmanager
def bare(*tables: type[models.Model]) -> Iterator[None]:
    """
    Take triggers, foreign keys, exclusion constraints and secondary indexes away, and bring them back at the end.

    They are checked and built once for all rows then, those of some tables side by side; a row that breaks one makes
    the end fail. Other connections may write meanwhile, so nothing is taken back after a failure.
    """
    names = [model._meta.db_table for model in tables]
    with connection.cursor() as cursor:
        back: list[list[str]] = []
        for table in names:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
            back.append([*_constraints(cursor, table), *_indexes(cursor, table)])
    yield
    _side_by_side(back)
    with connection.cursor() as cursor:
        for table in names:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


def _side_by_side(each: Sequence[Sequence[str]]) -> None:
    """
    Run each list of statements on a connection of its own: checking an exclusion takes one core minutes.

    A reference locks its own table and then the one it names; no table refers back, so that none waits in a circle.
    """

    def run(statements: Sequence[str]) -> None:
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as pool:
        list(pool.map(run, each))


def _constraints(cursor: Any, table: str) -> list[str]:
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype IN ('f', 'x') ORDER BY contype DESC, conname",
        [table],
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
    return [f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {words}' for name, words in found]


def _indexes(cursor: Any, table: str) -> list[str]:
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = %s::regclass AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)",
        [table],
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f"DROP INDEX {name}")
    return [words for _, words in found]


def _default(field: models.Field[Any, Any], now: datetime) -> Any:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return now
    return field.get_default()


def _text(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, list):
        return "{" + ",".join(map(_text, value)) + "}"
    return json.dumps(value) if isinstance(value, dict) else str(value)
