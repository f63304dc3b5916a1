"""When a clinician works on the queue."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from config.core.models import Record, Role, User
from providers.models import Practitioner


class ShiftQuerySet(models.QuerySet["Shift"]):
    """Shifts."""

    def open(self) -> Self:
        """Return those that have not ended."""
        return self.filter(ended_at__isnull=True)

    def current(self, practitioner: Practitioner, *, now: datetime) -> "Shift":
        """Return the open shift of a clinician; whoever takes a case has begun one."""
        shift = self.open().filter(practitioner=practitioner).first()
        if shift is not None:
            return shift
        # The unique constraint is the lock: of two that begin at once, one row is made.
        self.bulk_create([self.model(practitioner=practitioner, began_at=now)], ignore_conflicts=True)
        return self.open().get(practitioner=practitioner)

    def visible_to(self, user: User) -> Self:
        """Return one's own; administrators see all."""
        return self.all() if user.role == Role.ADMIN else self.filter(practitioner__user=user)


class Shift(Record):
    """A clinician at work on the queue, from the first case until they end it; `paused_at` while on a break."""

    PERSONAL: frozenset[str] = frozenset()

    practitioner = models.ForeignKey("providers.Practitioner", models.PROTECT, related_name="shifts")
    began_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practitioner"], condition=Q(ended_at__isnull=True), name="consultations_shift_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at"), paused_at__isnull=True),
                name="consultations_shift_ends_after_it_began",
            ),
        ]
