"""A database of its own beside the product's, on the server that is configured; the embedded one is started if need be."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import psycopg
from psycopg import conninfo, sql

from config.embedded import owner, paths
from config.embedded.claims import only_copy
from config.embedded.process import start, stop, wait_until
from config.embedded.programs import addresses
from config.embedded.servers import Postgres

START_SECONDS = 60
MARK = "Anteroom: a scratch database, made anew without asking"


class NoServer(RuntimeError):
    """Read the server's log, quoted in the message, or check DATABASE_URL."""


@contextmanager
def server(url: str) -> Iterator[None]:
    """
    Make sure that the server of a libpq URL answers; the embedded one is started, and ended again, when it is not up.

    Raises  NoServer when it does not answer; claims.Refused when another copy is just starting or ending it
    """
    if _answers(url):
        yield
        return
    if os.environ.get("DATABASE_URL"):
        raise NoServer("The server of DATABASE_URL does not answer.")
    with only_copy(addresses()), _started():
        yield


def fresh(url: str, name: str) -> str:
    """
    Make an empty database, in place of one of this name that was made here; returns its libpq URL without a password.

    Raises  ValueError for a database that was made by somebody else
    """
    with psycopg.connect(_with_name(url, "postgres"), autocommit=True) as connection:
        found = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if found and found[0] != MARK:
            message = f"There is a database called {name} that is no scratch database."
            raise ValueError(message)
        database = sql.Identifier(name)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(database))
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(database, sql.Literal(MARK)))
    return _shown(url, name)


def _shown(url: str, name: str) -> str:
    words = conninfo.conninfo_to_dict(url)
    user, host, port = (str(words.get(part) or "") for part in ("user", "host", "port"))
    place = quote(host, safe="") + (f":{port}" if port else "")
    return f"postgresql://{user}@{place}/{name}"


def _with_name(url: str, name: str) -> str:
    return conninfo.make_conninfo(url, dbname=name)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(_with_name(url, "postgres"), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def _started() -> Iterator[None]:
    paths.logs_dir().mkdir(mode=0o700, exist_ok=True)
    paths.data_dir().mkdir(mode=0o711, parents=True, exist_ok=True)
    owner.private_folder(paths.socket_dir(), owner.of_servers())
    postgres = Postgres(paths.data_dir(), paths.socket_dir())
    postgres.make()
    command, file = postgres.command(), paths.logs_dir() / "postgres.log"
    with file.open("ab") as log:
        child = start(command, output=log.fileno())
    try:
        _wait(postgres, child)
        yield
    finally:
        stop(child, command)


def _wait(postgres: Postgres, child: subprocess.Popen[bytes]) -> None:
    if not wait_until(postgres.is_ready, seconds=START_SECONDS, child=child):
        log = (paths.logs_dir() / "postgres.log").read_text(errors="replace")
        message = f"PostgreSQL did not start:\n{log[-2000:]}"
        raise NoServer(message)
