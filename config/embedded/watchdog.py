"""
Ends what its parent started once the parent is gone, however it went.

Run as `python -m config.embedded.watchdog [FOLDER...]`. Standard input is a pipe from the parent: a line `+GROUP SIGNAL`
when a process group begins, `-GROUP` when it ended, `bye` before an orderly end. End of input without `bye` means that
the parent was killed: every group left gets its signal, after three seconds SIGKILL, and the folders are removed.
Linux also ends children by their death signal; this process is what macOS has, and it sees grandchildren too.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from config.embedded.process import signal_group

GRACE_SECONDS = 3.0


class Watchdog:
    """The parent's end of the pipe."""

    def __init__(self, *folders: Path) -> None:
        """Start the process; `folders` are removed when the parent is killed."""
        self._child = subprocess.Popen(
            [sys.executable, "-m", "config.embedded.watchdog", *map(str, folders)],
            stdin=subprocess.PIPE,
            start_new_session=True,
            cwd=Path(__file__).parents[2],
        )

    def began(self, group: int, stop: signal.Signals) -> None:
        """Report a process group and the signal that ends it kindly."""
        self._say(f"+{group} {int(stop)}")

    def ended(self, group: int) -> None:
        """Report that a group is gone."""
        self._say(f"-{group}")

    def dismiss(self) -> None:
        """End the watchdog; everything was ended in order."""
        self._say("bye")
        if self._child.stdin:
            with suppress(BrokenPipeError):
                self._child.stdin.close()
        self._child.wait()

    def _say(self, line: str) -> None:
        if self._child.stdin:
            with suppress(BrokenPipeError):
                self._child.stdin.write(f"{line}\n".encode())
                self._child.stdin.flush()


def read(lines: Iterable[str]) -> dict[int, signal.Signals] | None:
    """Return the groups that are left at the end of input, None after `bye`."""
    groups: dict[int, signal.Signals] = {}
    for line in lines:
        word = line.strip()
        if word == "bye":
            return None
        if word.startswith("+"):
            group, number = word[1:].split()
            groups[int(group)] = signal.Signals(int(number))
        elif word.startswith("-"):
            groups.pop(int(word[1:]), None)
    return groups


def end(groups: dict[int, signal.Signals]) -> None:
    """Send every group its own signal, then SIGKILL to what is left after the grace."""
    for group, number in groups.items():
        signal_group(group, number)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(_alive(group) for group in groups):
        time.sleep(0.1)
    for group in groups:
        signal_group(group, signal.SIGKILL)


def _alive(group: int) -> bool:
    with suppress(ProcessLookupError):
        os.killpg(group, 0)
        return True
    return False


def main(folders: list[str]) -> None:
    """Watch until the parent is gone."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    left = read(sys.stdin)
    if left is not None:
        end(left)
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
