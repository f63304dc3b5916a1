"""Signed addresses in messages: whoever holds one may do one thing, without signing in."""

import base64
from enum import Enum
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

from config.core.addresses import page_of


class Purpose(Enum):
    """What an address is good for; one that was signed for another purpose is refused."""

    ANSWER = "message-link"
    UNSUBSCRIBE = "unsubscribe"


def address(purpose: Purpose, communication_id: UUID) -> str:
    """Return the signed address of one message; the same each time, so that a message can be written again."""
    return f"{settings.SITE_URL}{page_of(f'consultations:{purpose.value}', token(purpose, communication_id))}"


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


def _signer(purpose: Purpose) -> Signer:
    return Signer(salt=f"consultations.{purpose.value}")
