"""The Celery application. Messages only wake somebody up; rows in PostgreSQL hold every due thing."""

import os

from celery import Celery
from celery.signals import setup_logging

from config import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
broker.install()

app = Celery("anteroom")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**_kwargs: object) -> None:
    """Leave logging as Django's settings configured it."""
