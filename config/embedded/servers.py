"""The two servers: where their files are, how they are made, started and asked whether they are ready."""

import os
import pwd
import signal
import socket
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg

from config.embedded import binaries, owner, paths
from config.embedded.process import Command

# Statements and the DETAIL of an error carry patients' values, so neither is ever logged.
QUIET = ("-c", "log_min_error_statement=panic", "-c", "log_error_verbosity=terse")
PLAIN = {"LC_ALL": "C"}
FAST = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
MOST_CONNECTIONS = 100


@dataclass(frozen=True)
class Postgres:
    """
    One PostgreSQL cluster.

    files     folder that holds a data folder per major version
    sockets   folder of the unix socket; there is no TCP port
    throwaway True for tests: nothing survives a power cut
    settings  further server settings, each `name=value`
    """

    files: Path
    sockets: Path
    throwaway: bool = False
    settings: tuple[str, ...] = ()

    @cached_property
    def binaries(self) -> binaries.PostgresBinaries:
        """The server to run, copied where `nobody` may run it if need be."""
        found = binaries.postgres()
        if os.getuid() != 0 or paths.open_to_others(found.bin_dir):
            return found
        return binaries.copy_for_others(found, _shared_copies())

    @property
    def data(self) -> Path:
        """The data folder; another major version gets its own and never touches this one."""
        return self.files / f"postgres-{self.binaries.major}"

    def make(self) -> None:
        """Create the cluster unless it is there; a half-made one is made again."""
        if (self.data / "PG_VERSION").exists():
            return
        account = owner.of_servers()
        draft = self.files / f"draft-{os.getpid()}"
        draft.mkdir(mode=0o700)
        account.give(draft)
        subprocess.run(
            [self.binaries.bin_dir / "initdb", "-D", draft, *self._initdb_options()],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd=draft,
            env={**os.environ, **PLAIN},
            **account.arguments(),
        )
        _admit_starter(draft, account)
        draft.rename(self.data)

    def _initdb_options(self) -> list[str]:
        options = ["-U", paths.DATABASE, "--encoding=UTF8", "--no-locale", "--auth=reject"]
        if self.binaries.major >= 17:
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return [*options, "--no-sync"] if self.throwaway else options

    def command(self) -> Command:
        """Return the command of the server in the foreground."""
        argv: list[str | Path] = [self.binaries.bin_dir / "postgres", "-D", self.data, "-k", self.sockets, "-h", ""]
        options = ["-c", "unix_socket_permissions=0700", "-c", f"max_connections={self._most_connections()}", *QUIET]
        options += [part for setting in self.settings for part in ("-c", setting)]
        return Command(
            name="postgres",
            argv=[*argv, *options, *(FAST if self.throwaway else ())],
            env=PLAIN,
            cwd=self.data,
            owner=owner.of_servers(),
            stop=signal.SIGINT,
            death=signal.SIGQUIT if self.throwaway else signal.SIGINT,
        )

    def _most_connections(self) -> int:
        # The tests of every core may send a crowd at once.
        return MOST_CONNECTIONS * (1 + (os.cpu_count() or 1)) if self.throwaway else MOST_CONNECTIONS

    def is_ready(self) -> bool:
        """Tell whether the server takes connections and has our database, which this creates the first time."""
        try:
            with psycopg.connect(self._maintenance(), autocommit=True, connect_timeout=3) as connection:
                found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [paths.DATABASE]).fetchone()
                if not found:
                    connection.execute(f"CREATE DATABASE {paths.DATABASE}")
        except psycopg.OperationalError:
            return False
        return True

    def _maintenance(self) -> str:
        return psycopg.conninfo.make_conninfo(host=str(self.sockets), user=paths.DATABASE, dbname="postgres")


def _admit_starter(data: Path, account: owner.Owner) -> None:
    """Let in the person who started the servers, told by the operating system, and nobody else."""
    me = pwd.getpwuid(os.getuid()).pw_name
    (data / "pg_hba.conf").write_text("local all all peer map=starter\n")
    (data / "pg_ident.conf").write_text(f'starter "{me}" {paths.DATABASE}\n')
    for name in ("pg_hba.conf", "pg_ident.conf"):
        account.give(data / name)


def _shared_copies() -> Path:
    folder = Path("/var/tmp/anteroom-0-servers")  # noqa: S108
    folder.mkdir(mode=0o755, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != 0 or found.st_mode & 0o022:
        message = f"{folder} was made by another user of this machine."
        raise owner.UnsafeFolder(message)
    return folder


@dataclass(frozen=True)
class Valkey:
    """One Valkey, reachable by a unix socket only; it keeps an append-only file unless it is for tests."""

    files: Path
    sockets: Path
    throwaway: bool = False

    @property
    def data(self) -> Path:
        """The folder of the append-only file."""
        return self.files / "valkey"

    def make(self) -> None:
        """Create the folder unless it is there."""
        owner.private_folder(self.data, owner.of_servers())

    def command(self) -> Command:
        """Return the command of the server in the foreground."""
        options = {
            "port": "0",
            "unixsocket": str(self.sockets / "valkey.sock"),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "save": "",
            "appendonly": "no" if self.throwaway else "yes",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "loglevel": "warning",
        }
        flags = [part for key, value in options.items() for part in (f"--{key}", value)]
        return Command(
            name="valkey",
            argv=[self._binary(), *flags],
            cwd=self.data,
            owner=owner.of_servers(),
            death=signal.SIGKILL if self.throwaway else signal.SIGTERM,
        )

    def _binary(self) -> Path:
        found = binaries.valkey()
        if os.getuid() != 0 or paths.open_to_others(found.parent):
            return found
        return binaries.copy_file_for_others(found, _shared_copies())

    def is_ready(self) -> bool:
        """Tell whether the server answers a PING, which it does only when its file is read."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(str(self.sockets / "valkey.sock"))
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False
