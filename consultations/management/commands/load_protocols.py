"""Load the shipped protocols and plan templates into the database."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.core.errors import Refusal
from consultations.flows import publish_protocols
from intake.adapters import catalogue


class Command(BaseCommand):
    """
    Publish protocol.json and care-plan.json of every service line, one transaction each; again changes nothing.

    The services must be there: `load_catalogue` makes them.
    """

    help = "Load protocols and plan templates from intake/catalogue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Let another folder be named."""
        parser.add_argument("--folder", type=Path, default=catalogue.ROOT, help="A folder of service lines.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Publish line after line; the first that is refused ends the command."""
        for file in sorted(options["folder"].glob("*/line.json")):
            slug = json.loads(file.read_text("utf-8"))["slug"]
            protocol = _json(file.with_name("protocol.json"))
            plans = _json(file.with_name("care-plan.json")) or {}
            try:
                new = publish_protocols.publish(
                    slug=slug, protocol=protocol, templates=plans.get("templates", ()), by=None, now=timezone.now()
                )
            except Refusal as refused:
                raise CommandError(f"{slug}: {refused}") from refused
            self.stdout.write(f"{slug}: " + (", ".join(new) if new else "nothing new"))


def _json(file: Path) -> Any:
    return json.loads(file.read_text("utf-8")) if file.exists() else None
