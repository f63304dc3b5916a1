"""What a killed run left behind: remembered while it runs, ended before the next one starts."""

import json
import os
import platform
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from config.embedded.process import signal_group

GRACE_SECONDS = 10.0


class Register:
    """The file that names every process group of the running copy."""

    def __init__(self, file: Path) -> None:
        """Use this file; what it says already is about the copy before."""
        self._file = file
        self._entries: dict[int, tuple[str, int]] = {}

    def began(self, group: int, stop: signal.Signals) -> None:
        """Remember a group and the signal that ends it kindly."""
        born = birth(group)
        if born:
            self._entries[group] = (born, int(stop))
            self._write()

    def ended(self, group: int) -> None:
        """Forget a group."""
        self._entries.pop(group, None)
        self._write()

    def _write(self) -> None:
        draft = self._file.with_suffix(".draft")
        draft.write_text(json.dumps([[group, born, stop] for group, (born, stop) in self._entries.items()]))
        draft.rename(self._file)

    def end_leftovers(self) -> int:
        """
        End what the copy before left running, and return how many processes that were.

        A number that now belongs to another process is recognised by its time of birth and left alone.
        """
        left = [(group, stop) for group, born, stop in self._recorded() if birth(group) == born]
        for group, stop in left:
            signal_group(group, signal.Signals(stop))
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and any(birth(group) for group, _ in left):
            time.sleep(0.05)
        for group, _ in left:
            signal_group(group, signal.SIGKILL)
        self._file.unlink(missing_ok=True)
        return len(left)

    def _recorded(self) -> list[tuple[int, str, int]]:
        with suppress(FileNotFoundError, ValueError):
            return [(int(group), str(born), int(stop)) for group, born, stop in json.loads(self._file.read_text())]
        return []


def birth(pid: int) -> str:
    """Return when a process was born, in the system's own words; an empty text when it is gone or only unreaped."""
    if platform.system() == "Linux":
        with suppress(FileNotFoundError, ProcessLookupError):
            state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            return "" if state in "ZX" else fields[18]
        return ""
    answer = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False, env=_C_LOCALE
    ).stdout.strip()
    state, _, born = answer.partition(" ")
    return "" if state.startswith("Z") else born.strip()


_C_LOCALE = {**os.environ, "LC_ALL": "C"}
