"""A booked visit."""

from datetime import datetime
from typing import Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F, Q
from timezone_field import TimeZoneField

from config.core import audit
from config.core.constraints import UuidRange, all_or_none, known
from config.core.models import Record, Role, User
from consultations.domain import lifecycle, policy
from consultations.domain.codes import LIVE_APPOINTMENTS, AppointmentStatus, CommunicationKind, EncounterStatus
from consultations.domain.timing import occurrence
from consultations.models.communication import Communication
from consultations.models.communication_preference import CommunicationPreference
from consultations.models.encounter import Encounter
from consultations.models.message_plan import MessagePlan
from consultations.models.waitlist import WaitlistEntry
from providers.models import Slot

PATIENT_NEVER_TWICE = "consultations_appointment_patient_never_twice"


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Visits."""

    def live(self) -> Self:
        """Return the visits that are going to happen or are happening."""
        return self.filter(status__in=LIVE_APPOINTMENTS)

    def meetings(self) -> Self:
        """Return the visits at which a patient and a clinician have met or are to meet: neither cancelled nor missed."""
        return self.exclude(status__in={AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW})

    def upcoming(self, now: datetime) -> Self:
        """Return live visits that have not ended at `now`."""
        return self.live().filter(end_at__gt=now)

    def visible_to(self, user: User) -> Self:
        """Return the patient's own, the clinician's own, or all for administrators."""
        if user.role == Role.ADMIN:
            return self.all()
        if user.role == Role.PRACTITIONER:
            return self.filter(practitioner__user=user)
        return self.filter(patient__user=user)


class Appointment(Record):
    """
    A booked visit. FHIR R4 Appointment; rescheduling keeps the row and raises `revision`.

    `local_start`, the zone and the tz database version say what was promised, should zone rules change later.
    """

    PERSONAL = frozenset({"cancel_reason", "patient_state"})

    service_request = models.ForeignKey("consultations.ServiceRequest", models.PROTECT, related_name="appointments")
    patient = models.ForeignKey("intake.Patient", models.PROTECT, related_name="appointments")
    practitioner = models.ForeignKey("providers.Practitioner", models.PROTECT, related_name="appointments")
    slot = models.OneToOneField("providers.Slot", models.PROTECT, related_name="appointment")
    status = models.CharField(max_length=16, choices=AppointmentStatus, default=AppointmentStatus.BOOKED)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    during = DateTimeRangeField()
    patient_state = models.CharField(max_length=2)
    time_zone = TimeZoneField(help_text="The practitioner's zone when the time was promised.")
    local_start = models.CharField(max_length=16, help_text="Wall clock in that zone, YYYY-MM-DDTHH:MM.")
    tzdata_version = models.CharField(max_length=16)
    revision = models.PositiveIntegerField(default=0)
    reschedules = models.PositiveSmallIntegerField(default=0)
    minutes_late = models.PositiveSmallIntegerField(default=0, help_text="As the clinician told the patient.")
    checked_in_at = models.DateTimeField(null=True)
    checked_in_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cancel_reason = models.CharField(max_length=300, blank=True)
    move_asked_at = models.DateTimeField(null=True, help_text="When the clinic asked the patient for another time.")
    move_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        constraints = [
            known("status", AppointmentStatus, name="consultations_appointment_status_known"),
            all_or_none("checked_in_at", "checked_in_by", name="consultations_appointment_check_in_whole"),
            all_or_none("cancelled_at", "cancelled_by", name="consultations_appointment_cancellation_whole"),
            all_or_none("move_asked_at", "move_asked_by", name="consultations_appointment_move_asked_whole"),
            models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="consultations_appointment_ordered"),
            models.CheckConstraint(
                condition=Q(during__startswith=F("start_at"), during__endswith=F("end_at")),
                name="consultations_appointment_during_is_start_to_end",
            ),
            ExclusionConstraint(
                name=PATIENT_NEVER_TWICE,
                expressions=[(UuidRange("patient"), RangeOperators.OVERLAPS), ("during", RangeOperators.OVERLAPS)],
                condition=Q(status__in=LIVE_APPOINTMENTS),
            ),
            models.UniqueConstraint(
                fields=["service_request"],
                condition=Q(status__in=LIVE_APPOINTMENTS),
                name="consultations_appointment_one_live_per_request",
            ),
        ]
        indexes = [
            # A clinician's day.
            models.Index(fields=["practitioner", "start_at", "id"], name="consultations_appt_day"),
            # A patient's list.
            models.Index(fields=["patient", "-start_at", "id"], name="consultations_appt_patient"),
        ]

    def put_into(self, slot: Slot, *, tzdata_version: str) -> tuple[str, ...]:
        """Give this visit the clinician and the time of a slot, unsaved; returns the columns that changed."""
        zone = slot.practitioner.time_zone
        self.slot, self.practitioner = slot, slot.practitioner
        self.start_at, self.end_at = slot.start_at, slot.end_at
        self.during = DateTimeTZRange(slot.start_at, slot.end_at)
        self.time_zone, self.tzdata_version = zone, tzdata_version
        self.local_start = slot.start_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
        return (
            "slot", "practitioner", "start_at", "end_at", "during", "time_zone", "tzdata_version", "local_start",
        )  # fmt: skip

    def cancel(self, *, by: User, now: datetime, words: str, reason: str, must_tell: bool = False) -> None:
        """
        Cancel this locked visit: its time is free, its encounter ended, its messages stopped, the patient told.

        words      why, as a person said it; may be empty
        reason     the code that the history keeps
        must_tell  the clinician is told even if they want no such messages
        """
        old, self.status = self.status, AppointmentStatus.CANCELLED
        self.cancelled_at, self.cancelled_by, self.cancel_reason = now, by, words
        self.revision += 1
        self.save(update_fields=["status", "cancelled_at", "cancelled_by", "cancel_reason", "revision", "updated_at"])
        self._end_encounter(by=by, now=now, reason=reason)
        WaitlistEntry.objects.give_back(self.slot, by=by, now=now, reason=reason)
        Communication.objects.stop(subject_id=self.pk, now=now, reason=reason)
        self.tell(CommunicationKind.BOOKING_CANCELLED, due_at=now)
        self.tell_clinician(CommunicationKind.BOOKING_CANCELLED, by=by, now=now, must=must_tell)
        audit.status_changed(self, old=old, new=self.status, by=by, now=now, reason=reason)

    def tell(
        self,
        kind: CommunicationKind,
        *,
        due_at: datetime,
        expires_at: datetime | None = None,
        to: UUID | None = None,
        number: int = 0,
    ) -> None:
        """Plan a message about this visit as it stands now, to the patient unless `to` is somebody else."""
        Communication.objects.plan(
            subject=self,
            kind=kind,
            recipient_id=to or self.patient.user_id,
            due_at=due_at,
            expires_at=expires_at,
            occurrence=occurrence(f"r{self.revision}", number),
            revision=self.revision,
        )

    def announce(self, kind: CommunicationKind, *, now: datetime) -> None:
        """Tell the patient what has become of this visit, and plan the reminders of it as it stands now."""
        self.tell(kind, due_at=now)
        timing = MessagePlan.objects.timing(self.service_request.service_id)
        for reminder, number, due_at in policy.reminders(self.start_at, now=now, timing=timing):
            self.tell(reminder, due_at=due_at, expires_at=self.start_at, number=number)

    def tell_clinician(self, kind: CommunicationKind, *, by: User, now: datetime, must: bool = False) -> None:
        """
        Plan a message about this visit to its clinician, unless they did it themselves or want none of these.

        must  an administrator did what the policy does not allow: they are told in any case
        """
        clinician = self.practitioner.user_id
        if must or (clinician != by.pk and CommunicationPreference.objects.wants_visit_mail(clinician)):
            self.tell(kind, to=clinician, due_at=now)

    def _end_encounter(self, *, by: User, now: datetime, reason: str) -> None:
        encounter = Encounter.objects.select_for_update(no_key=True).filter(appointment=self).first()
        if encounter is None or not lifecycle.may(lifecycle.ENCOUNTER, encounter.status, EncounterStatus.CANCELLED):
            return
        old, encounter.status = encounter.status, EncounterStatus.CANCELLED
        encounter.save(update_fields=["status", "updated_at"])
        audit.status_changed(encounter, old=old, new=encounter.status, by=by, now=now, reason=reason)
