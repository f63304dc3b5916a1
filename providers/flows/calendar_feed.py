"""
Making and revoking the secret address of a clinician's calendar.

Refusal
└── NoSuchFeed  (NotFound)
"""

import secrets
from datetime import datetime
from uuid import UUID

from config.core import audit
from config.core.errors import NotFound
from config.core.flow import flow
from config.core.models import AuditAction, User
from providers.models import CalendarFeed, Practitioner
from providers.models.calendar_feed import digest


class NoSuchFeed(NotFound):
    """Check which clinician is meant."""

    code = "no-such-feed"


@flow
def make(*, practitioner_id: UUID, by: User, now: datetime) -> str:
    """
    Make a new secret address; the one before stops working at once.

    Returns  the secret, 43 characters that can stand in a URL; it is not kept and cannot be shown again
    Writes   CalendarFeed, AuditEvent
    Raises   NoSuchFeed for a clinician who is not `by`, unless `by` is an administrator
    """
    practitioner = _locked(practitioner_id, by)

    token = secrets.token_urlsafe(32)
    feed, _ = CalendarFeed.objects.update_or_create(
        practitioner=practitioner, defaults={"token_digest": digest(token), "made_by": by}
    )

    audit.record(event="providers.calendar.made", entity=feed, by=by, now=now, action=AuditAction.CREATE)
    return token


@flow
def revoke(*, practitioner_id: UUID, by: User, now: datetime) -> bool:
    """
    Stop the secret address from working.

    Returns  False when there was none
    Writes   CalendarFeed (removed), AuditEvent
    Raises   NoSuchFeed for a clinician who is not `by`, unless `by` is an administrator
    """
    practitioner = _locked(practitioner_id, by)
    feed = CalendarFeed.objects.filter(practitioner=practitioner).first()
    if feed is None:
        return False

    audit.record(event="providers.calendar.revoked", entity=feed, by=by, now=now, action=AuditAction.DELETE)
    feed.delete()
    return True


def _locked(practitioner_id: UUID, by: User) -> Practitioner:
    rows = Practitioner.objects.visible_to(by).select_for_update(no_key=True)
    if (practitioner := rows.filter(pk=practitioner_id).first()) is None:
        raise NoSuchFeed("There is no such clinician.")
    return practitioner
