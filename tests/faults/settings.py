"""The worker tree of the fault runs: as in production, but with a mail server that counts and, in short, less waiting."""

import os

from celery.schedules import schedule

from config.settings import base
from config.settings.test import *  # noqa: F403

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_PORT = int(os.environ.get("FAULTS_SMTP_PORT", "25"))
# As shipped; elsewhere a test sees at once what it changed.
MESSAGE_WORDS_SECONDS = base.MESSAGE_WORDS_SECONDS
CELERY_BEAT_SCHEDULE = {**base.CELERY_BEAT_SCHEDULE}
if "FAULTS_TICK_SECONDS" in os.environ:
    CELERY_BEAT_SCHEDULE["tick"] = {
        **base.CELERY_BEAT_SCHEDULE["tick"],
        "schedule": schedule(run_every=float(os.environ["FAULTS_TICK_SECONDS"])),
    }
DEMO = False
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"log": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["log"], "level": "WARNING"},
}
