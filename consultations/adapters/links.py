"""Signed addresses in messages: whoever holds one may do one thing, without signing in."""

import base64
from enum import Enum
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import get_script_prefix, reverse


class Purpose(Enum):
    """What an address is good for; one that was signed for another purpose is refused."""

    ANSWER = "message-link"
    UNSUBSCRIBE = "unsubscribe"


def address(purpose: Purpose, communication_id: UUID) -> str:
    """Return the signed address of one message; the same each time, so that a message can be written again."""
    before, after = _around(purpose, get_script_prefix())
    return f"{settings.SITE_URL}{before}{token(purpose, communication_id)}{after}"


def token(purpose: Purpose, communication_id: UUID) -> str:
    """Return the signed id of one message for one purpose."""
    return _signer(purpose).sign(short(communication_id))


def read(purpose: Purpose, signed: str) -> UUID | None:
    """Return the id of the message; None when the address was made up, damaged or signed for something else."""
    try:
        written = _signer(purpose).unsign(signed)
        return UUID(bytes=base64.urlsafe_b64decode(f"{written}=="))
    except (BadSignature, ValueError):
        return None


def short(communication_id: UUID) -> str:
    """Return an id in 22 characters."""
    return base64.urlsafe_b64encode(communication_id.bytes).decode().rstrip("=")


@lru_cache
def _around(purpose: Purpose, _prefix: str) -> tuple[str, str]:
    """Return what stands before and after a token, of which an address leaves every letter as it is."""
    before, _, after = reverse(f"consultations:{purpose.value}", args=["TOKEN"]).partition("TOKEN")
    return before, after


def _signer(purpose: Purpose) -> Signer:
    return Signer(salt=f"consultations.{purpose.value}")
