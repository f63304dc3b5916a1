"""The decorator of every flow: one outermost transaction, so that a step happens whole or not at all."""

import contextvars
import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# Waits between attempts while the database is away: nearly a minute.
_PATIENCE = (0.1, 0.3, 1, 2, 4, 8, 8, 8, 8, 8)

_in_envelope: contextvars.ContextVar[bool] = contextvars.ContextVar("in_envelope", default=False)


def flow(step: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """
    Return `step` wrapped in a transaction that must be the outermost one.

    A flow inside another transaction raises RuntimeError at once, in tests as in production: it could be undone
    by someone who does not know of it. The one exception is the idempotency envelope of the API, which stores
    the answer in the same commit as the work (docs/adr/0004-idempotency-in-the-same-commit.md).
    """

    @functools.wraps(step)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        with transaction.atomic(durable=not _in_envelope.get()):
            return step(*args, **kwargs)

    run.__flow__ = True  # type: ignore[attr-defined]
    return run


def again_after_deadlock(step: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """
    Return the flow `step`, run a second time when the database broke a deadlock or a serialization conflict on it.

    Stands above `@flow`: the first run is undone whole before the second begins.
    """

    @functools.wraps(step)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            return step(*args, **kwargs)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in {"40P01", "40001"}:
                raise
        return step(*args, **kwargs)

    return run


def insist(step: Callable[[], Result]) -> Result:
    """Do a step again while the database is away, for nearly a minute; for what must not be forgotten half-way."""
    for seconds in _PATIENCE:
        try:
            return step()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(seconds)
    return step()


@contextmanager
def envelope() -> Iterator[None]:
    """Open the transaction of one idempotent request; flows inside become savepoints of it."""
    with transaction.atomic(durable=True):
        token = _in_envelope.set(True)
        try:
            yield
        finally:
            _in_envelope.reset(token)
