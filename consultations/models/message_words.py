"""The words of messages that administrators wrote, each version of them."""

from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from config.core.constraints import known
from config.core.models import Record
from consultations.domain.codes import Channel, CommunicationKind

VERSION_ONCE = "consultations_messagewords_version_once"


class MessageWordsQuerySet(models.QuerySet["MessageWords"]):
    """Words of the clinic and of its service lines."""

    def newest(self) -> Self:
        """Return the last version of each; one that says `is_shipped` means the words that come with the product."""
        key = ("kind", "for_staff", "channel", "language", "service_id")
        return self.order_by(*key, "-version").distinct(*key)

    def of(self, *, kind: str, for_staff: bool, channel: str, service_id: object | None) -> Self:
        """Return every version for one message of one service line, or of the whole clinic."""
        return self.filter(kind=kind, for_staff=for_staff, channel=channel, service_id=service_id)


class MessageWords(Record):
    """
    One version of the words of one message in one language; versions are only added.

    The newest version is in force, for one service line or, without one, for the whole clinic. The versions of all
    languages are written together.
    """

    PERSONAL: frozenset[str] = frozenset()

    service = models.ForeignKey("providers.HealthcareService", models.PROTECT, null=True, related_name="message_words")
    kind = models.CharField(max_length=32, choices=CommunicationKind)
    for_staff = models.BooleanField(default=False, help_text="Some kinds say something else to those who work here.")
    channel = models.CharField(max_length=8, choices=Channel)
    language = models.CharField(max_length=8)
    version = models.PositiveIntegerField()
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    is_shipped = models.BooleanField(default=False, help_text="From here on the words of the product are used again.")
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = MessageWordsQuerySet.as_manager()

    class Meta:
        constraints = [
            # Of two administrators who write at once, one learns of the other.
            models.UniqueConstraint(
                fields=["kind", "for_staff", "channel", "language", "service", "version"],
                name=VERSION_ONCE,
                nulls_distinct=False,
            ),
            known("kind", CommunicationKind, name="consultations_messagewords_kind_known"),
            known("channel", Channel, name="consultations_messagewords_channel_known"),
            models.CheckConstraint(
                condition=Q(is_shipped=True, body="", subject="") | Q(is_shipped=False) & ~Q(body=""),
                name="consultations_messagewords_has_words",
            ),
            models.CheckConstraint(condition=Q(version__gt=0), name="consultations_messagewords_counts_from_one"),
        ]
        triggers = [
            pgtrigger.Protect(name="messagewords_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]
