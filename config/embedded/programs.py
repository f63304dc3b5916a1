"""The processes of the product, in the order in which they start."""

import os
import signal
import sys
from dataclasses import dataclass

from config.embedded import paths
from config.embedded.process import Command


@dataclass(frozen=True)
class Addresses:
    """Where the demo listens: this machine only, unless ANTEROOM_HOST says otherwise."""

    host: str
    port: int
    smtp_port: int | None

    @property
    def site(self) -> str:
        """The address to give to a browser; passkeys work on localhost and not on 127.0.0.1."""
        return os.environ.get("SITE_URL") or f"http://localhost:{self.port}"


class WrongSetting(ValueError):
    """Correct the environment variable named in the message."""


def addresses() -> Addresses:
    """
    Return the addresses that the environment asks for.

    Raises  WrongSetting for a port that is none
    """
    smtp_port = None if os.environ.get("EMAIL_HOST") else _port("ANTEROOM_SMTP_PORT", 8025)
    return Addresses(os.environ.get("ANTEROOM_HOST", "127.0.0.1"), _port("ANTEROOM_PORT", 8000), smtp_port)


def _port(name: str, default: int) -> int:
    given = os.environ.get(name) or str(default)
    if not given.isdecimal() or not 0 < int(given) < 65536:
        message = f"{name} must be a number from 1 to 65535, not {given!r}."
        raise WrongSetting(message)
    return int(given)


def prepare(at: Addresses) -> Command:
    """Return the process that migrates and seeds, then ends."""
    return Command("setup", [sys.executable, "-m", "config.embedded.prepare"], env=_environment(at, "setup"))


def all_programs(at: Addresses) -> list[Command]:
    """Return what runs until the end: mail (when it is ours), web, worker and beat."""
    programs = [web(at), worker(at), beat(at)]
    return programs if at.smtp_port is None else [mail(at, at.smtp_port), *programs]


def mail(at: Addresses, port: int) -> Command:
    """Return the SMTP receiver of the demo."""
    return Command("mail", [sys.executable, "-m", "config.embedded.mail", str(port)], env=_environment(at, "mail"))


def web(at: Addresses) -> Command:
    """Return the web server; more than two threads a worker make Django slower, see docs/operations.md."""
    options = ["--interface", "wsgi", "--host", at.host, "--port", str(at.port), "--no-ws", "--log-level", "warning"]
    workers = ["--workers", "2", "--blocking-threads", "2", "--respawn-failed-workers", "--workers-kill-timeout", "5"]
    return Command(
        "web",
        [sys.executable, "-m", "granian", *options, *workers, "config.wsgi:application"],
        env=_environment(at, "web"),
    )


def worker(at: Addresses) -> Command:
    """Return the Celery worker; its death signal is SIGQUIT because a warm end would outlive the supervisor."""
    options = ["--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    return Command(
        "worker",
        [sys.executable, "-m", "celery", "-q", "-A", "config", "worker", "--loglevel", "WARNING", *options],
        env=_environment(at, "worker"),
        death=signal.SIGQUIT,
        patience=12,
    )


def beat(at: Addresses) -> Command:
    """Return the clock that wakes the worker."""
    schedule = str(paths.state_dir() / "run" / "beat")
    options = ["--loglevel", "WARNING", "--schedule", schedule, "--pidfile", ""]
    return Command(
        "beat",
        [sys.executable, "-m", "celery", "-q", "-A", "config", "beat", *options],
        env=_environment(at, "beat"),
    )


def _environment(at: Addresses, process: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings.local"),
        "SITE_URL": at.site,
        "ANTEROOM_PROCESS": process,
        "PYTHONUNBUFFERED": "1",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        # Celery warns root because of pickle; here tasks take ids as JSON.
        "PYTHONWARNINGS": os.environ.get("PYTHONWARNINGS", "ignore:You're running the worker with superuser"),
    }
