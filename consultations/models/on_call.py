"""Who answers for a service's safety flags, and when."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, OuterRef, Q

from config.core.constraints import UuidRange, all_or_none, fixed, kept
from config.core.insertion import insert_unless_refused
from config.core.models import Record, Role, User
from providers.models import PractitionerRole

ON_CALL_NEVER_TWO = "consultations_oncall_never_two"


class OnCallQuerySet(models.QuerySet["OnCall"]):
    """Periods of being on call."""

    def in_force(self) -> Self:
        """Return those that nobody has taken back."""
        return self.filter(cancelled_at__isnull=True)

    def at(self, now: datetime) -> Self:
        """Return who is on call at an instant, whatever the service."""
        return self.in_force().filter(during__contains=now)

    def able(self) -> Self:
        """Leave out people who have left or no longer offer the service: a message to them would tell nobody."""
        offers = PractitionerRole.objects.filter(
            practitioner=OuterRef("practitioner"), service=OuterRef("service"), is_active=True
        )
        return self.filter(Exists(offers), practitioner__is_active=True, practitioner__user__is_active=True)

    def put(self, period: "OnCall") -> bool:
        """Insert the period unless somebody is on call for the service then; False, without an error, if so."""
        return insert_unless_refused(period)

    def visible_to(self, user: User) -> Self:
        """Return all for administrators, those of one's services for clinicians, none for others."""
        if user.role == Role.ADMIN:
            return self.all()
        if user.role != Role.PRACTITIONER:
            return self.none()
        return self.filter(service__roles__practitioner__user=user, service__roles__is_active=True)


class OnCall(Record):
    """
    One clinician on call for one service during one stretch of time; roster.put_on_call writes it.

    One at a time for a service: whoever is on call is the one person who knows that nobody else will look. One
    clinician may be on call for several services at once.
    """

    PERSONAL: frozenset[str] = frozenset()

    service = models.ForeignKey("providers.HealthcareService", models.PROTECT, related_name="on_call")
    practitioner = models.ForeignKey("providers.Practitioner", models.PROTECT, related_name="on_call")
    during = DateTimeRangeField(help_text="From the first instant until, not with, the last.")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = OnCallQuerySet.as_manager()

    class Meta:
        constraints = [
            all_or_none("cancelled_at", "cancelled_by", name="consultations_oncall_cancellation_whole"),
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="consultations_oncall_has_both_ends",
            ),
            ExclusionConstraint(
                name=ON_CALL_NEVER_TWO,
                expressions=[(UuidRange("service"), RangeOperators.OVERLAPS), ("during", RangeOperators.OVERLAPS)],
                condition=Q(cancelled_at__isnull=True),
            ),
        ]
        triggers = [
            fixed("service_id", "practitioner_id", name="oncall_who_fixed"),
            kept(name="oncall_kept"),
        ]

    @property
    def start_at(self) -> datetime:
        """Return the first instant."""
        start: datetime = self.during.lower
        return start

    @property
    def end_at(self) -> datetime:
        """Return the first instant after it."""
        end: datetime = self.during.upper
        return end
