"""Fill a scratch database with a realistic load, to measure and to look at."""

import time
from argparse import ArgumentParser, ArgumentTypeError
from contextlib import ExitStack
from datetime import UTC, date
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db import connection
from django.utils import timezone
from psycopg import conninfo

from config.embedded import claims, scratch
from consultations.management.load import fill
from consultations.management.load.plan import Size

DATABASE = "anteroom_load"
# Beyond this, the visits of one clinician would reach back further than twenty years.
MOST_EACH = 50_000


class Command(BaseCommand):
    """`seed_load --practitioners N --bookings M` makes the scratch database anew; the same seed makes the same rows."""

    help = "Make a scratch database and fill it with invented clinicians, patients and visits."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare how much, from which seed, around which day and where."""
        parser.add_argument("--practitioners", type=_positive, required=True, metavar="N")
        parser.add_argument("--bookings", type=_positive, required=True, metavar="M")
        parser.add_argument("--seed", type=int, default=1, help="The same seed, day and numbers make the same rows.")
        parser.add_argument("--date", type=date.fromisoformat, help="Day around which the visits lie; default today.")
        parser.add_argument("--database", default=DATABASE, help=f"Made anew each time; default {DATABASE}.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """
        Make the database, migrate it, fill it and say where it is.

        Raises  CommandError when the numbers or the name cannot be, or no server answers
        """
        size = _size(options)
        own = _own_url()
        with ExitStack() as stack:
            try:
                stack.enter_context(scratch.server(own))
                url = scratch.fresh(own, options["database"])
            except (scratch.NoServer, claims.Refused, ValueError) as error:
                raise CommandError(str(error)) from error
            began = time.monotonic()
            _use(options["database"])
            call_command("migrate", interactive=False, verbosity=0)
            fill.fill(size, told=Bar(self.stdout))
            connection.close()
        self.stdout.write(f"{size.practitioners} practitioners, {size.bookings} bookings, seed {size.seed}, {size.day}")
        self.stdout.write(f"{time.monotonic() - began:.0f} s. The database: {url}")


class Bar:
    """A progress bar on a terminal; elsewhere a line for each tenth."""

    WIDTH = 40

    def __init__(self, out: OutputWrapper) -> None:
        self._out, self._shown = out, ("", -1)
        self._is_terminal = out.isatty()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that `done` of `total` are made."""
        share = done / total if total else 1.0
        step = (what, int(share * (self.WIDTH if self._is_terminal else 10)))
        if step == self._shown:
            return
        is_done = done == total
        if self._is_terminal:
            filled = int(share * self.WIDTH)
            bar = "#" * filled + "." * (self.WIDTH - filled)
            self._out.write(f"\r{what:<24} [{bar}] {share:4.0%}", ending="\n" if is_done else "")
        elif what != self._shown[0] or step[1] > self._shown[1]:
            self._out.write(f"{what}: {done:,} of {total:,}")
        self._out.flush()
        self._shown = step


def _size(options: dict[str, Any]) -> Size:
    today = timezone.now().astimezone(UTC).date()
    size = Size(options["practitioners"], options["bookings"], options["seed"], options["date"] or today)
    if size.bookings > size.practitioners * MOST_EACH:
        message = f"One practitioner has at most {MOST_EACH:,} bookings."
        raise CommandError(message)
    return size


def _own_url() -> str:
    settings = connection.get_connection_params()
    names = {"dbname", "user", "password", "host", "port", "sslmode", "sslrootcert"}
    return conninfo.make_conninfo(**{name: value for name, value in settings.items() if name in names and value})


def _use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _positive(text: str) -> int:
    if not text.replace("_", "").isdecimal() or int(text) < 1:
        message = f"{text!r} is no whole number above 0"
        raise ArgumentTypeError(message)
    return int(text)
