"""Providers as a Django application."""

from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    """Who may see a patient, licensed where, offering what, free when."""

    name = "providers"
    default_auto_field = "django.db.models.BigAutoField"
