"""The kernel as a Django application."""

import zoneinfo

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Kernel: people who sign in, records, audit, the shape of errors. No domain words."""

    name = "config.core"
    label = "core"
    verbose_name = "Accounts and audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Pin wall-clock arithmetic to the time zone data of the lock file, not of the machine."""
        zoneinfo.reset_tzpath(to=())
