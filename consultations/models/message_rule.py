"""When the messages of a service line are sent, where it differs from what is usual."""

from datetime import timedelta
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from config.core.constraints import known
from config.core.models import Record
from consultations.domain.codes import CommunicationKind, TimedKind
from consultations.domain.timing import USUAL

_MONTH = 30 * 24 * 60


class MessageRuleQuerySet(models.QuerySet["MessageRule"]):
    """The plans of the service lines."""

    def timing(self, service_id: UUID) -> dict[CommunicationKind, tuple[timedelta, ...]]:
        """Return for each kind how long before or after its event it is sent: the line's own, else the usual."""
        own = {
            CommunicationKind(kind): tuple(timedelta(minutes=one) for one in sorted(minutes, reverse=True))
            for kind, minutes in self.filter(service_id=service_id).values_list("kind", "minutes")
        }
        return {**USUAL, **own}


class MessageRule(Record):
    """
    When one kind of message is sent for one service line; an empty list means never.

    Minutes count back from the start of a visit for reminders, and on from the beginning of the questions or from a
    missed visit for the others. What is planned already keeps its time.
    """

    PERSONAL: frozenset[str] = frozenset()

    service = models.ForeignKey("providers.HealthcareService", models.CASCADE, related_name="message_rules")
    kind = models.CharField(max_length=32, choices=TimedKind)
    minutes = ArrayField(
        models.PositiveIntegerField(validators=[MinValueValidator(5), MaxValueValidator(_MONTH)]),
        size=5,
        blank=True,
        help_text="Minutes, separated by commas: 1440 is a day, 60 an hour. Empty: this is never sent.",
    )

    objects = MessageRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "kind"], name="consultations_messagerule_once"),
            known("kind", TimedKind, name="consultations_messagerule_kind_known"),
        ]

    def __str__(self) -> str:
        return f"MessageRule {self.pk}"
