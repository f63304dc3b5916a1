"""Free time, worked out beforehand so that it can be searched; never the truth, which is hours minus slots."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import NamedTuple, Self
from uuid import UUID

from django.db import models
from django.db.models.functions import Now

from providers.domain.intervals import Interval
from providers.models.doubt import ends

_BATCH = 2000
# What has happened is in doubt at every instant at which anybody may ask; minus infinity is no Python datetime.
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


class OpenTimeRow(NamedTuple):
    """One row of one clinician as plain values; of rows of the model a clinician's thousands would cost ten times that."""

    service_id: UUID
    start_at: datetime
    end_at: datetime
    opens_at: datetime
    closes_at: datetime
    states: int
    accepts_new_patients: bool


class OpenTimeQuerySet(models.QuerySet["OpenTime"]):
    """Free times."""

    def of(self, practitioner: UUID, *, span: Interval) -> set[OpenTimeRow]:
        """Return what is stored of a clinician in a span."""
        stored = self._stored(practitioner, span=span)
        return {OpenTimeRow(*row) for row in stored.values_list(*OpenTimeRow._fields)}

    def replace(self, practitioner: UUID, *, span: Interval, rows: Iterable[OpenTimeRow]) -> int:
        """Make `rows` all that is stored of a clinician in a span, touching only what differs; how many that was."""
        wanted, stored = set(rows), self.of(practitioner, span=span)
        missing, wrong = wanted - stored, stored - wanted
        if wrong:
            keys = [(row.service_id, practitioner, row.start_at) for row in wrong]
            self._stored(practitioner, span=span).filter(pk__in=keys).delete()
        made = [self.model(practitioner_id=practitioner, **row._asdict()) for row in missing]
        self.bulk_create(made, batch_size=_BATCH)
        return len(wrong) + len(missing)

    def _stored(self, practitioner: UUID, *, span: Interval) -> Self:
        return self.filter(practitioner=practitioner, start_at__gte=span.start, start_at__lt=span.end)


class OpenTime(models.Model):
    """
    One time of one clinician that a service may have. Derived by providers.queries.open_times; holds no truth.

    A clinician with an OpenTimeChange is searched from hours and slots instead, so that what is offered is the same
    at every moment. opens_at and closes_at carry horizon and notice, `states` a bit for each licence in force then.
    """

    PERSONAL: frozenset[str] = frozenset()

    pk = models.CompositePrimaryKey("service_id", "practitioner_id", "start_at")
    # Derived by the million from rows that are there: a constraint would check each of them again.
    service = models.ForeignKey(
        "providers.HealthcareService", models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    practitioner = models.ForeignKey(
        "providers.Practitioner", models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    states = models.BigIntegerField()
    accepts_new_patients = models.BooleanField()

    objects = OpenTimeQuerySet.as_manager()

    class Meta:
        indexes = [
            # "The next times across all who may see me": one walk, everything that it asks in the index.
            models.Index(
                fields=["service", "start_at", "practitioner"],
                include=["end_at", "opens_at", "closes_at", "states", "accepts_new_patients"],
                name="providers_opentime_search",
            ),
            # One clinician's month, the next time of each of some clinicians, and replacing times after a booking.
            models.Index(
                fields=["practitioner", "start_at"],
                include=["service", "end_at", "opens_at", "closes_at", "states", "accepts_new_patients"],
                name="providers_opentime_one",
            ),
        ]

    def __str__(self) -> str:
        return "OpenTime"


class OpenTimeChangeQuerySet(models.QuerySet["OpenTimeChange"]):
    """What has made open times doubtful, or will."""

    def at(self, now: datetime) -> "OpenTimeChangeQuerySet":
        """Return those that count at `now`."""
        return self.filter(since__lte=now)

    def happened(self) -> "OpenTimeChangeQuerySet":
        """Return those that somebody has made, without those that were written down beforehand."""
        return self.filter(since=ALWAYS)

    def made_by(self, rows: Collection[UUID]) -> "OpenTimeChangeQuerySet":
        """Return the changes that have happened and that the named rows caused."""
        return self.happened().filter(cause__in=rows)


class OpenTimeChange(models.Model):
    """
    A clinician's open times may be wrong from an instant on; written by triggers.

    What has happened is so since ALWAYS and is removed by providers.flows.open_times. What will come about although
    nobody does anything is written down beforehand, and taken back by the triggers that wrote it: a hold that will
    expire (its cause is the slot) and rows that will run out (the cause is the clinician). So a search asks one index
    who is in doubt.
    """

    PERSONAL: frozenset[str] = frozenset()

    practitioner = models.ForeignKey("providers.Practitioner", models.CASCADE, related_name="+", db_index=False)
    cause = models.UUIDField(null=True)
    since = models.DateTimeField(db_default=ALWAYS)
    made_at = models.DateTimeField(db_default=Now())

    objects = OpenTimeChangeQuerySet.as_manager()

    class Meta:
        indexes = [
            # Who is in doubt at an instant, in every search; what is to be worked in of one clinician.
            models.Index(fields=["since", "practitioner"], name="providers_opentimechange_since"),
        ]

    def __str__(self) -> str:
        return f"OpenTimeChange {self.pk}"


class OpenTimeCover(models.Model):
    """Until when a clinician's open times reach far enough; after that they count as doubtful."""

    PERSONAL: frozenset[str] = frozenset()

    practitioner = models.OneToOneField("providers.Practitioner", models.CASCADE, primary_key=True, related_name="+")
    good_until = models.DateTimeField()

    class Meta:
        indexes = [
            # Whose times are to be worked out further.
            models.Index(fields=["good_until"], name="providers_opentimecover_end"),
        ]
        triggers = [ends(name="opentimecover_runs_out", cause="practitioner_id", at="good_until")]

    def __str__(self) -> str:
        return f"OpenTimeCover {self.pk}"
