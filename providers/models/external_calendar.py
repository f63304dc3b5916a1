"""A calendar elsewhere whose busy times are blocked here."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from config.core import crypto
from config.core.models import Record
from providers.models.practitioner import OwnRows

_PURPOSE = "external-calendar"


class ExternalCalendarQuerySet(OwnRows["ExternalCalendar"]):
    """Calendars elsewhere."""

    def due(self, now: datetime) -> Self:
        """Return those that are to be read at `now`."""
        return self.filter(next_fetch_at__lte=now, practitioner__is_active=True)


class ExternalCalendar(Record):
    """
    One address of one clinician; the address is a secret and stands here encrypted.

    import_calendar.connect makes it, the worker reads it every quarter of an hour, import_calendar.disconnect removes it.
    """

    PERSONAL = frozenset({"address_box", "name"})

    practitioner = models.ForeignKey("providers.Practitioner", models.CASCADE, related_name="external_calendars")
    name = models.CharField(max_length=100)
    address_box = models.TextField()
    etag = models.CharField(max_length=200, blank=True)
    fetched_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=32, blank=True)
    next_fetch_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ExternalCalendarQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practitioner", "name"], name="providers_externalcalendar_name_once"),
        ]
        indexes = [
            # The worker.
            models.Index(fields=["next_fetch_at"], name="providers_extcalendar_due"),
        ]

    @property
    def address(self) -> str:
        """Return the address in clear."""
        return crypto.box(_PURPOSE).decrypt(self.address_box.encode()).decode()

    @address.setter
    def address(self, text: str) -> None:
        self.address_box = crypto.box(_PURPOSE).encrypt(text.encode()).decode()


class ExternalBusy(models.Model):
    """When a calendar elsewhere is busy; what of it is free here becomes a block, the rest is a conflict to look at."""

    PERSONAL: frozenset[str] = frozenset()

    calendar = models.ForeignKey("providers.ExternalCalendar", models.CASCADE, related_name="busy")
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="providers_externalbusy_ordered"),
            models.UniqueConstraint(fields=["calendar", "start_at"], name="providers_externalbusy_once"),
        ]

    def __str__(self) -> str:
        return f"ExternalBusy {self.pk}"
