"""Intake as a Django application."""

import importlib

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.core.checks import Tags, register


class IntakeConfig(AppConfig):
    """Who asks, what they consented to, what they answered, what is alarming in it."""

    name = "intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let pages speak the language of a patient's record as soon as they sign in; check texts before deployments."""
        language = importlib.import_module("intake.html.language")
        unfinished = importlib.import_module("intake.queries.unfinished")
        register(unfinished.unfinished_texts, Tags.database, deploy=True)
        user_logged_in.connect(language.at_sign_in, dispatch_uid="intake.language")
