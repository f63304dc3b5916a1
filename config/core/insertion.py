"""Inserting a row that an exclusion constraint may refuse."""

from django.db import connection, models
from psycopg import sql


def insert_unless_refused(row: models.Model) -> bool:
    """
    Insert `row` unless a unique or exclusion constraint refuses it; False, without an error, if one does.

    A plain INSERT that waits for the constraint's error deadlocks in chains when many want one thing, up to a
    minute; `ON CONFLICT DO NOTHING` lets the younger transaction withdraw (docs/locking.md).
    """
    fields = row._meta.concrete_fields
    columns = sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING RETURNING id").format(
        sql.Identifier(row._meta.db_table), columns, sql.SQL(", ").join([sql.Placeholder()] * len(values))
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        inserted = cursor.fetchone() is not None
    row._state.adding = not inserted
    return inserted
