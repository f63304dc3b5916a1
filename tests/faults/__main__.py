"""
Every fault against a real worker tree: `python3 run.py faults`.

Counts at the mail server what arrived: nothing may be lost, and nothing may come twice, but what a killed sender was
handing over or the mail server accepted without an answer (docs/adr/0003-messages-are-rows.md).
"""

import argparse
import json
import sys
import time
from dataclasses import asdict

from tests.faults.stage import Gave, Stage

# As shipped: MESSAGE_LEASE_SECONDS and EMAIL_TIMEOUT of config/settings/environment.py, the tick of CELERY_BEAT_SCHEDULE.
FULL = {"delay": 0, "lease": 60, "timeout": 10, "tick": 5}
SHORT = {"delay": 0.014, "lease": 7, "timeout": 2, "tick": 1}


def main():
    """Run the faults that are asked for and print a table; end with 1 when a promise was broken."""
    given = _given()
    outcomes = []
    with Stage(**(SHORT if given.short else FULL)) as stage:
        # These need Django ready, which the stage makes.
        from tests.faults import faults, run  # noqa: PLC0415

        stage.begin_worker()
        stage.begin_beat()
        for name, fault in faults.FAULTS.items():
            if given.only and not any(word in name for word in given.only):
                continue
            bar = Bar(name, given.count)
            try:
                outcomes.append(run.measure(name, fault, stage, count=given.count, show=bar.show))
            except Gave as problem:
                print(f"\n{name}: {problem}", file=sys.stderr)
                return 1
            bar.end()
            print(_row(outcomes[-1]), file=sys.stderr, flush=True)
    _print(outcomes)
    if given.json:
        print(json.dumps([asdict(outcome) for outcome in outcomes]))
    return 0 if all(outcome.is_kept for outcome in outcomes) else 1


def _given():
    parser = argparse.ArgumentParser(prog="run.py faults", description=__doc__)
    parser.add_argument("only", nargs="*", help="Words of the names of the faults to run; all without any.")
    parser.add_argument("--short", action="store_true", help="Shorter leases and fewer messages, as in CI.")
    parser.add_argument("--count", type=int, help="Messages a fault (10,000; 240 with --short).")
    parser.add_argument("--json", action="store_true", help="Every figure as JSON on the last line.")
    given = parser.parse_args()
    given.count = given.count or (240 if given.short else 10_000)
    return given


class Bar:
    """Shows how many of the messages have arrived: a bar on a terminal, a line for each tenth elsewhere."""

    def __init__(self, name, total):
        self.name, self.total, self.shown = name, total, -1
        self.began = time.monotonic()

    def show(self, done):
        tenth = done * 10 // self.total
        line = f"{self.name:<34} {'#' * tenth:<10} {done:>7,} of {self.total:,}  {time.monotonic() - self.began:5.0f} s"
        if sys.stderr.isatty():
            print(f"\r{line}", end="", file=sys.stderr, flush=True)
        elif tenth > self.shown:
            self.shown = tenth
            print(line, file=sys.stderr, flush=True)

    def end(self):
        if sys.stderr.isatty():
            print(file=sys.stderr)


def _print(outcomes):
    head = f"{'fault':<34} {'planned':>8} {'arrived':>8} {'lost':>5} {'twice':>6} {'at most':>8} {'quiet':>6} {'s':>6}"
    print("", head, "-" * len(head), *map(_row, outcomes), sep="\n")


def _row(one):
    figures = f"{one.planned:>8,} {one.accepted:>8,} {one.lost:>5} {one.duplicates:>6} {one.bound:>8}"
    verdict = "" if one.is_kept else "  BROKEN"
    return f"{one.name:<34} {figures} {one.wrong:>6} {one.seconds:>6,.0f}{verdict}"


if __name__ == "__main__":
    sys.exit(main())
