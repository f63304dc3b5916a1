"""The table of free times: worked out now, or compared with what it should hold."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from providers.flows import open_times
from providers.models import Practitioner
from providers.queries.open_times import doubtful, drift


class Command(BaseCommand):
    """`open_times refresh` works all of it out; `open_times drift` exits with 1 when a row is wrong."""

    help = "Work out the table of free times, or compare it with hours and slots."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the two actions."""
        parser.add_argument("action", choices=["refresh", "drift"])

    def handle(self, *_args: Any, **options: Any) -> None:
        """
        Print `{"clinicians", "rows"}`: whom it looked at, and how many rows were wrong.

        Raises  CommandError when `drift` finds a wrong row of a clinician whose rows count as good
        """
        now = timezone.now()
        doubted = set(doubtful(now)) if options["action"] == "drift" else set()
        seen = rows = 0
        for practitioner in Practitioner.objects.order_by("id").iterator(chunk_size=500):
            if practitioner.pk in doubted:
                continue
            seen += 1
            if options["action"] == "drift":
                rows += drift(practitioner, now=now)
            else:
                rows += open_times.refresh(practitioner_id=practitioner.pk, now=now)
        self.stdout.write(json.dumps({"clinicians": seen, "rows": rows}))
        if options["action"] == "drift" and rows:
            message = f"{rows} rows differ from hours and slots."
            raise CommandError(message)
