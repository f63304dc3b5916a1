"""The time that a clinician is not free any more: held, booked or blocked."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from config.core import audit
from config.core.constraints import UuidRange, known
from config.core.insertion import insert_unless_refused
from config.core.models import Record, User
from providers.domain.codes import LIVE_SLOTS, SlotStatus
from providers.models.doubt import OWN, SLOT_MATTERS, doubts, ends

RESERVED_FOR = timedelta(seconds=60)
SLOT_NEVER_TWICE = "providers_slot_practitioner_never_twice"


class SlotQuerySet(models.QuerySet["Slot"]):
    """Taken time."""

    def live(self) -> Self:
        """Return what the exclusion constraint counts, expired holds included."""
        return self.filter(status__in=LIVE_SLOTS)

    def taken(self, now: datetime) -> Self:
        """Return what nobody else can have at `now`: live rows without the holds that have expired."""
        return self.live().exclude(status=SlotStatus.BUSY_TENTATIVE, expires_at__lte=now)

    def held_by(self, user: User, *, now: datetime) -> Self:
        """Return this person's holds that have not expired."""
        return self.filter(holder=user, status=SlotStatus.BUSY_TENTATIVE, expires_at__gt=now)

    def visible_to(self, user: User) -> Self:
        """Return one's own holds."""
        return self.filter(holder=user)

    def reserved(self, now: datetime) -> Self:
        """Return the times that are kept for the waitlist until somebody on it is asked."""
        return self.filter(status=SlotStatus.BUSY_TENTATIVE, holder__isnull=True, expires_at__gt=now)

    def booked(self) -> Self:
        """Return the times that visits occupy."""
        return self.filter(status=SlotStatus.BUSY)

    def take(self, slot: "Slot") -> bool:
        """Insert the row unless a live one overlaps it; False, without an error, if one does."""
        return insert_unless_refused(slot)

    def give_back(self, ids: Collection[UUID], *, by: User | None, now: datetime, reason: str) -> int:
        """Free the holds among `ids`, write down why, and return how many they were."""
        held = self.filter(pk__in=ids, status=SlotStatus.BUSY_TENTATIVE).order_by("id")
        freed = [slot for slot in held.select_for_update(no_key=True) if self.release(pk=slot.pk, now=now)]
        for slot in freed:
            audit.status_changed(
                slot, old=SlotStatus.BUSY_TENTATIVE, new=SlotStatus.FREE, by=by, now=now, reason=reason
            )
        return len(freed)

    def book(self, *, pk: UUID, holder: UUID, now: datetime) -> bool:
        """Turn an unexpired hold of a person into a booked time; False when it has expired or is gone."""
        held = self.filter(pk=pk, status=SlotStatus.BUSY_TENTATIVE, holder=holder, expires_at__gt=now)
        return held.update(status=SlotStatus.BUSY, expires_at=None, updated_at=now) == 1

    def reserve(self, slot: "Slot", *, now: datetime) -> None:
        """Keep the time of a slot that was just given back for the waitlist, for a minute; a lost race does no harm."""
        self.take(
            self.model(
                practitioner_id=slot.practitioner_id,
                service_id=slot.service_id,
                status=SlotStatus.BUSY_TENTATIVE,
                start_at=slot.start_at,
                end_at=slot.end_at,
                blocked=slot.blocked,
                expires_at=now + RESERVED_FOR,
            )
        )

    def pass_on(self, *, pk: UUID, to: "Slot", now: datetime) -> bool:
        """Give a reserved time to the person for whom `to` holds it; False when it is no longer reserved."""
        reserved = self.reserved(now).filter(pk=pk, blocked=to.blocked)
        return (
            reserved.update(
                holder=to.holder, reference=to.reference, state=to.state, expires_at=to.expires_at, updated_at=now
            )
            == 1
        )

    def put_back(self, *, pk: UUID, holder: UUID, now: datetime) -> bool:
        """Take a held time from a person and keep it for the waitlist; False when that person no longer held it."""
        held = self.filter(pk=pk, status=SlotStatus.BUSY_TENTATIVE, holder=holder)
        return held.update(holder=None, reference=None, state="", expires_at=now + RESERVED_FOR, updated_at=now) == 1

    def release(self, *, pk: UUID, now: datetime) -> bool:
        """Give a live time back; False when it was not live."""
        live = self.filter(pk=pk, status__in=LIVE_SLOTS)
        return live.update(status=SlotStatus.FREE, expires_at=None, updated_at=now) == 1


class Slot(Record):
    """
    Time taken from a practitioner. FHIR R4 Slot; rows exist only for time that is or was taken.

    providers.flows.hold makes it `busy-tentative`, consultations.flows.book `busy`, cancelling or letting the hold
    expire `free`. `blocked` is the visit with its buffers and is what must not overlap.
    """

    PERSONAL: frozenset[str] = frozenset()

    practitioner = models.ForeignKey("providers.Practitioner", models.PROTECT, related_name="slots")
    service = models.ForeignKey(
        "providers.HealthcareService", models.PROTECT, null=True, related_name="+", db_index=False
    )
    status = models.CharField(max_length=16, choices=SlotStatus)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    blocked = DateTimeRangeField()
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reference = models.UUIDField(null=True, help_text="The ServiceRequest that this time is for.")
    state = models.CharField(max_length=2, blank=True)
    expires_at = models.DateTimeField(null=True)

    objects = SlotQuerySet.as_manager()

    class Meta:
        constraints = [
            known("status", SlotStatus, name="providers_slot_status_known"),
            models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="providers_slot_ordered"),
            models.CheckConstraint(
                condition=Q(blocked__contains=F("start_at")) & Q(blocked__endswith__gte=F("end_at")),
                name="providers_slot_inside_its_block",
            ),
            models.CheckConstraint(
                condition=Q(status=SlotStatus.BUSY_TENTATIVE, expires_at__isnull=False)
                | (~Q(status=SlotStatus.BUSY_TENTATIVE) & Q(expires_at__isnull=True)),
                name="providers_slot_only_holds_expire",
            ),
            ExclusionConstraint(
                name=SLOT_NEVER_TWICE,
                expressions=[
                    (UuidRange("practitioner"), RangeOperators.OVERLAPS),
                    ("blocked", RangeOperators.OVERLAPS),
                ],
                condition=Q(status__in=LIVE_SLOTS),
            ),
        ]
        indexes = [
            # Busy time of a set of clinicians between two instants.
            models.Index(fields=["practitioner", "start_at"], name="providers_slot_busy", include=["end_at", "status"]),
            # Whether somebody has exactly the time of a service that another one wants.
            models.Index(fields=["service", "start_at"], name="providers_slot_same"),
            # The limit of holds per person, and the clean-up of expired ones.
            models.Index(
                fields=["holder", "expires_at"], name="providers_slot_holds",
                condition=Q(status=SlotStatus.BUSY_TENTATIVE),
            ),
        ]  # fmt: skip
        triggers = [
            doubts(name="slot_doubts_open_times", of=OWN, when=SLOT_MATTERS),
            ends(name="slot_hold_ends", cause="id", at="expires_at"),
        ]
