"""What is kept in the process, bounded by the memory that it takes and not by how many there are."""

import functools
import json
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")
MEBIBYTE = 1024 * 1024


class Shelf(Generic[Value]):
    """Values by key, the least recently used thrown out when all together weigh too much; safe between threads."""

    def __init__(self, *, most_bytes: int) -> None:
        self.most_bytes, self.weight = most_bytes, 0
        self._rows: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, key: Hashable) -> Value | None:
        """Return a value, which from now on is the most recently used; None when it is not here."""
        with self._lock:
            row = self._rows.get(key)
            if row is None:
                return None
            self._rows.move_to_end(key)
            return row[0]

    def put(self, key: Hashable, value: Value, *, weight: int) -> None:
        """Keep a value; one that is heavier than all that fits is kept alone, until the next one comes."""
        with self._lock:
            self.weight += weight - self._rows.pop(key, (None, 0))[1]
            self._rows[key] = (value, weight)
            while self.weight > self.most_bytes and len(self._rows) > 1:
                self.weight -= self._rows.popitem(last=False)[1][1]


def kept(
    *, most_bytes: int, weigh: Callable[[Value], int]
) -> Callable[[Callable[Arguments, Value]], Callable[Arguments, Value]]:
    """
    Return a decorator that keeps what a function returns, up to `most_bytes` altogether.

    weigh  memory of one value in bytes, on the high side; two threads may work one out at once, and one is kept
    """

    def decorate(function: Callable[Arguments, Value]) -> Callable[Arguments, Value]:
        shelf: Shelf[Value] = Shelf(most_bytes=most_bytes)

        @functools.wraps(function)
        def wrapper(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Value:
            key = (args, tuple(sorted(kwargs.items())))
            found = shelf.get(key)
            if found is None:
                found = function(*args, **kwargs)
                shelf.put(key, found, weight=weigh(found))
            return found

        return wrapper

    return decorate


def size_of(definition: Any) -> int:
    """Return the length of a definition as JSON, from which the memory of what is made of it is told."""
    return len(json.dumps(definition, default=str))
