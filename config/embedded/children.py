"""The children of the supervisor: starting, reading, ending."""

import os
import selectors
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from config.embedded import paths
from config.embedded.announce import say
from config.embedded.leftovers import Register
from config.embedded.process import Command, signal_group, start
from config.embedded.watchdog import Watchdog

LOG_BYTES = 5 * 1024 * 1024
NAME_WIDTH = 6
# The log file has the whole line; a traceback in JSON would fill the screen.
SHOWN = 400


@dataclass(eq=False)
class Child:
    """A running command, the pipe of its output and what of the last line has come."""

    command: Command
    process: subprocess.Popen[bytes]
    pipe: int
    log: IO[bytes]
    shown: bool
    rest: bytes = field(default=b"")


class Children:
    """Everything that this process started and has not ended yet."""

    def __init__(self) -> None:
        """Begin with none."""
        self._selector = selectors.DefaultSelector()
        self._all: list[Child] = []
        self._watchers: tuple[Register | Watchdog, ...] = ()
        self._wakeup: tuple[socket.socket, socket.socket] | None = None

    def watch(self, *watchers: Register | Watchdog) -> None:
        """Tell these of every beginning and end from now on."""
        self._watchers = watchers

    def wake_on_signals(self) -> None:
        """Make `read` return at once when a signal comes, so that no end and no Ctrl-C waits."""
        self._wakeup = socket.socketpair()
        for end in self._wakeup:
            end.setblocking(False)
        signal.set_wakeup_fd(self._wakeup[1].fileno(), warn_on_full_buffer=False)
        self._selector.register(self._wakeup[0], selectors.EVENT_READ)

    def start(self, command: Command, *, shown: bool = True) -> Child:
        """Start a command; what it writes goes to its log file and, unless it is a server, to the terminal."""
        receiving, sending = os.pipe()
        os.set_blocking(receiving, False)
        try:
            process = start(command, output=sending)
        finally:
            os.close(sending)
        child = Child(command, process, receiving, _open_log(command.name), shown)
        self._selector.register(receiving, selectors.EVENT_READ, child)
        self._all.append(child)
        for watcher in self._watchers:
            watcher.began(process.pid, command.stop)
        return child

    def read(self, seconds: float) -> None:
        """Pass on what the children write; wait at most so long for something to happen."""
        for key, _ in self._selector.select(seconds):
            if isinstance(key.data, Child):
                self._pass_on(key.data)
            elif self._wakeup:
                with suppress(BlockingIOError):
                    self._wakeup[0].recv(4096)

    def _pass_on(self, child: Child) -> bool:
        try:
            got = os.read(child.pipe, 65536)
        except BlockingIOError:
            return False
        if not got:
            self._selector.unregister(child.pipe)
            return False
        child.log.write(got)
        child.log.flush()
        *lines, child.rest = (child.rest + got).split(b"\n")
        for line in lines if child.shown else ():
            text = line.decode(errors="replace")
            say(f"{child.command.name:<{NAME_WIDTH}} | {text if len(text) <= SHOWN else text[:SHOWN] + ' ...'}")
        return True

    def finish(self, child: Child) -> None:
        """Put a child away that has ended: its group, its last words, its pipe."""
        if child not in self._all:
            return
        self._all.remove(child)
        signal_group(child.process.pid, signal.SIGKILL)
        child.process.wait()
        with suppress(KeyError):
            while self._selector.get_key(child.pipe) and self._pass_on(child):
                pass
            self._selector.unregister(child.pipe)
        os.close(child.pipe)
        child.log.close()
        for watcher in self._watchers:
            watcher.ended(child.process.pid)

    def end(self, wanted: Iterable[Child], *, impatient: Callable[[], bool]) -> None:
        """Ask some children to finish, all at once, and end those by force whose patience is over."""
        left = [child for child in wanted if child in self._all]
        for child in left:
            with suppress(ProcessLookupError):
                child.process.send_signal(child.command.stop)
        began = time.monotonic()
        while left:
            seconds = time.monotonic() - began
            for child in tuple(left):
                if child.process.poll() is not None or seconds > child.command.patience or impatient():
                    left.remove(child)
                    self.finish(child)
            if left:
                self.read(0.1)

    def all_but(self, kept: Iterable[Child]) -> list[Child]:
        """Return every child that is not among these."""
        kept = tuple(kept)
        return [child for child in self._all if child not in kept]

    def log_end(self, name: str, *, lines: int = 20) -> str:
        """Return the last lines of a child's log and where the whole of it is."""
        file = _log_file(name)
        with file.open(errors="replace") as log:
            return "".join([*deque(log, lines), f"The whole log: {file}"])


def _log_file(name: str) -> Path:
    return paths.logs_dir() / f"{name}.log"


def _open_log(name: str) -> IO[bytes]:
    file = _log_file(name)
    if file.exists() and file.stat().st_size > LOG_BYTES:
        file.replace(file.with_suffix(".log.1"))
    return file.open("ab")
