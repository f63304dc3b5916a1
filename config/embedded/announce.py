"""What the terminal says: steps while starting, then where to go and who to be."""

import sys
import time
from contextlib import suppress
from typing import TextIO

from config.embedded import paths
from config.embedded.programs import Addresses

PLACES = (
    ("Patients: sign up", "/account/signup/"),
    ("Clinic: the queue", "/clinic/queue/"),
    ("Admin", "/admin/"),
    ("API docs", "/api/v1/docs/"),
    ("Mail that was sent", "/demo/mail/"),
)


def say(text: str, *, to: TextIO | None = None) -> None:
    """Print a line at once; a terminal that is gone must not keep the end from being orderly."""
    with suppress(OSError):
        print(text, file=to or sys.stdout, flush=True)


class Steps:
    """Prints what happens with the seconds since the start."""

    def __init__(self) -> None:
        """Begin to count."""
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    def say(self, text: str) -> None:
        """Print one step."""
        say(f"{self.seconds:6.1f} s  {text}")


def complain(text: str) -> None:
    """Print what is wrong, apart from the ordinary output."""
    say(text, to=sys.stderr)


def welcome(at: Addresses, *, seconds: float) -> str:
    """Return the text that ends a start: addresses, log-ins, how to stop."""
    width = max(len(title) for title, _ in PLACES)
    places = [f"  {title:<{width}}  {at.site}{path}" for title, path in PLACES]
    lines = ["", f"Anteroom runs, {seconds:.1f} s after the start: {at.site}/", "", *places]
    if at.smtp_port is None:
        lines = [line for line in lines if "/demo/mail/" not in line]
    logins = demo_logins()
    if logins:
        widths = [max(len(row[column]) for row in logins) for column in range(4)]
        lines += ["", "Demo log-ins (role, email, password, what there is to see):", ""]
        lines += ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in logins]
    return "\n".join([*lines, "", f"Everything it keeps is in {paths.state_dir()}{_elsewhere()}. Ctrl-C ends it.", ""])


def _elsewhere() -> str:
    data = paths.data_dir()
    return "" if data.is_relative_to(paths.state_dir()) else f" and {data}"


def demo_logins() -> list[list[str]]:
    """Return role, e-mail, password and what there is to see of each demo log-in; [] before they are written."""
    file = paths.demo_logins()
    if not file.exists():
        return []
    rows = (line.split("\t") for line in file.read_text().splitlines())
    return [row for row in rows if len(row) == 4]
