"""Encryption of the few values that must not be readable in the database."""

import base64

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def key_of(purpose: str) -> bytes:
    """Return the 32 bytes of one purpose, for what only pages of one person may open; derived from SECRET_KEY."""
    return _derived(str(settings.SECRET_KEY), purpose)


def box(purpose: str) -> MultiFernet:
    """Return the box of one purpose; its keys derive from SECRET_KEY and, for reading, from its fallbacks."""
    return MultiFernet(
        [_fernet(str(secret), purpose) for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]]
    )


def _fernet(secret: str, purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(secret, purpose)))


def _derived(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"anteroom", info=purpose.encode()).derive(secret.encode())
