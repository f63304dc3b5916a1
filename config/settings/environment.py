"""What the environment may say, typed; a wrong value stops the start with its name and reason."""

from typing import Any

import phonenumbers
from psycopg.conninfo import conninfo_to_dict
from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(BaseSettings):
    """Settings read from environment variables; the names are the fields in capitals."""

    model_config = SettingsConfigDict(extra="ignore")

    secret_key: str = ""
    database_url: str = ""
    redis_url: str = ""
    allowed_hosts: str = ""
    site_url: str = "http://localhost:8000"
    clinic_name: str = "Anteroom Demo Clinic"
    clinic_phone: str = "+1 202-555-0142"
    clinic_time_zone: str = "America/New_York"
    email_host: str = ""
    email_port: int = 25
    email_host_user: str = ""
    email_host_password: str = ""
    email_use_tls: bool = False
    email_backend: str = "django.core.mail.backends.smtp.EmailBackend"
    default_from_email: str = "Anteroom Demo Clinic <no-reply@anteroom.example>"
    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_from: str = ""
    twilio_api_url: str = "https://api.twilio.com"
    push_private_key: str = ""
    push_hosts: str = ""
    email_timeout: int = 10
    message_senders: int = 2
    message_lease_seconds: int = 60
    calendar_hosts: str = ""
    metrics_token: str = ""
    mail_webhook_secret: str = ""
    anteroom_smtp_port: int = 8025
    anteroom_process: str = ""
    trusted_proxy_count: int = 0
    staff_mfa_required: bool = True
    secure_ssl_redirect: bool = True
    log_level: str = "INFO"

    @field_validator("clinic_phone")
    @classmethod
    def is_a_phone_number(cls, value: str) -> str:
        """Refuse what nobody can call: patients in danger are told this number, and safety alerts end at it."""
        try:
            number = phonenumbers.parse(value, "US")
        except phonenumbers.NumberParseException as error:
            raise ValueError("Give a phone number with its area code, such as +1 202-555-0142.") from error
        if not phonenumbers.is_possible_number(number):
            raise ValueError("Give a phone number with its area code, such as +1 202-555-0142.")
        return value


def database(url: str, *, pooled: bool = False) -> dict[str, Any]:
    """Return Django's DATABASES entry for a libpq URL; sockets and several hosts work as libpq documents."""
    parts: dict[str, Any] = dict(conninfo_to_dict(url))
    entry: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_HEALTH_CHECKS": not pooled,
        "OPTIONS": {"connect_timeout": 5, **parts},
    }
    if pooled:
        entry["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 3, "timeout": 5}
    return entry


def broker(redis_url: str) -> str:
    """Return the kombu form of a Redis URL; only unix sockets are spelled differently there."""
    if not redis_url.startswith("unix://"):
        return redis_url
    path, _, query = redis_url.removeprefix("unix://").partition("?")
    number = next((part.partition("=")[2] for part in query.split("&") if part.startswith("db=")), "0")
    return f"redis+socket://{path}?virtual_host={number}"
