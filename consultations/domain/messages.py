"""When a message is tried again, and when it is given up."""

from datetime import datetime, timedelta

MAX_ATTEMPTS = 6
_WAITS = (30, 120, 600, 1800, 7200)


def next_attempt(*, attempts: int, now: datetime, expires_at: datetime | None) -> datetime | None:
    """
    Return when to try again after a failure that may pass; None to give up.

    attempts    attempts made so far, at least 1
    expires_at  the instant after which nobody wants the message any more
    Source      30 s, 2 min, 10 min, 30 min, 2 h; docs/adr/0003-messages-are-rows.md
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    again = now + timedelta(seconds=_WAITS[min(attempts, len(_WAITS)) - 1])
    return again if expires_at is None or again < expires_at else None
