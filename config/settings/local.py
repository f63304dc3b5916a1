"""A laptop: embedded servers unless DATABASE_URL and REDIS_URL name others, demo pages, plain http."""

from config.embedded import paths
from config.settings.base import *
from config.settings.base import ENV
from config.settings.environment import broker, database

DEBUG = False
DEMO = True
SECRET_KEY = ENV.secret_key or paths.secret_key()
TEXT_MESSAGES = "twilio" if ENV.twilio_account_sid else "mail"
ALLOWED_HOSTS = ENV.allowed_hosts.split(",") if ENV.allowed_hosts else ["*"]
REDIS_URL = ENV.redis_url or paths.redis_url()
DATABASES = {"default": database(ENV.database_url or paths.database_url(), pooled=ENV.anteroom_process == "web")}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CELERY_BROKER_URL = broker(REDIS_URL)
# The demo log-ins must work without an authenticator app; production demands one.
STAFF_SECOND_FACTOR_REQUIRED = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = paths.state_dir() / "static"
MEDIA_ROOT = paths.media_dir()
