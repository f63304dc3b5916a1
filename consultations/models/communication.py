"""Messages: planned, sent, or why not."""

from collections.abc import Collection
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from config.core.constraints import known
from config.core.models import Record, Role, User
from consultations.domain import messages
from consultations.domain.codes import Channel, CommunicationKind, CommunicationStatus
from consultations.domain.hours import send_at
from consultations.domain.timing import occurrence
from consultations.domain.voiding import ended_by
from consultations.domain.wishes import Wishes
from consultations.models.communication_preference import CommunicationPreference, wishes_of, with_wishes
from consultations.models.message_plan import MessagePlan
from intake.domain.codes import ConsentStatus
from intake.models import Consent

if TYPE_CHECKING:
    from consultations.models.service_request import ServiceRequest

PLANNED_ONCE = "consultations_communication_planned_once"
# Where each thing that a message may speak of keeps its case; the others belong to none.
_CASE = {
    "consultations.servicerequest": attrgetter("pk"),
    "consultations.appointment": attrgetter("service_request_id"),
    "consultations.communicationrequest": attrgetter("service_request_id"),
    "consultations.reviewtask": attrgetter("service_request_id"),
    "consultations.waitlistoffer": attrgetter("entry.service_request_id"),
    "consultations.careplan": attrgetter("determination.service_request_id"),
    "consultations.activityoutcome": attrgetter("activity.care_plan.determination.service_request_id"),
}
# What decides whether a letter may go as it is, and what it says, but for its reader, its case and its subject.
_OF_A_LETTER = (
    "subject_type", "subject_id", "subject_revision", "service_request", "kind", "channel", "recipient", "expires_at",
    "attempts",
)  # fmt: skip


