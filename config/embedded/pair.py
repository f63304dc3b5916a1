"""A private PostgreSQL and Valkey for one run of the tests or of a benchmark: quick, in a temporary folder, gone after."""

import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config.embedded import owner, paths
from config.embedded.process import Command, signal_group, start, wait_until
from config.embedded.servers import Postgres, Valkey
from config.embedded.watchdog import Watchdog

START_SECONDS = 60


class DidNotStart(RuntimeError):
    """Read the server's log, quoted in the message."""


class Pair:
    """Two throw-away servers in a folder of their own; `urls` are known before they run."""

    def __init__(self, *, postgres: bool = True, valkey: bool = True, settings: tuple[str, ...] | None = None) -> None:
        """
        Choose the name of the folder; nothing is made or started yet.

        settings  of a PostgreSQL that writes to disk as a real one does; None for the quick one of the tests
        """
        self.folder = Path(tempfile.gettempdir()) / f"anteroom-run-{secrets.token_hex(4)}"
        self.sockets = self.folder / "s"
        self._wanted, self._settings = (postgres, valkey), settings
        self._children: list[tuple[Command, subprocess.Popen[bytes]]] = []
        self._watchdog: Watchdog | None = None

    @property
    def urls(self) -> dict[str, str]:
        """The environment variables that name these servers."""
        named = zip(
            ("DATABASE_URL", "REDIS_URL"),
            (paths.database_url(self.sockets), paths.redis_url(self.sockets)),
            self._wanted,
            strict=True,
        )
        return {name: url for name, url, wanted in named if wanted}

    def start(self) -> None:
        """
        Start both servers and wait until they answer.

        Raises  DidNotStart with the end of the log
        """
        account = owner.of_servers()
        # Refuses a folder that somebody else has made there.
        self.folder.mkdir(mode=0o711)
        owner.private_folder(self.sockets, account)
        self._watchdog = Watchdog(self.folder)
        wanted = self._servers()
        for server in wanted:
            server.make()
            self._begin(server.command())
        for server, (command, child) in zip(wanted, self._children, strict=True):
            if not wait_until(server.is_ready, seconds=START_SECONDS, child=child):
                log = self._log(command).read_text(errors="replace")
                self.stop()
                raise DidNotStart(f"{command.name} did not start:\n{log}")

    def _servers(self) -> list[Postgres | Valkey]:
        postgres, valkey = self._wanted
        servers: list[Postgres | Valkey] = []
        if valkey:
            servers.append(Valkey(self.folder, self.sockets, throwaway=True))
        if postgres:
            quick = self._settings is None
            servers.append(Postgres(self.folder, self.sockets, throwaway=quick, settings=self._settings or ()))
        return servers

    def _begin(self, command: Command) -> None:
        with self._log(command).open("wb") as log:
            child = start(command, output=log.fileno())
        self._children.append((command, child))
        if self._watchdog:
            self._watchdog.began(child.pid, signal.SIGKILL)

    def _log(self, command: Command) -> Path:
        return self.folder / f"{command.name}.log"

    def stop(self) -> None:
        """End both servers at once and remove their folder; nothing in it is wanted any more."""
        for _, child in self._children:
            # SIGQUIT lets PostgreSQL's own children end and gives its shared memory back.
            with suppress(ProcessLookupError):
                child.send_signal(signal.SIGQUIT)
        for _, child in self._children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(5)
            signal_group(child.pid, signal.SIGKILL)
            child.wait()
        self._children.clear()
        if self._watchdog:
            self._watchdog.dismiss()
            self._watchdog = None
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def running(*, postgres: bool = True, valkey: bool = True) -> Iterator[dict[str, str]]:
    """Run a pair for the length of a `with` block; gives the environment variables that name it."""
    pair = Pair(postgres=postgres, valkey=valkey)
    pair.start()
    try:
        yield pair.urls
    finally:
        pair.stop()
