"""What every place shares. Places override by importing this module's names."""

import zoneinfo
from pathlib import Path
from typing import Any

import django_stubs_ext
import structlog
from celery.schedules import schedule
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy

from config.core.request_log import without_request
from config.settings.environment import Environment

django_stubs_ext.monkeypatch()
# Before any model is imported: fields look zones up while they are defined, and a zone once read is remembered.
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()

ENV = Environment()
BASE_DIR = Path(__file__).resolve().parent.parent.parent

INSTALLED_APPS = [
    "config.core.apps.CoreConfig",
    "providers.apps.ProvidersConfig",
    "intake.apps.IntakeConfig",
    "consultations.apps.ConsultationsConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.headless",
    "csp",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "localflavor",
    "pgtrigger",
    "phonenumber_field",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.core.http.SafeHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.core.http.SignInFirst",
    "config.core.http.ReaderLanguage",
    "config.core.http.WordsForWrongMethod",
    "config.core.request_log.RequestLog",
    "allauth.account.middleware.AccountMiddleware",
    "config.core.http.StaffSecondFactor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.core.http.page_context",
                "consultations.html.message_board.tick_context",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "config.core.passwords.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# NIST SP 800-63B-4: at least 15 characters where a password is the only factor, no composition rules.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/home/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_ADAPTER = "consultations.html.account_mail.RecordedAccounts"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_USER_DISPLAY = "config.core.accounts.display"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Anteroom"
MFA_ADAPTER = "config.core.accounts.SecondFactors"
HEADLESS_CLIENTS = ("app", "browser")
HEADLESS_SERVE_SPECIFICATION = False
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.trusted_proxy_count
STAFF_SECOND_FACTOR_REQUIRED = ENV.staff_mfa_required

SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_MINUTES = {"staff": 15, "patient": 30}
SESSION_LIFE_HOURS = {"staff": 8, "patient": 12}
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False

LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
FORMAT_MODULE_PATH = "config.formats"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

SITE_URL = ENV.site_url
CLINIC_NAME = ENV.clinic_name
CLINIC_PHONE = ENV.clinic_phone
CLINIC_TIME_ZONE = ENV.clinic_time_zone
PHONENUMBER_DEFAULT_REGION = "US"
DEFAULT_FROM_EMAIL = ENV.default_from_email
SERVER_EMAIL = ENV.default_from_email
EMAIL_BACKEND = ENV.email_backend
EMAIL_HOST = ENV.email_host or "127.0.0.1"
EMAIL_PORT = ENV.email_port if ENV.email_host else ENV.anteroom_smtp_port
EMAIL_HOST_USER = ENV.email_host_user
EMAIL_HOST_PASSWORD = ENV.email_host_password
EMAIL_USE_TLS = ENV.email_use_tls
EMAIL_TIMEOUT = ENV.email_timeout
# Empty: no text messages; "twilio": sent; "mail": the demo's, which lie beside its mails.
TEXT_MESSAGES = "twilio" if ENV.twilio_account_sid else ""
TWILIO_ACCOUNT_SID = ENV.twilio_account_sid
TWILIO_AUTH_TOKEN = ENV.twilio_auth_token
TWILIO_FROM = ENV.twilio_from
TWILIO_API_URL = ENV.twilio_api_url
# Hosts whose calendars may be read, and their subdomains; none named means any public one.
CALENDAR_HOSTS = [host.strip().lower() for host in ENV.calendar_hosts.split(",") if host.strip()]
# Empty: no notifications on devices. The hosts are those of the push services of the browsers that there are.
PUSH_PRIVATE_KEY = ENV.push_private_key
PUSH_HOSTS = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
    *(host for host in ENV.push_hosts.split(",") if host),
)
# How long a sender goes on with the words that it read last.
MESSAGE_WORDS_SECONDS = 5
# How many worker processes one tick sets to sending; more than there are only fill the queue.
MESSAGE_SENDERS = ENV.message_senders
# How long a sender may hold a message; longer than any hand-over takes, EMAIL_TIMEOUT for each reply.
MESSAGE_LEASE_SECONDS = ENV.message_lease_seconds
METRICS_TOKEN = ENV.metrics_token
# Whoever tells what became of mails has to know this; a provider that signs needs its own key beside it.
ANYMAIL = {"WEBHOOK_SECRET": ENV.mail_webhook_secret} if ENV.mail_webhook_secret else {}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    },
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.core.api.authentication.SessionToken",
        "config.core.api.authentication.SessionCookie",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["config.core.api.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "config.core.api.pages.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "config.core.api.schema.ProblemSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "120/min", "user": "600/min"},
    "EXCEPTION_HANDLER": "config.core.api.problems.handle",
    "PAGE_SIZE": 25,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": False,
    "NUM_PROXIES": ENV.trusted_proxy_count,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Anteroom",
    "DESCRIPTION": "Telehealth consultation intake: from registration to a signed care plan.",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "ReviewOutcome": "consultations.domain.codes.ReviewOutcome",
        "StateCode": "providers.domain.states.CODES",
        "QualificationKind": "providers.domain.codes.QualificationKind",
        "QualificationStatus": "providers.domain.codes.QualificationStatus",
        "ExceptionKind": "providers.domain.codes.ExceptionKind",
        "ActivityKind": "consultations.domain.codes.ActivityKind",
        "Outcome": "consultations.domain.codes.Outcome",
        "EncounterStatus": "consultations.domain.codes.EncounterStatus",
        "TaskStatus": "consultations.domain.codes.TaskStatus",
        "CommunicationStatus": "consultations.domain.codes.CommunicationStatus",
        "CommunicationKind": "consultations.domain.codes.CommunicationKind",
        "TimedKind": "consultations.domain.codes.TimedKind",
        "Channel": "consultations.domain.codes.Channel",
        "WordsOf": "consultations.domain.codes.WordsOf",
        "RungKind": "consultations.domain.codes.RungKind",
        "ReferralKind": "consultations.domain.codes.ReferralKind",
        "FlagStatus": "intake.domain.codes.FlagStatus",
        "Severity": "intake.domain.codes.Severity",
    },
}

CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "health_check_interval": 5,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_POOL_ACQUIRE_TIMEOUT = 3
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1}
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_TIMEZONE = "UTC"
CELERY_DB_REUSE_MAX = 1000
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "consultations.tasks.tick", "schedule": schedule(run_every=5)},
    "escalations": {"task": "consultations.tasks.escalate_flags", "schedule": schedule(run_every=5)},
    "reviews": {"task": "consultations.tasks.watch_over_reviews", "schedule": schedule(run_every=5)},
    "due-questions": {"task": "consultations.tasks.open_due_questions", "schedule": schedule(run_every=5)},
    "tend-messages": {"task": "consultations.tasks.tend_messages", "schedule": schedule(run_every=30)},
    "open-times": {"task": "providers.tasks.refresh_open_times", "schedule": schedule(run_every=5)},
    "waitlist": {"task": "consultations.tasks.offer_free_times", "schedule": schedule(run_every=5)},
    "licences": {"task": "consultations.tasks.warn_of_licences", "schedule": schedule(run_every=3600)},
    "on-call-gaps": {"task": "consultations.tasks.warn_of_gaps", "schedule": schedule(run_every=3600)},
    "calendars": {"task": "providers.tasks.import_calendars", "schedule": schedule(run_every=60)},
    "expired-holds": {"task": "providers.tasks.release_expired_holds", "schedule": schedule(run_every=30)},
}

# Ids and event names only: no formatter prints request bodies or query strings.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                without_request,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
            ],
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": ENV.log_level},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django_structlog": {"level": "WARNING"},
    },
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
# The header's links by role; paths, so that the kernel needs to know no app.
# Of each role: what a link says, where it leads, and which other addresses are its part of the product.
NAVIGATION: dict[str, tuple[tuple[Any, ...], ...]] = {
    "anonymous": ((gettext_lazy("Services"), "/services/"), (gettext_lazy("Sign in"), "/account/login/")),
    "patient": (
        (gettext_lazy("Home"), "/home/"),
        (gettext_lazy("Services"), "/services/"),
        (gettext_lazy("Account"), "/account/"),
    ),
    "practitioner": (
        ("Queue", "/clinic/queue/"),
        ("Visits", "/clinic/visits/"),
        ("Hours", "/clinic/hours/"),
        ("Account", "/account/"),
    ),
    "admin": (
        ("Work", "/clinic/workload/"),
        ("Alerts", "/clinic/alerts/"),
        ("On call", "/clinic/on-call/"),
        ("Schedules", "/clinic/schedules/", "/clinic/booked/", "/clinic/rearrange/", "/clinic/clocks/"),
        ("Questions", "/questionnaires/"),
        ("Messages", "/clinic/messages/"),
        ("Admin", "/admin/"),
        ("Account", "/account/"),
    ),
}
# What the account page of each role leads to.
_MESSAGES = (
    gettext_lazy("Messages"),
    gettext_lazy("Which messages you get, how, and at which hours not"),
    "/account/messages/",
)
ACCOUNT_PLACES = {
    "practitioner": (_MESSAGES,),
    "admin": (_MESSAGES,),
    "patient": (
        (gettext_lazy("Your details"), gettext_lazy("Name, phone, address, time zone, emergency contact"), "/details/"),
        (gettext_lazy("Your consents"), gettext_lazy("What you have signed, and how to take it back"), "/consent/"),
        _MESSAGES,
    ),
}
DJANGO_STRUCTLOG_COMMAND_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DEMO = False
