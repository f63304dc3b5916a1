"""An order in which each thing comes after those that it needs, and the circles that have none."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

Thing = TypeVar("Thing", bound=Hashable)


def circles(things: Iterable[Thing], needs: Mapping[Thing, Iterable[Thing]]) -> Iterator[list[Thing]]:
    """
    Yield groups of things, each after what it needs: one thing alone, or several that need each other.

    Source  Tarjan 1972, without recursion, so that a chain of any length is followed
    """
    search = _Search(needs)
    for start in things:
        if start not in search.number:
            yield from search.below(start)


class _Search(Generic[Thing]):
    def __init__(self, needs: Mapping[Thing, Iterable[Thing]]) -> None:
        self.needs = needs
        self.number: dict[Thing, int] = {}
        self.lowest: dict[Thing, int] = {}
        self.stack: list[Thing] = []
        self.waiting: set[Thing] = set()
        self.path: list[tuple[Thing, Iterator[Thing]]] = []

    def below(self, start: Thing) -> Iterator[list[Thing]]:
        self.enter(start)
        while self.path:
            thing, rest = self.path[-1]
            other = self.next_new(thing, rest)
            if other is not None:
                self.enter(other)
                continue
            self.path.pop()
            if self.path:
                above = self.path[-1][0]
                self.lowest[above] = min(self.lowest[above], self.lowest[thing])
            if self.lowest[thing] == self.number[thing]:
                yield self.taken(thing)

    def enter(self, thing: Thing) -> None:
        self.number[thing] = self.lowest[thing] = len(self.number)
        self.stack.append(thing)
        self.waiting.add(thing)
        self.path.append((thing, iter(self.needs[thing])))

    def next_new(self, thing: Thing, rest: Iterator[Thing]) -> Thing | None:
        for other in rest:
            if other not in self.number:
                return other
            if other in self.waiting:
                self.lowest[thing] = min(self.lowest[thing], self.number[other])
        return None

    def taken(self, until: Thing) -> list[Thing]:
        group: list[Thing] = []
        while True:
            thing = self.stack.pop()
            self.waiting.discard(thing)
            group.append(thing)
            if thing == until:
                return group
