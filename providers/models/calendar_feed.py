"""The secret address at which a clinician's calendar program reads their busy time."""

import hashlib

from django.conf import settings
from django.db import models

from config.core.models import Record
from providers.models.practitioner import OwnRows


class CalendarFeedQuerySet(OwnRows["CalendarFeed"]):
    """Feeds."""

    def of_token(self, token: str) -> "CalendarFeedQuerySet":
        """Return the feed of a secret address; nothing when it was revoked."""
        return self.filter(token_digest=digest(token), practitioner__is_active=True)


class CalendarFeed(Record):
    """One secret address; only its digest is kept, so that it can be shown once and revoked by making another."""

    PERSONAL = frozenset({"token_digest"})

    practitioner = models.OneToOneField("providers.Practitioner", models.CASCADE, related_name="calendar_feed")
    token_digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = CalendarFeedQuerySet.as_manager()


def digest(token: str) -> str:
    """Return what is kept of a secret address; it is random and long, so a plain hash suffices."""
    return hashlib.sha256(token.encode()).hexdigest()
