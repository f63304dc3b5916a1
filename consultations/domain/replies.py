"""What people mean when they answer a text message."""

import re
from enum import Enum

# Of the carriers' common words and of the FCC's list of reasonable means, in both languages; 47 CFR 64.1200(a)(10).
_STOP = {
    "stop",
    "stopall",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "revoke",
    "optout",
    "opt out",
    "alto",
    "parar",
    "baja",
}
_START = {"start", "unstop", "resume", "empezar"}
_COME = {"yes", "y", "1", "c", "confirm", "ok", "si", "sí", "confirmar"}


class Meaning(Enum):
    """What an answer asks for."""

    STOP = "stop"
    START = "start"
    COME = "come"
    OTHER = "other"


def meaning(body: str) -> Meaning:
    """Return what a text asks for; one that says anything more than a word of the lists is for a person to read."""
    words = re.sub(r"[^\w\s]|_", "", body).strip().lower()
    known = ((_STOP, Meaning.STOP), (_START, Meaning.START), (_COME, Meaning.COME))
    return next((found for words_of, found in known if words in words_of), Meaning.OTHER)
