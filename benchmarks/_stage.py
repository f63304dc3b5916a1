"""
What the benchmarks share: private servers, options, clocks, figures.

Import this before anything of Django's: importing it names the servers and readies Django; `stage` starts them. They
write to disk as real ones do, and are gone after.
"""

import argparse
import gc
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

from config.embedded.pair import Pair

# A quarter of the memory of a small server; one fsync for each commit.
SERVER = ("shared_buffers=1GB", "maintenance_work_mem=512MB", "max_wal_size=8GB", "jit=off", "max_connections=200")
PAIR = Pair(settings=SERVER)
os.environ.update(PAIR.urls)
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
django.setup()


@contextmanager
def stage() -> Iterator[None]:
    """Run the servers with an empty, migrated database for the length of a `with` block."""
    from django.core.management import call_command  # noqa: PLC0415  settings come first

    PAIR.start()
    try:
        call_command("migrate", interactive=False, verbosity=0)
        yield
    finally:
        PAIR.stop()


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a folder beside the servers' own, which goes with them, also when this run is killed."""
    with tempfile.TemporaryDirectory(dir=PAIR.folder) as folder:
        yield Path(folder)


def options(
    description: str | None,
    *,
    numbers: Sequence[tuple[str, int, str]] = (),
    lists: Sequence[tuple[str, str]] = (),
    flags: Sequence[tuple[str, str]] = (),
) -> argparse.Namespace:
    """
    Read the command line: --quick, --json, --seed, and what one benchmark has besides.

    numbers  as (name, default, help); with --quick one that was not given is a hundredth of its default, at least 1
    lists    of whole numbers, as (name, help); empty when not given
    flags    as (name, help)
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="A minute's form, with smaller numbers.")
    parser.add_argument("--json", action="store_true", help="Every figure as one JSON object on the last line.")
    parser.add_argument("--seed", type=int, default=1)
    for name, default, words in numbers:
        parser.add_argument(f"--{name}", type=int, help=f"{words} ({default:,})")
    for name, words in lists:
        parser.add_argument(f"--{name}", type=int, nargs="+", default=[], help=words)
    for name, words in flags:
        parser.add_argument(f"--{name}", action="store_true", help=words)
    given = parser.parse_args()
    for name, default, _ in numbers:
        if getattr(given, name) is None:
            setattr(given, name, max(1, default // 100) if given.quick else default)
    return given


def say(words: str) -> None:
    """Show what is being done now."""
    print(words, file=sys.stderr, flush=True)


class Figures:
    """What was measured: a table for people, one JSON object for machines."""

    def __init__(self, title: str, given: argparse.Namespace) -> None:
        self._title, self._json = title, given.json
        self._rows: list[tuple[str, float | int | str, str, str]] = []

    def add(self, name: str, value: float | int | str, unit: str = "", goal: str = "") -> None:
        """Keep and show one figure; `name` in snake case, `goal` in words, such as "at most 2"."""
        self._rows.append((name, value, unit, goal))
        say(f"  {name:<44} {_shown(value):>12} {unit:<6} {'goal: ' + goal if goal else ''}".rstrip())

    def close(self) -> None:
        """Print the table, and the JSON on the last line when it was asked for."""
        print(f"\n{self._title}")
        for name, value, unit, goal in self._rows:
            print(f"  {name:<44} {_shown(value):>12} {unit:<6} {'goal: ' + goal if goal else ''}".rstrip())
        if self._json:
            print(json.dumps({name: value for name, value, _, _ in self._rows}))


def timed(work: Callable[[], Any], *, times: int, warm: int = 3) -> list[float]:
    """Return the milliseconds of each of some calls, after a few that do not count; rubbish is collected between."""
    for _ in range(warm):
        work()
    gc.collect()
    gc.disable()
    try:
        taken = []
        for _ in range(times):
            began = time.perf_counter()
            work()
            taken.append((time.perf_counter() - began) * 1000)
    finally:
        gc.enable()
    return taken


def p50(taken: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(taken)


def p95(taken: Sequence[float]) -> float:
    """Return the value that 95 of 100 do not exceed."""
    ordered = sorted(taken)
    return ordered[min(len(ordered) - 1, -(-len(ordered) * 95 // 100) - 1)]


def _shown(value: float | int | str) -> str:
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else value
