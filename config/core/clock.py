"""The database's clock: the one clock that every worker shares."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """Return the present instant of the database, aware UTC; workers whose own clocks are wrong still agree."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    instant: datetime = row[0]
    return instant
