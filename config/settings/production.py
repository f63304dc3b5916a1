"""Production: every secret and server from the environment, TLS everywhere, second factor for staff."""

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *
from config.settings.base import ENV
from config.settings.environment import broker, database

for name in ("secret_key", "database_url", "redis_url", "allowed_hosts", "email_host"):
    if not getattr(ENV, name):
        message = f"Set {name.upper()} in the environment: production takes it from nowhere else."
        raise ImproperlyConfigured(message)

DEBUG = False
SECRET_KEY = ENV.secret_key
ALLOWED_HOSTS = [host.strip() for host in ENV.allowed_hosts.split(",")]
CSRF_TRUSTED_ORIGINS = [ENV.site_url]
REDIS_URL = ENV.redis_url
DATABASES = {"default": database(ENV.database_url, pooled=ENV.anteroom_process == "web")}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CELERY_BROKER_URL = broker(REDIS_URL)
SECURE_SSL_REDIRECT = ENV.secure_ssl_redirect
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.trusted_proxy_count else None
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
