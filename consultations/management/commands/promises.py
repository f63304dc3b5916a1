"""Look after an update of the time zone data whether every visit still starts when it was promised."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from consultations.queries import promises


class Command(BaseCommand):
    """`promises` prints the visits whose promised wall-clock time is another instant now; nothing is moved."""

    help = "List visits whose promised wall-clock time has moved with new time zone data."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print `{"tzdata", "moved": [{"appointment", "promised", "time_zone", "starts", "would_keep"}]}` as JSON."""
        moved = [
            {
                "appointment": str(one.visit.pk),
                "promised": one.visit.local_start,
                "time_zone": str(one.visit.time_zone),
                "booked_with": one.visit.tzdata_version,
                "starts": one.visit.start_at.isoformat(),
                "would_keep": one.keeps_at.isoformat() if one.keeps_at else None,
            }
            for one in promises.broken(timezone.now())
        ]
        self.stdout.write(json.dumps({"tzdata": promises.TZDATA, "moved": moved}, indent=2))
