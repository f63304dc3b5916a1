"""How django-allauth behaves here: it tells nobody who has an account, and keeps second factors encrypted."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils.crypto import get_random_string

from config.core import crypto
from config.core.models import User


def display(user: User) -> str:
    """Return how an account is called towards its owner."""
    return user.email


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Makes signing up with a known address take as long as with a new one; names the clinic in every mail."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail of the account; its subject is written without a request, so the clinic's name goes along."""
        clinic = {"clinic_name": settings.CLINIC_NAME, "clinic_phone": settings.CLINIC_PHONE}
        super().send_mail(template_prefix, email, {**clinic, **context})

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the owner by mail; a hash is made for nothing, since a new account would have cost one."""
        make_password(get_random_string(20))
        super().send_account_already_exists_mail(email)


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the seeds of authenticator apps and recovery codes unreadable in the database."""

    def encrypt(self, text: str) -> str:
        """Return `text` as ciphertext."""
        return crypto.box("second-factor").encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the text of a ciphertext."""
        return crypto.box("second-factor").decrypt(encrypted_text.encode()).decode()
