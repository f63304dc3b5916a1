"""The first answer to a request that may be sent again."""

from django.conf import settings
from django.db import models

from config.core.models.record import Record


class IdempotencyKey(Record):
    """One `Idempotency-Key` of one person: what was asked (as a digest) and what was answered (encrypted)."""

    PERSONAL = frozenset({"answer"})

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.BinaryField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="core_idempotencykey_once")]
        indexes = [
            # The nightly clean-up.
            models.Index(fields=["expires_at"], name="core_idempotencykey_expiry"),
        ]
