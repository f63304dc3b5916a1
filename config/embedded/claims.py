"""What a copy must have for itself before it starts anything: the state folder and its ports."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from config.embedded import paths
from config.embedded.programs import Addresses


class Refused(Exception):
    """Nothing was started; the message says why and what helps."""


@contextmanager
def only_copy(at: Addresses) -> Iterator[None]:
    """
    Hold the state folder for this process; the system lets go when it dies.

    Raises  Refused when another copy holds it
    """
    file = paths.make_state_dir() / "lock"
    with file.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            message = f"Another copy is running from this folder: {lock.read().strip() or 'it is just starting'}."
            raise Refused(message) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, {at.site}/")
        lock.flush()
        yield
        lock.truncate(0)


def refuse_taken_ports(at: Addresses) -> None:
    """Raise Refused when somebody else listens where the product wants to."""
    for port, variable in ((at.port, "ANTEROOM_PORT"), (at.smtp_port, "ANTEROOM_SMTP_PORT")):
        if port and _is_taken(at.host if port == at.port else "127.0.0.1", port):
            message = (
                f"Port {port} is taken by another program. End that program, or choose another port:\n"
                f"    {variable}={_free_port()} python3 run.py"
            )
            raise Refused(message)


def _is_taken(host: str, port: int) -> bool:
    for address in ("127.0.0.1", "::1"):
        with suppress(OSError), socket.create_connection((address, port), timeout=1):
            return True
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except PermissionError:
            raise Refused(f"Port {port} needs more rights: choose one above 1023.") from None
        except OSError:
            return True
    return False


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port