class CommunicationQuerySet(models.QuerySet["Communication"]):
    """The ledger of messages."""

    def planned(self) -> Self:
        """Return those not yet due or not yet taken."""
        return self.filter(status=CommunicationStatus.PREPARATION)

    def due(self, now: datetime) -> Self:
        """Return planned messages whose time has come."""
        return self.planned().filter(due_at__lte=now)

    def not_dialled(self) -> Self:
        """Return those that can still be called back: planned, or taken by a sender that has not come to them."""
        return self.filter(
            Q(status=CommunicationStatus.PREPARATION) | Q(status=CommunicationStatus.IN_PROGRESS, dialled_at=None)
        )

    def about(self, subject_id: UUID) -> Self:
        """Return the messages about one row."""
        return self.filter(subject_id=subject_id)

    def unknown_texts(self, *, since: datetime, before: datetime) -> Self:
        """Return texts dialled after `since` whose fate was unknown when last looked at, before `before`."""
        rows = self.filter(channel=Channel.SMS, status=CommunicationStatus.UNKNOWN, dialled_at__gt=since)
        return rows.filter(updated_at__lte=before).select_related("recipient__patient").order_by("updated_at", "id")

    def plan(  # noqa: PLR0913  each word is a column of the plan
        self,
        *,
        subject: models.Model,
        kind: CommunicationKind,
        recipient_id: UUID,
        due_at: datetime,
        expires_at: datetime | None = None,
        occurrence: str = "once",
        revision: int = 0,
        channel: Channel | None = None,
    ) -> None:
        """
        Plan one message; a message that is planned already stays as it is.

        due_at      aware UTC; a time that has passed means at the next tick. A time in the person's quiet hours is
                    moved out of them, unless the kind may come at any hour
        expires_at  the instant after which nobody wants it any more
        occurrence  tells messages of one kind about one row apart, for example revisions or days
        channel     None for the one that the person chose
        """
        recipient = with_wishes(recipient_id)
        wishes = wishes_of(recipient)
        row = self.model(
            subject_type=subject._meta.label_lower,
            subject_id=subject.pk,
            service_request_id=_case_of(subject),
            subject_revision=revision,
            kind=kind,
            channel=channel or wishes.channel(kind),
            occurrence=occurrence,
            recipient=recipient,
            ideal_at=due_at,
            expires_at=expires_at,
        )
        row.time_for(wishes)
        self.bulk_create([row], ignore_conflicts=True)
        if not hasattr(recipient, "communication_preference"):
            CommunicationPreference.objects.make(recipient)

    def plan_nudges(self, request: "ServiceRequest", *, now: datetime) -> None:
        """Plan the few messages that remind of a draft's questions; they stop when it is submitted or withdrawn."""
        kind = CommunicationKind.INTAKE_UNFINISHED
        for number, after in enumerate(sorted(MessagePlan.objects.timing(request.service_id)[kind])):
            self.plan(
                subject=request, kind=kind, recipient_id=request.patient.user_id, due_at=now + after,
                occurrence=occurrence("nudge", number),
            )  # fmt: skip

    def record(self, *, user: User, kind: CommunicationKind, now: datetime) -> "Communication":
        """Write that a mail is being handed over now which nobody may send again; its fate is unknown until told."""
        return self.create(
            subject_type=user._meta.label_lower, subject_id=user.pk, kind=kind, channel=Channel.EMAIL,
            occurrence=uuid4().hex, recipient=user, status=CommunicationStatus.UNKNOWN, status_reason="being-sent",
            due_at=now, ideal_at=now, dialled_at=now, attempts=1,
        )  # fmt: skip

    def twins(self, message: "Communication") -> Self:
        """Return the same message on every channel, itself among them."""
        key = ("subject_id", "kind", "occurrence", "recipient_id")
        return self.filter(**{name: getattr(message, name) for name in key})

    def another_way(self, message: "Communication", *, wishes: Wishes, now: datetime) -> None:
        """Plan a message again for the channel that is left after its own failed for good, if there is one."""
        channel = wishes.next_channel(CommunicationKind(message.kind), Channel(message.channel))
        if channel is None:
            return
        copied = (
            "subject_type", "subject_id", "subject_revision", "service_request_id", "kind", "occurrence", "recipient_id",
            "expires_at",
        )  # fmt: skip
        row = self.model(**{name: getattr(message, name) for name in copied}, channel=channel, ideal_at=now)
        row.time_for(wishes)
        self.bulk_create([row], ignore_conflicts=True)

    def lock_due(self, now: datetime, *, limit: int, channel: Channel | None) -> list["Communication"]:
        """Lock due messages that nobody else holds, oldest due first, for `ready`; put an end to what is too late."""
        due = self.due(now).filter(**({"channel": channel} if channel else {}))
        free = due.only(*_OF_A_LETTER).select_for_update(skip_locked=True, no_key=True).order_by("due_at", "id")
        while found := list(free[:limit]):
            late = {message.pk for message in found if message.expires_at is not None and message.expires_at <= now}
            if late:
                ended = self.filter(pk__in=late)
                ended.update(status=CommunicationStatus.NOT_DONE, status_reason="too-late", updated_at=now)
            if len(late) < len(found):
                return [message for message in found if message.pk not in late]
        return []

    def lock_held(self, now: datetime) -> Self:
        """Lock those of some messages that their sender still holds, for `ready`; passes over what is being voided."""
        held = self.filter(status=CommunicationStatus.IN_PROGRESS, lease_expires_at__gt=now)
        return held.only(*_OF_A_LETTER).select_for_update(skip_locked=True, no_key=True)

    def release(self, now: datetime) -> None:
        """Give back those of some messages that are not dialled, for any sender to take."""
        held = self.filter(status=CommunicationStatus.IN_PROGRESS, dialled_at=None)
        # Whoever is voiding one of them needs nothing from here.
        free = list(held.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
        changes = {"status": CommunicationStatus.PREPARATION, "lease_expires_at": None, "updated_at": now}
        self.model._default_manager.filter(pk__in=free).update(**changes, token=None)

    def call_back(self, now: datetime) -> None:
        """Write that some messages that were dialled are not handed over; their sender holds them still."""
        held = self.filter(status=CommunicationStatus.IN_PROGRESS)
        held.update(dialled_at=None, attempts=F("attempts") - 1, updated_at=now)

    def complete(self, *, provider_id: str, now: datetime) -> bool:
        """Write that one message was sent; tells whether it was among these rows."""
        changes: dict[str, Any] = {"status": CommunicationStatus.COMPLETED, "status_reason": "", "sent_at": now}
        held = {"token": None, "lease_expires_at": None, "updated_at": now}
        return self.update(**changes, **held, provider_message_id=provider_id) == 1

    def hold(self, *, token: UUID, now: datetime, until: datetime, is_dialled: bool = False) -> None:
        """Write that one sender holds these locked messages `until` then, and whether it is about to hand them over."""
        held = {"status": CommunicationStatus.IN_PROGRESS, "token": token, "lease_expires_at": until}
        dialled = {"dialled_at": now, "attempts": F("attempts") + 1} if is_dialled else {"dialled_at": None}
        self.update(**held, **dialled, updated_at=now)

    def dial(self, *, now: datetime, until: datetime) -> None:
        """Write that these locked messages are about to be handed over; their sender holds them `until` then."""
        self.update(dialled_at=now, attempts=F("attempts") + 1, lease_expires_at=until, updated_at=now)

    def reap(self, now: datetime) -> None:
        """End the hold of senders that died; what they were handing over is treated by the rule of its channel."""
        left = self.filter(status=CommunicationStatus.IN_PROGRESS, lease_expires_at__lte=now)
        for message in left.select_for_update(skip_locked=True, no_key=True):
            if message.dialled_at is None:
                message.end(CommunicationStatus.PREPARATION, reason="", now=now)
            elif message.channel == Channel.SMS:
                # A text cannot be taken back and has no name of ours: it is looked up before anything else.
                message.end(CommunicationStatus.UNKNOWN, reason="sender-died", now=now)
            elif message.attempts >= messages.MAX_ATTEMPTS:
                message.end(CommunicationStatus.NOT_DONE, reason="gave-up", now=now)
            else:
                # A mail goes again under the same Message-ID.
                message.end(CommunicationStatus.PREPARATION, reason="sender-died", now=now)

    def stop(self, *, subject_id: UUID, now: datetime, reason: str) -> int:
        """Void every message about one row that can still be called back; returns how many."""
        return self.filter(subject_id=subject_id)._void(now=now, reason=reason)

    def stop_case(self, request: "ServiceRequest", *, now: datetime) -> int:
        """Void what nobody needs any more about a case that has ended, by its status; returns how many."""
        kinds, reason = ended_by(request.status)
        return self.filter(service_request=request, kind__in=kinds)._void(now=now, reason=reason)

    def _void(self, *, now: datetime, reason: str) -> int:
        changes: dict[str, Any] = {"status": CommunicationStatus.STOPPED, "status_reason": reason, "updated_at": now}
        return self.not_dialled().update(**changes, token=None, lease_expires_at=None)

    def not_reached(self) -> Self:
        """Return what never arrived at the patient of its case, where nothing has arrived at them since."""
        others = self.model._default_manager.filter(recipient=OuterRef("recipient"))
        same = others.filter(**{name: OuterRef(name) for name in ("subject_id", "kind", "occurrence")})
        on_its_way = same.filter(status__in=[CommunicationStatus.PREPARATION, CommunicationStatus.IN_PROGRESS])
        since = others.filter(status=CommunicationStatus.COMPLETED, sent_at__gt=OuterRef("updated_at"))
        failed = self.filter(
            status__in=[CommunicationStatus.NOT_DONE, CommunicationStatus.UNKNOWN],
            recipient=F("service_request__patient__user"),
        )
        return failed.filter(~Exists(on_its_way), ~Exists(since))

    def not_reached_about(self, case_id: UUID) -> Self:
        """Return the last few of them about one case, the newest first."""
        return self.not_reached().filter(service_request=case_id).order_by("-due_at", "-id")[:5]

    def with_case(self) -> Self:
        """Return rows that know their case, and as `is_withdrawn` whether their reader took a consent for it back."""
        signed = Consent.objects.filter(patient=OuterRef("patient"), document__slug=OuterRef("document__slug"))
        lost = Consent.objects.filter(
            ~Exists(signed.filter(status=ConsentStatus.ACTIVE)),
            status=ConsentStatus.INACTIVE,
            patient=OuterRef("service_request__patient"),
            patient__user=OuterRef("recipient"),
            document__services=OuterRef("service_request__service"),
        )
        return self.select_related("service_request").annotate(is_withdrawn=Exists(lost))

    def withdrawn(self, ids: Collection[UUID]) -> set[UUID]:
        """Return those of some messages whose reader took a consent for their case back."""
        return {message.pk for message in self.filter(pk__in=ids).with_case() if message.is_withdrawn}

    def visible_to(self, user: User) -> Self:
        """Return what was sent to oneself; administrators see all."""
        return self.all() if user.role == Role.ADMIN else self.filter(recipient=user)


class Communication(Record):
    """
    One message to one person. FHIR R4 Communication; no text is stored, it is rendered when sent.

    Planned in the transaction of what it speaks of; remind.dispatch takes it (`in-progress`, a lease and a token),
    writes the intent (`dialled_at`) before the send and the outcome after it.
    """

    PERSONAL: frozenset[str] = frozenset()

    subject_type = models.CharField(max_length=64)
    subject_id = models.UUIDField()
    subject_revision = models.PositiveIntegerField(default=0)
    service_request = models.ForeignKey(
        "consultations.ServiceRequest", models.PROTECT, null=True, db_index=False, related_name="communications"
    )
    kind = models.CharField(max_length=32, choices=CommunicationKind)
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.EMAIL)
    occurrence = models.CharField(max_length=64, default="once")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="communications")
    status = models.CharField(max_length=16, choices=CommunicationStatus, default=CommunicationStatus.PREPARATION)
    status_reason = models.CharField(max_length=64, blank=True)
    ideal_at = models.DateTimeField(null=True, help_text="When it is wanted, whatever the quiet hours say.")
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.UUIDField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    dialled_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True, help_text="As the carrier tells; mail servers do not.")
    provider_message_id = models.CharField(max_length=200, blank=True)

    # What `with_case` adds.
    is_withdrawn: bool

    objects = CommunicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id", "kind", "channel", "occurrence", "recipient"], name=PLANNED_ONCE
            ),
            known("status", CommunicationStatus, name="consultations_communication_status_known"),
            known("kind", CommunicationKind, name="consultations_communication_kind_known"),
            known("channel", Channel, name="consultations_communication_channel_known"),
            models.CheckConstraint(
                condition=Q(status="in-progress", lease_expires_at__isnull=False, token__isnull=False)
                | ~Q(status="in-progress") & Q(lease_expires_at__isnull=True),
                name="consultations_communication_lease_while_sending",
            ),
            models.CheckConstraint(
                condition=Q(status="completed", sent_at__isnull=False)
                | ~Q(status="completed") & Q(sent_at__isnull=True),
                name="consultations_communication_sent_has_time",
            ),
        ]
        indexes = [
            # The tick.
            models.Index(fields=["due_at", "id"], name="consultations_comm_due", condition=Q(status="preparation")),
            # Senders that died.
            models.Index(
                fields=["lease_expires_at"], name="consultations_comm_leases", condition=Q(status="in-progress")
            ),
            # The ledger, and what was due in some hours. Those about one row are found by what makes them unique.
            models.Index(fields=["due_at", "id"], name="consultations_comm_time"),
            # The messages about one case.
            models.Index(
                fields=["service_request"], name="consultations_comm_case", condition=Q(service_request__isnull=False)
            ),
            # What is planned for one person, when they change their mind.
            models.Index(
                fields=["recipient", "due_at"], name="consultations_comm_recipient", condition=Q(status="preparation")
            ),
        ]

    def end(self, status: CommunicationStatus, *, reason: str, now: datetime) -> None:
        """Store what became of this, or that it waits again; nobody holds it any more."""
        self.status, self.status_reason = status, reason
        # A text whose fate is unknown keeps its token: the sender that was thought dead may still tell.
        self.token = self.token if status == CommunicationStatus.UNKNOWN else None
        self.sent_at = self.sent_at if status == CommunicationStatus.COMPLETED else None
        self.lease_expires_at, self.updated_at = None, now
        self.save(
            update_fields=[
                "status", "status_reason", "token", "lease_expires_at", "due_at", "attempts", "sent_at", "updated_at",
            ]
        )  # fmt: skip

    def try_again(self, *, why: str, now: datetime) -> None:
        """Store that this goes again after a while, or that it is given up."""
        spread = (self.pk.int % 1000) / 1000
        again = messages.next_attempt(attempts=self.attempts, now=now, expires_at=self.expires_at, spread=spread)
        if again is None:
            self.end(CommunicationStatus.NOT_DONE, reason="gave-up", now=now)
            return
        self.due_at = again
        self.end(CommunicationStatus.PREPARATION, reason=why, now=now)

    def time_for(self, wishes: Wishes) -> None:
        """Set when this goes, unsaved; what has no time outside the quiet hours is ended when it is dialled."""
        ideal = self.ideal_at or self.due_at
        quiet = wishes.quiet_for(CommunicationKind(self.kind))
        self.due_at = send_at(due_at=ideal, expires_at=self.expires_at, quiet=quiet) or ideal


def _case_of(subject: models.Model) -> UUID | None:
    find = _CASE.get(subject._meta.label_lower)
    return find(subject) if find is not None else None


class Heartbeat(models.Model):
    """When a background process last did its work; readiness looks here, not at Celery."""

    PERSONAL: frozenset[str] = frozenset()

    name = models.CharField(max_length=32, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Heartbeat {self.name}"
