"""Functions that run their arguments once for each value."""

from collections.abc import Callable
from functools import cmp_to_key
from typing import Any

from intake.domain.fhirpath.element import Collection, single, truth, value_of
from intake.domain.fhirpath.equality import key_of, order_of
from intake.domain.fhirpath.faults import MOST_VALUES, Failed
from intake.domain.fhirpath.scope import Frame, Run

# Sort keys, each with its direction, and what they belong to.
Keyed = tuple[list[tuple[Any, int]], Any]


class Falling:
    """A sort key with a minus before it."""

    __slots__ = ("key", "whole")

    def __init__(self, key: Run, whole: Run) -> None:
        self.key, self.whole = key, whole

    def __call__(self, frame: Frame, focus: Collection) -> Collection:
        """Return the value with its sign turned, as functions other than sort() mean it."""
        return self.whole(frame, focus)


def _where(frame: Frame, focus: Collection, test: Run) -> Collection:
    inner, found = frame.inner(), []
    for inner.index, node in enumerate(focus):
        inner.this = [node]
        if truth(test(inner, inner.this)):
            found.append(node)
    return found


def _select(frame: Frame, focus: Collection, path: Run) -> Collection:
    inner: Frame = frame.inner()
    found: Collection = []
    for inner.index, node in enumerate(focus):
        inner.this = [node]
        found += path(inner, inner.this)
        if len(found) > MOST_VALUES:
            raise Failed("The expression gives too many values.")
    return found


def _repeat(frame: Frame, focus: Collection, path: Run) -> Collection:
    """A value that was met before is not followed again, so that a circle ends."""
    found: Collection = []
    seen: set[Any] = set()
    waiting = focus
    while waiting:
        fresh: Collection = []
        for node in _select(frame, waiting, path):
            key = key_of(node) if not hasattr(node, "raw") else id(node.raw)
            if key not in seen:
                seen.add(key)
                fresh.append(node)
        found += fresh
        waiting = fresh
        frame.world.spend(len(fresh) + 1)
    return found


def _repeat_all(frame: Frame, focus: Collection, path: Run) -> Collection:
    found: Collection = []
    waiting = _select(frame, focus, path)
    while waiting:
        found += waiting
        frame.world.spend(len(waiting))
        if len(found) > MOST_VALUES:
            raise Failed("The expression repeats without end.")
        waiting = _select(frame, waiting, path)
    return found


def _all(frame: Frame, focus: Collection, test: Run) -> Collection:
    inner: Frame = frame.inner()
    for inner.index, node in enumerate(focus):
        inner.this = [node]
        if not truth(test(inner, inner.this)):
            return [False]
    return [True]


def _exists(frame: Frame, focus: Collection, test: Run | None = None) -> Collection:
    if test is None:
        return [bool(focus)]
    inner: Frame = frame.inner()
    for inner.index, node in enumerate(focus):
        inner.this = [node]
        if truth(test(inner, inner.this)):
            return [True]
    return [False]


def _aggregate(frame: Frame, focus: Collection, path: Run, start: Run | None = None) -> Collection:
    inner: Frame = frame.inner()
    total = start(frame, frame.this) if start else []
    for inner.index, node in enumerate(focus):
        inner.this, inner.total = [node], total
        total = path(inner, inner.this)
        frame.world.spend(len(total) + 1)
    return total


def _iif(frame: Frame, focus: Collection, test: Run, then: Run, otherwise: Run | None = None) -> Collection:
    if len(focus) > 1:
        raise Failed("More than one value where one was expected.")
    inner = frame
    if focus is not frame.this:
        inner = frame.inner()
        inner.this = focus
    answer = single(test(inner, focus))
    if answer is not None and not isinstance(answer, bool):
        raise Failed("The condition of iif() must be true or false.")
    if answer:
        return then(inner, focus)
    return otherwise(inner, focus) if otherwise else []


def _trace(frame: Frame, focus: Collection, _name: Run, _path: Run | None = None) -> Collection:
    return focus


def _define(frame: Frame, focus: Collection, name: Run, path: Run | None = None) -> Collection:
    told = single(name(frame, frame.this))
    if not isinstance(told, str) or told in {"resource", "context", "questionnaire", "qitem", "ucum"}:
        raise Failed("This name cannot be defined.")
    inner = frame.inner()
    inner.this = focus
    frame.names = {**frame.names, told: path(inner, focus) if path else focus}
    return focus


def _sort(frame: Frame, focus: Collection, *paths: Run) -> Collection:
    inner: Frame = frame.inner()
    keyed: list[Keyed] = []
    for inner.index, node in enumerate(focus):
        inner.this = [node]
        keys: list[tuple[Any, int]] = [_sort_key(path, inner) for path in paths] or [(value_of(node), 1)]
        keyed.append((keys, node))
    return [node for _, node in sorted(keyed, key=cmp_to_key(_order))]


def _sort_key(path: Run, inner: Frame) -> tuple[Any, int]:
    if isinstance(path, Falling):
        return single(path.key(inner, inner.this)), -1
    return single(path(inner, inner.this)), 1


def _order(one: Keyed, other: Keyed) -> int:
    for (first, way), (second, _) in zip(one[0], other[0], strict=True):
        # What has no key comes first, in whichever direction.
        found = (order_of(first, second) or 0) * way if None not in (first, second) else _emptiness(first, second)
        if found:
            return found
    return 0


def _emptiness(first: Any, second: Any) -> int:
    return (first is not None) - (second is not None)


FUNCTIONS: dict[str, tuple[int, int, Callable[..., Collection]]] = {
    "where": (1, 1, _where),
    "select": (1, 1, _select),
    "repeat": (1, 1, _repeat),
    "repeatAll": (1, 1, _repeat_all),
    "all": (1, 1, _all),
    "exists": (0, 1, _exists),
    "aggregate": (1, 2, _aggregate),
    "iif": (2, 3, _iif),
    "trace": (1, 2, _trace),
    "defineVariable": (1, 2, _define),
    "sort": (0, 5, _sort),
}
