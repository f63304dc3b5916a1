"""The kernel as a Django application."""

import importlib
import zoneinfo

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Kernel: people who sign in, records, audit, the shape of errors. No domain words."""

    name = "config.core"
    label = "core"
    verbose_name = "Accounts and audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Pin wall-clock arithmetic to the time zone data of the lock file, and load the API's kernel."""
        zoneinfo.reset_tzpath(to=())
        # First of all importers of Django REST framework, whose settings name classes of this package: whoever came
        # first otherwise would import it from within itself.
        importlib.import_module("config.core.api")
