"""Who waits for an earlier time, and the times that they were offered."""

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from config.core import audit
from config.core.constraints import fixed, known
from config.core.models import Record, Role, User
from consultations.domain.codes import EntryStatus, OfferStatus, Priority
from consultations.domain.waitlist import Wish
from providers.domain.codes import SlotStatus
from providers.models import Slot

ONE_OFFER_A_PATIENT = "consultations_waitlistoffer_one_open_per_patient"


class WaitlistEntryQuerySet(models.QuerySet["WaitlistEntry"]):
    """Who waits."""

    def waiting(self) -> Self:
        """Return those who still wait."""
        return self.filter(status=EntryStatus.WAITING)

    def visible_to(self, user: User) -> Self:
        """Return one's own; administrators see all."""
        return self.all() if user.role == Role.ADMIN else self.filter(patient__user=user)

    def anybody_waits_for(self, service: UUID) -> bool:
        """Tell whether a freed time of a service may interest somebody: one query."""
        return self.waiting().filter(service_request__service=service).exists()

    def give_back(self, slot: Slot, *, by: User | None, now: datetime, reason: str) -> None:
        """Free the time of a visit; where somebody waits for such a time, it is kept for them for a minute."""
        if Slot.objects.release(pk=slot.pk, now=now):
            audit.status_changed(slot, old=slot.status, new=SlotStatus.FREE, by=by, now=now, reason=reason)
            if slot.start_at > now and slot.service_id and self.anybody_waits_for(slot.service_id):
                Slot.objects.reserve(slot, now=now)


class WaitlistEntry(Record):
    """
    One case that waits for an earlier time.

    waitlist.join makes it `waiting`, book.accept `booked`, waitlist.leave `left`, waitlist.settle `closed`. A visit that
    is booked meanwhile does not end it: then only times before that visit are offered.
    """

    PERSONAL: frozenset[str] = frozenset()

    service_request = models.ForeignKey("consultations.ServiceRequest", models.PROTECT, related_name="waitlist_entries")
    patient = models.ForeignKey("intake.Patient", models.PROTECT, related_name="waitlist_entries")
    practitioner = models.ForeignKey(
        "providers.Practitioner", models.PROTECT, null=True, related_name="+", help_text="Empty: anybody."
    )
    language = models.CharField(max_length=8, blank=True)
    not_before = models.DateTimeField(null=True)
    before = models.DateTimeField(null=True)
    notice_minutes = models.PositiveIntegerField(default=120)
    status = models.CharField(max_length=8, choices=EntryStatus, default=EntryStatus.WAITING)
    joined_at = models.DateTimeField()
    joined_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = WaitlistEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            known("status", EntryStatus, name="consultations_waitlistentry_status_known"),
            models.UniqueConstraint(
                fields=["service_request"],
                condition=Q(status="waiting"),
                name="consultations_waitlistentry_case_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", ended_at__isnull=True) | ~Q(status="waiting") & Q(ended_at__isnull=False),
                name="consultations_waitlistentry_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(not_before__isnull=True) | Q(before__isnull=True) | Q(before__gt=F("not_before")),
                name="consultations_waitlistentry_days_ordered",
            ),
        ]
        indexes = [
            # Everybody who waits, at each tick.
            models.Index(
                fields=["joined_at", "id"], name="consultations_waitlist_order", condition=Q(status="waiting")
            ),
        ]

    def end(self, status: EntryStatus, *, now: datetime) -> None:
        """Write how the waiting ended."""
        self.status, self.ended_at = status, now
        self.save(update_fields=["status", "ended_at", "updated_at"])

    def wish(self, *, before: datetime | None) -> Wish:
        """
        Return what this person waits for; reads the service request.

        before  when their present visit starts, if they have one
        """
        limits = [limit for limit in (self.before, before) if limit is not None]
        return Wish(
            priority=Priority(self.service_request.priority),
            joined_at=self.joined_at,
            key=self.pk,
            practitioner=self.practitioner_id,
            language=self.language,
            not_before=self.not_before,
            before=min(limits, default=None),
            notice=timedelta(minutes=self.notice_minutes),
        )


class WaitlistOfferQuerySet(models.QuerySet["WaitlistOffer"]):
    """Offered times."""

    def open(self) -> Self:
        """Return those that wait for an answer, late ones included."""
        return self.filter(status=OfferStatus.OPEN)

    def answerable(self, now: datetime) -> Self:
        """Return those that can be taken at `now`."""
        return self.open().filter(expires_at__gt=now)

    def visible_to(self, user: User) -> Self:
        """Return one's own; administrators see all."""
        return self.all() if user.role == Role.ADMIN else self.filter(patient__user=user)


class WaitlistOffer(Record):
    """
    One time that is held for one person until `expires_at`; `slot` is the hold, and what keeps others away.

    waitlist.offer makes it `open`; it ends once, and the same time is never offered to the same case again.
    """

    PERSONAL: frozenset[str] = frozenset()

    entry = models.ForeignKey("consultations.WaitlistEntry", models.PROTECT, related_name="offers")
    patient = models.ForeignKey("intake.Patient", models.PROTECT, related_name="waitlist_offers")
    slot = models.ForeignKey("providers.Slot", models.PROTECT, related_name="waitlist_offers")
    practitioner = models.ForeignKey("providers.Practitioner", models.PROTECT, related_name="+")
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    status = models.CharField(max_length=9, choices=OfferStatus, default=OfferStatus.OPEN)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = WaitlistOfferQuerySet.as_manager()

    class Meta:
        constraints = [
            known("status", OfferStatus, name="consultations_waitlistoffer_status_known"),
            models.UniqueConstraint(fields=["patient"], condition=Q(status="open"), name=ONE_OFFER_A_PATIENT),
            models.UniqueConstraint(
                fields=["slot"], condition=Q(status="open"), name="consultations_waitlistoffer_one_open_per_time"
            ),
            models.UniqueConstraint(
                fields=["entry", "practitioner", "start_at"], name="consultations_waitlistoffer_never_twice"
            ),
            models.CheckConstraint(
                condition=Q(status="open", ended_at__isnull=True) | ~Q(status="open") & Q(ended_at__isnull=False),
                name="consultations_waitlistoffer_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("offered_at"), expires_at__lt=F("start_at")),
                name="consultations_waitlistoffer_ends_before_the_visit",
            ),
        ]
        indexes = [
            # Offers that nobody answered, at each tick.
            models.Index(fields=["expires_at"], name="consultations_offer_expiry", condition=Q(status="open")),
        ]
        triggers = [
            fixed(
                "status",
                name="waitlistoffer_ends_once",
                when="OLD.status <> 'open'",
            ),
        ]

    def end(self, status: OfferStatus, *, now: datetime) -> None:
        """Write how the offer ended."""
        self.status, self.ended_at = status, now
        self.save(update_fields=["status", "ended_at", "updated_at"])
