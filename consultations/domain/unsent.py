"""Why a message was not sent, as administrators read it; the codes stand in the ledger."""

from collections.abc import Mapping
from types import MappingProxyType

from consultations.domain.voiding import CASE_CLOSED, CASE_COMPLETED, CONSENT_WITHDRAWN
from consultations.domain.wishes import PUSH_OFF, TEXTS_OFF, TEXTS_STOPPED, UNSUBSCRIBED

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "accepted": "The offered time was taken",
        "acknowledged": "Somebody had put their name under it",
        "answered": "The question was answered",
        "cancelled": "The visit was cancelled",
        "checked-in": "The patient had checked in",
        "expired": "What it spoke of was over",
        "gave-up": "It could not be sent, however often it was tried",
        "missed": "The visit was missed",
        "quiet-hours": "After the reader's quiet hours it would have been too late",
        "rescheduled": "The visit was moved",
        "submitted": "The questions were sent in",
        "too-late": "It was too late to help",
        "zone-changed": "The rules of a time zone were changed",
        CASE_CLOSED: "The case was closed",
        CASE_COMPLETED: "The case was over",
        CONSENT_WITHDRAWN: "The consent was taken back",
        PUSH_OFF: "The reader has turned notifications off",
        TEXTS_OFF: "The reader wants no texts",
        TEXTS_STOPPED: "The reader has answered STOP",
        UNSUBSCRIBED: "The reader wants no such messages",
    }
)


def in_words(code: str) -> str:
    """Return why a message was not sent; the code where a carrier gave it."""
    return WORDS.get(code, code)
