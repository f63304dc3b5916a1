"""When the messages of a service line are sent, where it differs from what is usual; each version of it."""

from datetime import timedelta
from typing import Self
from uuid import UUID

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q

from config.core.constraints import all_or_none, known
from config.core.models import Record
from consultations.domain.codes import CommunicationKind, TimedKind
from consultations.domain.message_plan import LONGEST, MOST, SHORTEST
from consultations.domain.timing import USUAL

VERSION_ONCE = "consultations_messageplan_version_once"
_PLACES = [F(f"minutes__{place}") for place in range(MOST)]


class MessagePlanQuerySet(models.QuerySet["MessagePlan"]):
    """The plans of the service lines."""

    def newest(self) -> Self:
        """Return the last version of each; one that says `is_usual` means the times that come with the product."""
        return self.order_by("service_id", "kind", "-version").distinct("service_id", "kind")

    def timing(self, service_id: UUID) -> dict[CommunicationKind, tuple[timedelta, ...]]:
        """Return for each kind how long before or after its event it is sent: the line's own, else the usual."""
        newest = self.filter(service_id=service_id).newest().values_list("kind", "minutes", "is_usual")
        own = {
            CommunicationKind(kind): tuple(timedelta(minutes=one) for one in sorted(minutes, reverse=True))
            for kind, minutes, is_usual in newest
            if not is_usual
        }
        return {**USUAL, **own}


class MessagePlan(Record):
    """
    One version of when one kind of message is sent for one service line; versions are only added.

    The newest version is in force; an empty list means never. Minutes count back from the start of a visit for
    reminders, and on from the beginning of the questions or from a missed visit for the others. What is planned
    already keeps its time. Nobody is named where the plan is older than its versions.
    """

    PERSONAL: frozenset[str] = frozenset()

    service = models.ForeignKey("providers.HealthcareService", models.PROTECT, related_name="message_plans")
    kind = models.CharField(max_length=32, choices=TimedKind)
    version = models.PositiveIntegerField()
    minutes = ArrayField(models.PositiveIntegerField(), size=MOST, blank=True, help_text="The fewest first.")
    is_usual = models.BooleanField(default=False, help_text="From here on the usual times hold again.")
    set_at = models.DateTimeField(null=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = MessagePlanQuerySet.as_manager()

    class Meta:
        constraints = [
            # Of two administrators who set it at once, one learns of the other.
            models.UniqueConstraint(fields=["service", "kind", "version"], name=VERSION_ONCE),
            known("kind", TimedKind, name="consultations_messageplan_kind_known"),
            all_or_none("set_at", "set_by", name="consultations_messageplan_setting_whole"),
            models.CheckConstraint(condition=Q(version__gt=0), name="consultations_messageplan_counts_from_one"),
            models.CheckConstraint(
                condition=Q(is_usual=False) | Q(minutes__len=0), name="consultations_messageplan_usual_has_no_times"
            ),
            # What the checks below look at is all there is: no NULL between times, no list of lists, no sixth time.
            models.CheckConstraint(
                condition=Q(minutes__len=Func(*_PLACES, function="num_nonnulls", output_field=models.IntegerField())),
                name="consultations_messageplan_plain_list",
            ),
            # A place that is empty is neither out of range nor out of order; in order, no time stands twice.
            models.CheckConstraint(
                condition=Q(**{f"minutes__{place}__range": (SHORTEST, LONGEST) for place in range(MOST)}),
                name="consultations_messageplan_times_in_range",
            ),
            models.CheckConstraint(
                condition=Q(**{f"minutes__{place}__lt": F(f"minutes__{place + 1}") for place in range(MOST - 1)}),
                name="consultations_messageplan_times_ordered",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="messageplan_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"MessagePlan {self.pk}"
