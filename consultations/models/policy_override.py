"""What administrators did to a visit that its service's policy does not allow, and why."""

from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from config.core.constraints import known
from config.core.models import Record, Role, User
from consultations.domain.codes import OverrideAct


class PolicyOverrideQuerySet(models.QuerySet["PolicyOverride"]):
    """Kept reasons."""

    def visible_to(self, user: User) -> Self:
        """Return all for administrators, and nothing for anybody else."""
        return self.all() if user.role == Role.ADMIN else self.none()


class PolicyOverride(Record):
    """
    One move or cancellation beyond the policy, with the reason that was typed. FHIR R4 Provenance; only grows.

    book.reschedule and book.cancel write it; `revision` is the visit's after the act.
    """

    PERSONAL = frozenset({"reason"})

    appointment = models.ForeignKey("consultations.Appointment", models.PROTECT, related_name="overrides")
    revision = models.PositiveIntegerField()
    act = models.CharField(max_length=12, choices=OverrideAct)
    reason = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = PolicyOverrideQuerySet.as_manager()

    class Meta:
        constraints = [
            known("act", OverrideAct, name="consultations_policyoverride_act_known"),
            models.CheckConstraint(
                condition=Q(reason__regex=r"\S"), name="consultations_policyoverride_reason_is_given"
            ),
            models.UniqueConstraint(fields=["appointment", "revision"], name="consultations_policyoverride_once"),
        ]
        indexes = [
            # What was done lately, by anybody or by one person.
            models.Index(fields=["made_at", "id"], name="consultations_override_made"),
            models.Index(fields=["made_by", "made_at", "id"], name="consultations_override_by"),
        ]
        triggers = [
            pgtrigger.Protect(name="policyoverride_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]
