"""django-appointment asked the same on the same bookings: in an environment and a database of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from config.embedded import paths
from providers.models import Practitioner, Slot

WANTED = ("django-appointment==3.12.0", "django>=5.2,<5.3", "psycopg[binary]", "tzdata")
DAYS = 30
PROGRAM = Path(__file__).with_name("_vs_appointment_there.py")


class Missing(RuntimeError):
    """The peer cannot be installed or does not run; the message says why."""


def measure(clinicians: Sequence[UUID], *, now: datetime) -> dict[str, float]:
    """
    Return the median milliseconds of one clinician's month and of the first twenty times over all of `clinicians`.

    The peer keeps local times without a zone and compares with the real clock: the bookings are moved by whole weeks.

    Raises  Missing
    """
    today = datetime.now(UTC).date()
    weeks = timedelta(weeks=-((now.date() - today).days // 7) + 1)
    words = {
        "database": os.environ["DATABASE_URL"],
        "first": (now.date() + weeks).isoformat(),
        "days": DAYS,
        "staff": [_bookings(one, now=now, weeks=weeks) for one in clinicians],
    }
    # -P keeps the folder of the program, which has a queue.py, off the path.
    answer = _run([str(_environment()), "-P", str(PROGRAM)], given=json.dumps(words))
    return dict(json.loads(answer.splitlines()[-1]))


def _bookings(practitioner: UUID, *, now: datetime, weeks: timedelta) -> list[tuple[str, str, str]]:
    zone = ZoneInfo(str(Practitioner.objects.get(pk=practitioner).time_zone))
    rows = Slot.objects.booked().filter(
        practitioner=practitioner, start_at__gte=now, start_at__lt=now + timedelta(days=DAYS)
    )
    found = []
    for start_at, end_at in rows.order_by("start_at").values_list("start_at", "end_at"):
        start, end = start_at.astimezone(zone), end_at.astimezone(zone)
        found.append((_moved(start.date(), weeks), start.strftime("%H:%M"), end.strftime("%H:%M")))
    return found


def _moved(day: date, weeks: timedelta) -> str:
    return (day + weeks).isoformat()


def _environment() -> Path:
    """Return a Python that has the peer; made the first time, in the state folder."""
    folder = paths.state_dir() / "peers" / "django-appointment"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *WANTED])
        (folder / "ready").touch()
    return python


def _run(command: list[str], *, given: str = "") -> str:
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=900)
    if done.returncode != 0:
        message = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise Missing(message)
    return done.stdout
