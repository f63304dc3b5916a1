"""`manage.py make_push_key`: a key for notifications on devices."""

from typing import Any

from django.core.management.base import BaseCommand

from consultations.adapters import push


class Command(BaseCommand):
    """Print a new key; devices that were added under another one have to be added again."""

    help = "Print a new private key for notifications on devices, for the environment (PUSH_PRIVATE_KEY)."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print one line for the environment; the public half is derived from it."""
        self.stdout.write(f"PUSH_PRIVATE_KEY={push.new_key()}")
