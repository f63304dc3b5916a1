"""A statement whose answer is fetched later: while the database works on it, this process does something else."""

import select
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import DatabaseError, InterfaceError, connection
from psycopg.pq import ExecStatus

# What each connection knows already, by the names of the statements.
_prepared: "WeakKeyDictionary[psycopg.Connection[Any], set[str]]" = WeakKeyDictionary()


class Unawaited:
    """
    A prepared statement on Django's connection, sent again and again; one at most is under way.

    Outside a transaction each is a commit of its own. The server does what is in its socket, even if this process is
    killed meanwhile. With one under way, nothing unread can make a closed socket forget it.
    """

    def __init__(self, name: str, statement: str) -> None:
        """Take a name that is unique in this product, and `PREPARE <name> (<types>) AS ...` as `statement`."""
        self._name, self._statement = name, statement
        self._on: psycopg.Connection[Any] | None = None
        self._is_done = True

    @contextmanager
    def open(self) -> Iterator[None]:
        """Let other statements of Django's on this connection wait for the one under way, and fetch the last answer."""
        with connection.execute_wrapper(self._after_the_answer):
            try:
                yield
            finally:
                self.wait()

    def send(self, values: Sequence[str]) -> None:
        """Send the statement with its values; whether it was done, `wait` tells."""
        self.wait()
        self._is_done = False
        try:
            connection.ensure_connection()
            on: psycopg.Connection[Any] = connection.connection
            known = _prepared.setdefault(on, set())
            if self._name not in known:
                on.execute(self._statement.encode())
                known.add(self._name)
            on.pgconn.send_query_prepared(self._name.encode(), [value.encode() for value in values])
            self._on = on
            while on.pgconn.flush():
                select.select([], [on.fileno()], [])
        except (psycopg.Error, DatabaseError, InterfaceError):
            return

    def wait(self) -> bool:
        """Fetch the answer of what was sent last; False when it was not done, or nobody can tell."""
        on, self._on = self._on, None
        if on is None:
            return self._is_done
        try:
            # Mostly it is there.
            on.pgconn.consume_input()
            while on.pgconn.is_busy():
                select.select([on.fileno()], [], [])
                on.pgconn.consume_input()
            while (answer := on.pgconn.get_result()) is not None:
                self._is_done = answer.status == ExecStatus.COMMAND_OK
        except psycopg.Error:
            self._is_done = False
        return self._is_done

    def _after_the_answer(self, execute: Callable[..., Any], *call: Any) -> Any:
        self.wait()
        return execute(*call)
