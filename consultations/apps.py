"""Consultations as a Django application."""

from importlib import import_module

from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    """The ask, the review queue, the booking, reminders, the visit, the decision, the plan."""

    name = "consultations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what mail providers tell."""
        import_module("consultations.html.mail_events")
