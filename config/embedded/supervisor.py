"""
Runs everything in one process tree: `python -m config.embedded.supervisor`.

One thread and one loop: it reads what the children write, notices who ended, and starts them again. Forking happens
only here, in the main thread, because Linux sends the death signal when the thread that forked ends.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

import psycopg

from config.embedded import binaries, owner, paths, programs
from config.embedded.announce import Steps, complain, say, welcome
from config.embedded.children import Child, Children
from config.embedded.claims import Refused, only_copy, refuse_taken_ports
from config.embedded.leftovers import Register
from config.embedded.process import Command
from config.embedded.programs import Addresses
from config.embedded.servers import Postgres, Valkey
from config.embedded.watchdog import Watchdog

SERVER_SECONDS = 60
WEB_SECONDS = 120
RESTARTS_A_MINUTE = 5


class Failed(Exception):
    """Something that everything needs is gone; the message says what and shows the end of its log."""


class Stopped(Exception):
    """Somebody asked for the end."""


class Supervisor:
    """The start, the loop and the end."""

    def __init__(self, at: Addresses) -> None:
        """Prepare; nothing is started yet."""
        self._at = at
        self._steps = Steps()
        self._signals = 0
        self._register = Register(paths.state_dir() / "run" / "processes.json")
        self._children = Children()
        self._servers: list[Child] = []
        self._programs: list[Child] = []
        self._restart_at: dict[str, tuple[float, Command]] = {}
        self._restarts: dict[str, list[float]] = {}

    def run(self) -> int:
        """Start everything, keep it running, end it in order; return the exit code."""
        self._prepare_folders()
        left = self._register.end_leftovers()
        if left:
            self._steps.say(f"Ended {left} processes that a killed run had left; its data is kept")
        refuse_taken_ports(self._at)
        self._listen_to_signals()
        watchdog = Watchdog()
        self._children.watch(self._register, watchdog)
        try:
            self._start()
            self._keep_running()
        except Stopped:
            return 0
        except (Failed, binaries.NoServer) as problem:
            if self._signals:
                return 0
            complain(f"\n{problem}")
            return 1
        finally:
            self._end()
            watchdog.dismiss()
        return 0

    def _prepare_folders(self) -> None:
        for folder in (paths.logs_dir(), paths.state_dir() / "run", paths.mail_dir(), paths.media_dir()):
            folder.mkdir(mode=0o700, exist_ok=True)
        paths.data_dir().mkdir(mode=0o711, parents=True, exist_ok=True)
        for folder in paths.forsaken_data_dirs() if os.getuid() == 0 else ():
            shutil.rmtree(folder, ignore_errors=True)

    def _listen_to_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._children.wake_on_signals()

    def _note_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1

    # Start ---------------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        self._start_servers()
        self._prepare_data()
        for command in programs.all_programs(self._at):
            self._programs.append(self._children.start(command))
        self._steps.say("Starting web, worker and beat")
        if not self._run_until(self._web_answers, seconds=WEB_SECONDS):
            raise Failed(f"The web server does not answer.\n{self._children.log_end('web')}")
        say(welcome(self._at, seconds=self._steps.seconds))

    def _start_servers(self) -> None:
        owner.private_folder(paths.socket_dir(), owner.of_servers())
        servers: list[Postgres | Valkey] = []
        if not os.environ.get("REDIS_URL"):
            servers.append(Valkey(paths.data_dir(), paths.socket_dir()))
        if not os.environ.get("DATABASE_URL"):
            servers.append(Postgres(paths.data_dir(), paths.socket_dir()))
        if servers:
            self._steps.say("Starting " + " and ".join(type(server).__name__ for server in reversed(servers)))
        for server in servers:
            self._make(server)
            self._servers.append(self._children.start(server.command(), shown=False))
        for server, child in zip(servers, tuple(self._servers), strict=True):
            if not self._run_until(server.is_ready, seconds=SERVER_SECONDS, needs=child):
                name = child.command.name
                raise Failed(f"{name} did not start.\n{self._children.log_end(name)}")

    def _make(self, server: Postgres | Valkey) -> None:
        try:
            server.make()
        except (subprocess.CalledProcessError, psycopg.Error) as problem:
            raise Failed(f"The data folder could not be made: {problem}") from problem

    def _prepare_data(self) -> None:
        self._steps.say("Bringing the database up to date")
        child = self._children.start(programs.prepare(self._at))
        self._run_until(lambda: child.process.poll() is not None, seconds=600)
        self._children.finish(child)
        if child.process.returncode != 0:
            raise Failed("The database could not be prepared; see above.")

    def _web_answers(self) -> bool:
        host = "127.0.0.1" if self._at.host == "0.0.0.0" else self._at.host  # noqa: S104
        opener = build_opener(ProxyHandler({}))
        try:
            opener.open(f"http://{host}:{self._at.port}/healthz/live", timeout=2).close()
        except HTTPError as answer:
            answer.close()
            return answer.code < 500
        except (URLError, OSError):
            return False
        return True

    # Loop ----------------------------------------------------------------------------------------------------------

    def _run_until(self, done: Callable[[], bool], *, seconds: float, needs: Child | None = None) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if done():
                return True
            if needs and needs.process.poll() is not None:
                return False
            self._turn(0.05)
        return False

    def _keep_running(self) -> None:
        while True:
            self._turn(0.2 if self._restart_at else 5)

    def _turn(self, seconds: float) -> None:
        self._children.read(seconds)
        if self._signals:
            raise Stopped
        for child in tuple(self._servers):
            if child.process.poll() is not None:
                self._server_ended(child)
        for child in tuple(self._programs):
            if child.process.poll() is not None:
                self._programs.remove(child)
                self._start_again_later(child)
        self._start_again()

    def _server_ended(self, child: Child) -> None:
        self._servers.remove(child)
        if child.command.name == "postgres":
            self._children.finish(child)
            raise Failed(f"PostgreSQL ended by itself.\n{self._children.log_end('postgres')}")
        self._start_again_later(child)

    def _start_again_later(self, child: Child) -> None:
        """Plan a new start; first end the whole group, because granian's workers outlive it and keep the port."""
        self._children.finish(child)
        now = time.monotonic()
        name = child.command.name
        recent = [at for at in self._restarts.get(name, []) if at > now - 60]
        self._restarts[name] = [*recent, now]
        if len(recent) >= RESTARTS_A_MINUTE:
            raise Failed(f"{name} keeps ending.\n{self._children.log_end(name)}")
        self._steps.say(f"{name} ended with {child.process.returncode}; starting it again")
        self._restart_at[name] = (now + 0.4 * 2 ** len(recent), child.command)

    def _start_again(self) -> None:
        for name, (at, command) in tuple(self._restart_at.items()):
            if at <= time.monotonic():
                del self._restart_at[name]
                is_server = name == "valkey"
                group = self._servers if is_server else self._programs
                group.append(self._children.start(command, shown=not is_server))

    # End -----------------------------------------------------------------------------------------------------------

    def _end(self) -> None:
        """End the programs side by side, then the servers; a second Ctrl-C ends the patience."""
        seen = self._signals
        self._steps.say("Ending")

        def impatient() -> bool:
            return self._signals > max(seen, 1)

        self._children.end(self._children.all_but(self._servers), impatient=impatient)
        self._children.end(self._servers, impatient=impatient)
        if paths.socket_dir().is_dir():
            with suppress(OSError):
                paths.socket_dir().rmdir()


def main() -> int:
    """Run, or say why not."""
    os.chdir(paths.CHECKOUT)
    try:
        at = programs.addresses()
        with only_copy(at):
            return Supervisor(at).run()
    except (Refused, programs.WrongSetting, owner.UnsafeFolder, binaries.NoServer) as problem:
        complain(str(problem))
        return 1


if __name__ == "__main__":
    sys.exit(main())
