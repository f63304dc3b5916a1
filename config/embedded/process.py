"""One child process: in a session of its own, on a leash, its output in a log file."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded.owner import STARTER, Owner

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Command:
    """
    What to run and how to end it.

    stop     signal that asks the process to finish
    death    signal that Linux sends by itself when the parent dies, kill -9 included
    patience seconds between `stop` and SIGKILL
    """

    name: str
    argv: Sequence[str | Path]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    owner: Owner = STARTER
    stop: signal.Signals = signal.SIGTERM
    death: signal.Signals = signal.SIGTERM
    patience: float = 8


def leash(death: signal.Signals) -> Callable[[], None]:
    """Return what the child calls before it starts the program, so that it does not outlive its parent."""
    parent = os.getpid()

    def bind() -> None:
        if _LIBC is not None:
            _LIBC.prctl(PR_SET_PDEATHSIG, int(death), 0, 0, 0)
            if os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGKILL)

    return bind


def start(command: Command, *, output: int) -> subprocess.Popen[bytes]:
    """
    Start one command in its own session, so that a Ctrl-C in the terminal reaches only the supervisor.

    output   file descriptor for standard output and error
    """
    return subprocess.Popen(
        [str(part) for part in command.argv],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=command.cwd,
        env={**os.environ, **command.env},
        start_new_session=True,
        # The parent has no threads here, which is what makes code between fork and exec safe.
        preexec_fn=leash(command.death),
        **command.owner.arguments(),
    )


def signal_group(group: int, number: signal.Signals) -> bool:
    """Send a signal to every process of a group; return whether there was one."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


def stop(child: subprocess.Popen[bytes], command: Command) -> None:
    """Ask a process to finish, wait for as long as its command allows, then end its whole group."""
    if child.poll() is None:
        with suppress(ProcessLookupError):
            child.send_signal(command.stop)
        with suppress(subprocess.TimeoutExpired):
            child.wait(command.patience)
    signal_group(child.pid, signal.SIGKILL)
    child.wait()


def wait_until(ready: Callable[[], bool], *, seconds: float, child: subprocess.Popen[bytes]) -> bool:
    """Return True as soon as `ready` does, False when the child ended or the seconds are over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        if child.poll() is not None:
            return False
        time.sleep(0.02)
    return False
