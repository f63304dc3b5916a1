"""Load the shipped clinical content into the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.core.errors import Refusal
from intake.adapters import catalogue
from intake.flows import publish


class Command(BaseCommand):
    """
    Publish every service line of the catalogue, one transaction each; doing it again changes nothing.

    Prints each new row and a line for what was there already. Texts to sign with [blanks], or marked as templates, are
    taken in a demo only.
    """

    help = "Load services, questionnaires, safety rules and consent texts from intake/catalogue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Let another folder be named."""
        parser.add_argument("--folder", type=Path, default=catalogue.ROOT, help="A folder of service lines.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Publish line after line; the first that is refused ends the command."""
        found = 0
        for line in catalogue.lines(options["folder"]):
            found += 1
            self.stdout.write(f"{line.slug}: {len(line.forms)} questionnaires, {len(line.rules)} flag rules")
            try:
                done = publish.publish(line=line, by=None, now=timezone.now(), with_templates=settings.DEMO)
            except Refusal as refused:
                raise CommandError("\n".join([f"{line.slug} is not loaded.", *_places(refused)])) from refused
            for name in done.new:
                self.stdout.write(f"  new: {name}")
            if not done.new:
                self.stdout.write("  nothing new")
        forms, scores = catalogue.instruments(options["folder"])
        try:
            new = publish.publish_instruments(forms=forms, scores=scores, by=None, now=timezone.now())
        except Refusal as refused:
            raise CommandError(f"instruments: {refused}") from refused
        self.stdout.write(f"instruments: {len(forms)} questionnaires")
        for name in new:
            self.stdout.write(f"  new: {name}")
        if not found:
            raise CommandError(f"There is no service line in {options['folder']}.")


def _places(refused: Refusal) -> list[str]:
    """Return a line for each place that must be mended."""
    return [f"  {one.field}: {one.detail}" for one in refused.errors] or [f"  {refused}"]
