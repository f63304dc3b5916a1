"""Days on which the whole clinic is closed."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from config.core.models import Record, Role, User
from providers.models.doubt import EVERYBODY, doubts


class ClinicClosureQuerySet(models.QuerySet["ClinicClosure"]):
    """Closures."""

    def visible_to(self, user: User) -> Self:
        """Return all for those who work here, none for others."""
        return self.none() if user.role == Role.PATIENT else self.all()


class ClinicClosure(Record):
    """Days off for everybody, such as a public holiday; each clinician's own local dates, both inclusive."""

    PERSONAL: frozenset[str] = frozenset()

    name = models.CharField(max_length=100)
    start_date = models.DateField()
    end_date = models.DateField()
    is_active = models.BooleanField(default=True)

    objects = ClinicClosureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(end_date__gte=F("start_date")), name="providers_clinicclosure_days_ordered"
            ),
        ]
        indexes = [
            # Availability of anybody.
            models.Index(fields=["end_date"], name="providers_clinicclosure_end"),
        ]
        triggers = [doubts(name="clinicclosure_doubts_open_times", of=EVERYBODY)]
