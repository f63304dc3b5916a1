"""When a message is tried again, and when it is given up."""

from datetime import datetime, timedelta

MAX_ATTEMPTS = 6
_WAITS = (30, 120, 600, 1800, 7200)


def next_attempt(*, attempts: int, now: datetime, expires_at: datetime | None, spread: float = 0) -> datetime | None:
    """
    Return when to try again after a failure that may pass; None to give up.

    attempts    attempts made so far; 0 when the other side could not be reached at all
    expires_at  the instant after which nobody wants the message any more
    spread      0 to 1, adds up to half of the wait, so that what failed together is not tried together
    Source      30 s, 2 min, 10 min, 30 min, 2 h; docs/adr/0003-messages-are-rows.md
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    again = now + timedelta(seconds=_WAITS[min(max(attempts, 1), len(_WAITS)) - 1] * (1 + spread / 2))
    return again if expires_at is None or again < expires_at else None
