"""Real servers, a real worker tree and a counting mail server, each of which can be killed by itself."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import django
import psycopg
from django.core.management import call_command
from django.db import connection

from config.embedded import owner, paths, programs
from config.embedded.process import Command, signal_group, start, wait_until
from config.embedded.servers import Postgres, Valkey
from config.embedded.watchdog import Watchdog

HERE = Path(__file__).parents[2]
AT = programs.Addresses("127.0.0.1", 8000, None)
CLOCK = """
    CREATE TABLE IF NOT EXISTS clock_shift (shift interval NOT NULL);
    INSERT INTO clock_shift SELECT '0' WHERE NOT EXISTS (SELECT FROM clock_shift);
    CREATE OR REPLACE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
        AS 'SELECT pg_catalog.clock_timestamp() + shift FROM clock_shift';
    ALTER DATABASE anteroom SET search_path = public, pg_catalog;
"""


class Gave(RuntimeError):
    """Something of the stage did not do what it has to."""


class Stage:
    """Everything that a clinic runs, in a folder of its own."""

    def __init__(self, *, delay, lease, timeout, tick):
        """Choose the folder and the waits, in seconds; nothing is started yet."""
        self.folder = Path(tempfile.mkdtemp(prefix="anteroom-faults-"))
        self.folder.chmod(0o711)
        self.sockets, self.mail = self.folder / "s", self.folder / "mail"
        self.mail.mkdir()
        self.delay = delay
        self.running = {}
        self.environment = {
            "DATABASE_URL": paths.database_url(self.sockets),
            "REDIS_URL": paths.redis_url(self.sockets),
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "MESSAGE_LEASE_SECONDS": str(lease),
            "EMAIL_TIMEOUT": str(timeout),
            "FAULTS_TICK_SECONDS": str(tick),
            "ANTEROOM_STATE": str(self.folder / "state"),
        }
        os.environ.update(self.environment)

    def __enter__(self):
        owner.private_folder(self.sockets, owner.of_servers())
        (self.folder / "state" / "run").mkdir(parents=True)
        self.watchdog = Watchdog(self.folder)
        self.postgres, self.valkey = self._postgres(), Valkey(self.folder, self.sockets)
        for server in (self.postgres, self.valkey):
            server.make()
            self.begin_server(server)
        self.prepare()
        sink = [sys.executable, "-m", "tests.faults.sink", self.mail, str(self.delay)]
        self.begin(Command("sink", sink, cwd=HERE))
        self._until((self.mail / "port").exists, "sink")
        os.environ["FAULTS_SMTP_PORT"] = (self.mail / "port").read_text()
        return self

    def __exit__(self, *_error):
        for name in (*(name for name in self.running if name not in {"postgres", "valkey"}), "valkey", "postgres"):
            self.kill(name, signal.SIGQUIT if name == "postgres" else signal.SIGKILL)
        self.watchdog.dismiss()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _postgres(self):
        return Postgres(self.folder, self.sockets, settings=("fsync=off", "jit=off", "shared_buffers=256MB"))

    # Processes -----------------------------------------------------------------------------------------------------

    def begin(self, command):
        with (self.folder / f"{command.name}.log").open("ab") as log:
            child = start(command, output=log.fileno())
        self.watchdog.began(child.pid, signal.SIGKILL)
        self.running[command.name] = (command, child)

    def prepare(self):
        """Make the tables, then Django ready in this process too, then the clock that can be set."""
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        connection.close()
        self.sql(CLOCK)

    def begin_server(self, server):
        command = server.command()
        # A file that may not grow any more is an error to the server, not the end of it.
        argv = ["sh", "-c", 'trap "" XFSZ; exec "$@"', "sh", *command.argv]
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            self.begin(replace(command, argv=argv))
            if wait_until(server.is_ready, seconds=60, child=self.running[command.name][1]):
                return
            # What the one before left may still be going: a supervisor tries again.
            self.kill(command.name)
            time.sleep(1)
        raise Gave(self.log(command.name))

    def begin_worker(self, name="worker", processes=2):
        command = programs.worker(AT)
        argv = [str(processes) if word == "2" else word for word in command.argv]
        self.begin(Command(name, argv, env=command.env, cwd=HERE, death=signal.SIGKILL))

    def begin_beat(self, name="beat"):
        command = programs.beat(AT)
        schedule = str(self.folder / f"{name}.schedule")
        argv = [schedule if str(word).endswith("/run/beat") else word for word in command.argv]
        self.begin(Command(name, argv, env=command.env, cwd=HERE, death=signal.SIGKILL))

    def kill(self, name, number=signal.SIGKILL):
        """Kill a process and all its children at once, and wait until they are gone."""
        if name not in self.running:
            return
        _, child = self.running.pop(name)
        if number == signal.SIGKILL:
            signal_group(child.pid, number)
        else:
            child.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                child.wait(20)
            signal_group(child.pid, signal.SIGKILL)
        child.wait()
        self.watchdog.ended(child.pid)

    def tend(self):
        """Start again what ended by itself, as a supervisor does."""
        for name, (command, child) in list(self.running.items()):
            if child.poll() is not None:
                self.kill(name)
                self.begin(command)

    def signal(self, name, number):
        """Send a signal to a process and all its children."""
        signal_group(self.running[name][1].pid, number)

    def limit_files(self, name, size):
        """Let a server write no file beyond so many bytes, None for any: what a full disk does to it."""
        limit = resource.RLIM_INFINITY if size is None else size
        account, child = owner.of_servers(), os.fork()
        if child == 0:
            # Only the account of the server itself may set its limits.
            if account.uid is not None:
                os.setgid(account.gid)
                os.setuid(account.uid)
            resource.prlimit(self.running[name][1].pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            os._exit(0)
        if os.waitpid(child, 0)[1] != 0:
            raise Gave(f"The files of {name} could not be limited.")

    def log(self, name):
        return f"{name}:\n" + (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]

    def _until(self, true, name, seconds=30):
        deadline = time.monotonic() + seconds
        while not true():
            if time.monotonic() > deadline or self.running[name][1].poll() is not None:
                raise Gave(self.log(name))
            time.sleep(0.05)

    # Mail ----------------------------------------------------------------------------------------------------------

    def mode(self, words):
        draft = self.mail / "mode.draft"
        draft.write_text(words)
        draft.rename(self.mail / "mode")

    def accepted(self):
        """Return the Message-ID of each mail that the mail server took, in order."""
        file = self.mail / "accepted"
        return file.read_text().split() if file.exists() else []

    def dropped(self):
        """Return the Message-ID of each mail that it took without an answer."""
        return (self.mail / "dropped").read_text().split()

    def forget_mail(self):
        for name in ("accepted", "dropped"):
            os.truncate(self.mail / name, 0)

    # Clock ---------------------------------------------------------------------------------------------------------

    def sql(self, words, *values):
        with self._connected() as connection:
            found = connection.execute(words, values)
            return found.fetchall() if found.description else []

    def _connected(self):
        """Connect to the database, which may be just starting, or slow to answer beside other tests."""
        deadline = time.monotonic() + 30
        while True:
            try:
                return psycopg.connect(self.environment["DATABASE_URL"], autocommit=True, connect_timeout=5)
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def set_clock(self, at):
        """Let the database's clock, which is the only one that decides, show an instant; None for the real one."""
        shift = "%s::timestamptz - pg_catalog.clock_timestamp()" if at else "'0' + %s * interval '0'"
        self.sql(f"UPDATE clock_shift SET shift = {shift}", at or 0)

    def now(self):
        return self.sql("SELECT public.clock_timestamp()")[0][0]

    def forward(self, **span):
        self.set_clock(self.now() + timedelta(**span))
