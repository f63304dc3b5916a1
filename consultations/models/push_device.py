"""Browsers that show notifications to a person."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q

from config.core import crypto
from config.core.models import Record, User
from consultations.domain.codes import DeviceEnd
from consultations.models.communication_preference import CommunicationPreference

_PURPOSE = "push-device"
MOST = 10


class PushDeviceQuerySet(models.QuerySet["PushDevice"]):
    """Devices."""

    def live(self) -> Self:
        """Return those that still want notifications."""
        return self.filter(ended_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        """Return one's own."""
        return self.filter(user=user)

    def finish(self, ids: Iterable[UUID], *, why: DeviceEnd, now: datetime) -> int:
        """End devices; who has none left gets messages another way. Returns how many ended."""
        rows = self.live().filter(pk__in=list(ids))
        people = set(rows.values_list("user_id", flat=True))
        # Whoever adds or ends devices of one person does it one after the other.
        locked = CommunicationPreference.objects.select_for_update(no_key=True).filter(user_id__in=people)
        list(locked.order_by("id").values_list("pk", flat=True))
        ended = rows.update(ended_at=now, ended_why=why, updated_at=now)
        left = set(self.model.objects.live().filter(user_id__in=people).values_list("user_id", flat=True))
        preferences = CommunicationPreference.objects.filter(user_id__in=people - left)
        preferences.update(push_wanted_at=None, updated_at=now)
        return ended


class PushDevice(Record):
    """
    One browser of a person, with the address under which its push service knows it.

    Whoever knows the address can reach the device, so it is kept in a box; its digest tells devices apart.
    """

    PERSONAL = frozenset({"endpoint_box", "key", "secret_box", "name"})

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="push_devices")
    name = models.CharField(max_length=80, help_text="What it is, for its owner: the browser and the system.")
    endpoint_sha256 = models.CharField(max_length=64)
    endpoint_box = models.TextField()
    key = models.CharField(max_length=100, help_text="Its public key, base64url.")
    secret_box = models.TextField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=8, choices=DeviceEnd, blank=True)

    objects = PushDeviceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint_sha256"],
                condition=Q(ended_at__isnull=True),
                name="consultations_pushdevice_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_why="")
                | Q(ended_at__isnull=False, ended_why__in=DeviceEnd.values),
                name="consultations_pushdevice_end_whole",
            ),
        ]
        indexes = [
            # What a notification is sent to, and the person's list.
            models.Index(fields=["user"], name="consultations_pushdevice_live", condition=Q(ended_at__isnull=True)),
        ]

    @property
    def endpoint(self) -> str:
        """Return the address in clear."""
        return crypto.box(_PURPOSE).decrypt(self.endpoint_box.encode()).decode()

    @property
    def secret(self) -> str:
        """Return what the device and we share, in base64url."""
        return crypto.box(_PURPOSE).decrypt(self.secret_box.encode()).decode()

    def keep(self, *, endpoint: str, secret: str) -> None:
        """Put the address and the secret into their boxes, unsaved."""
        box = crypto.box(_PURPOSE)
        self.endpoint_box, self.secret_box = (box.encrypt(text.encode()).decode() for text in (endpoint, secret))
        self.endpoint_sha256 = digest(endpoint)


def digest(endpoint: str) -> str:
    """Return what tells one address from another."""
    return hashlib.sha256(endpoint.encode()).hexdigest()
