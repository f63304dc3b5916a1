"""
How the tables are emptied after a test that commits.

Django truncates every table, which makes and removes hundreds of files, and writes content types and permissions
again: half a second after each of hundreds of tests. Deleting the few rows of a test takes some milliseconds.
"""

from django.db import connections
from django.test import TransactionTestCase

# What migrations write and no test changes: content types and permissions are made once.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
# Deleted rows stay in their files; a test of very many rows is worth the truncation.
LARGE = 16 * 1024 * 1024

# The locks wait for whoever is still writing, as TRUNCATE does; the role keeps foreign keys and triggers out of it.
EMPTY = """
DO $$
DECLARE found text[] := ARRAY[{tables}];
BEGIN
    SET LOCAL session_replication_role = replica;
    EXECUTE 'LOCK TABLE ' || array_to_string(found, ', ') || ' IN ACCESS EXCLUSIVE MODE';
    IF (SELECT sum(pg_relation_size(one::regclass)) FROM unnest(found) one) > {large} THEN
        EXECUTE 'TRUNCATE ' || array_to_string(found, ', ');
    ELSE
        FOR number IN 1 .. array_length(found, 1) LOOP
            EXECUTE 'DELETE FROM ' || found[number];
        END LOOP;
    END IF;
END $$
"""


def empty(connection):
    """Delete all rows that a test may have left."""
    with connection.cursor() as cursor:
        cursor.execute(EMPTY.format(tables=_tables(connection), large=LARGE))


def _tables(connection):
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return ", ".join(f"'{connection.ops.quote_name(name)}'" for name in names if name not in KEPT)


def _empty_after(test):
    for alias in test._databases_names(include_mirrors=False):
        empty(connections[alias])


def install():
    """Let every test that commits end with `empty`."""
    TransactionTestCase._fixture_teardown = _empty_after
