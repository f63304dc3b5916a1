"""Questions about availability that need no database and no server."""

import json
import zoneinfo
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from providers.domain import windows


class Command(BaseCommand):
    """`availability expand` prints one wall-clock window of one date as UTC intervals."""

    help = "Answer questions about availability, by the functions that the product itself uses."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare `expand` and its options."""
        actions = parser.add_subparsers(dest="action", required=True)
        expand = actions.add_parser("expand", help="Print the UTC intervals of one wall-clock window as JSON.")
        expand.add_argument("--zone", required=True, type=_zone, help="IANA zone, such as America/New_York")
        expand.add_argument("--date", required=True, type=_date, help="YYYY-MM-DD in that zone")
        expand.add_argument("--window", required=True, type=_window, help="HH:MM-HH:MM, the end up to 48:00")

    def handle(self, *_args: Any, **options: Any) -> None:
        """
        Print `[{"start", "end"}]`, RFC 3339 in UTC, in order; `[]` when the window does not exist.

        Raises  CommandError for a date so far out that its instants cannot be written
        """
        start, end = options["window"]
        try:
            intervals = windows.expand(zone=options["zone"], day=options["date"], start_minute=start, end_minute=end)
        except (OverflowError, ValueError) as error:
            message = f"{options['date']} is too far out."
            raise CommandError(message) from error
        rows = [{"start": _rfc3339(one.start), "end": _rfc3339(one.end)} for one in intervals]
        self.stdout.write(json.dumps(rows, indent=2))


def _rfc3339(at: Any) -> str:
    return str(at.isoformat()).replace("+00:00", "Z")


def _zone(text: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"{text!r} is no IANA time zone"
        raise ArgumentTypeError(message) from error


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is no date; write YYYY-MM-DD"
        raise ArgumentTypeError(message) from error


def _window(text: str) -> tuple[int, int]:
    start, _, end = text.partition("-")
    return _minutes(start, below=24 * 60), _minutes(end, below=48 * 60 + 1)


def _minutes(text: str, *, below: int) -> int:
    hours, colon, minutes = text.partition(":")
    if colon and hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2 and int(minutes) < 60:
        total = int(hours) * 60 + int(minutes)
        if total < below:
            return total
    message = f"{text!r} is no time of the window; write HH:MM-HH:MM"
    raise ArgumentTypeError(message)
