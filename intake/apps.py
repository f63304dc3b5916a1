"""Intake as a Django application."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Who asks, what they consented to, what they answered, what is alarming in it."""

    name = "intake"
    default_auto_field = "django.db.models.BigAutoField"
