"""Brings the database and the files to where the code expects them; runs before every start and is quick when done."""

import os
import time
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command, get_commands


def main() -> None:
    """Migrate, collect static files where the storage needs it, write the demo data where there is a command for it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    django.setup()
    _step("Migrating", "migrate", interactive=False, verbosity=0)
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    if not getattr(settings, "WHITENOISE_USE_FINDERS", False):
        _step("Collecting static files", "collectstatic", interactive=False, verbosity=0)
    if "seed_demo" in get_commands() and os.environ.get("ANTEROOM_DEMO_DATA", "1") != "0":
        _step("Writing the demo data", "seed_demo")


def _step(title: str, command: str, **options: object) -> None:
    began = time.monotonic()
    written = StringIO()
    try:
        with redirect_stdout(written):
            call_command(command, **options)
    except BaseException:
        print(written.getvalue(), flush=True)
        raise
    print(f"{title} took {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
