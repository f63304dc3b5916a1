"""Consultations as a Django application."""

from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    """The ask, the review queue, the booking, reminders, the visit, the decision, the plan."""

    name = "consultations"
    default_auto_field = "django.db.models.BigAutoField"
