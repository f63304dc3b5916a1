"""The review queue: one task per submitted case."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import connections, models
from django.db.models import F, Func, Q

from config.core import audit
from config.core.constraints import all_or_none, known
from config.core.models import Record, Role, User
from consultations.domain import lifecycle
from consultations.domain.codes import RequestStatus, ReviewOutcome, TaskStatus
from consultations.domain.standing import LEADS
from consultations.domain.triage import Place
from consultations.models import claiming
from providers.domain.codes import Pathway
from providers.domain.eligibility import days
from providers.models import Practitioner, PractitionerRole, Qualification


def _seconds(tier: int) -> int:
    return int(LEADS[tier].total_seconds())


# The due time less the lead of the tier (domain.standing.LEADS), in UTC and seconds: a stored column may not depend on
# the zone of a session.
QUEUE_AT = Func(
    F("due_at"),
    F("tier"),
    template=f"((%(expressions)s WHEN 0 THEN {_seconds(0)} WHEN 1 THEN {_seconds(1)} ELSE 0 END)) AT TIME ZONE 'UTC')",
    arg_joiner=" AT TIME ZONE 'UTC' - make_interval(secs => CASE ",
    output_field=models.DateTimeField(),
)
# Decided, or waiting for a second name.
_IS_REFERRED = Q(outcome="referred") | Q(outcome="", proposed_outcome="referred")


def decision_of(practitioner: object, user: object) -> Q:
    """
    Return what is true of a task whose decision is a clinician's own; who signs it second does not make it theirs.

    practitioner, user  rows, keys or expressions
    """
    return Q(proposed_by=None, decided_by=user) | Q(proposed_by=practitioner)


class ReviewTaskQuerySet(models.QuerySet["ReviewTask"]):
    """The queue."""

    def in_order(self) -> Self:
        """Return the queue's order: safety first, then due time with its lead, then age."""
        return self.order_by("queue_at", "created_at", "id")

    def claimable(self, now: datetime) -> Self:
        """Return tasks that nobody holds at `now`: ready ones, and those whose lease has ended."""
        return self.filter(Q(status=TaskStatus.READY) | Q(status=TaskStatus.IN_PROGRESS, lease_expires_at__lte=now))

    def held_by(self, practitioner: Practitioner, *, fence: int, now: datetime) -> Self:
        """Return the task that a clinician holds at `now` under this fencing number; none when the lease ended."""
        return self.filter(owner=practitioner, status=TaskStatus.IN_PROGRESS, fence=fence, lease_expires_at__gt=now)

    def kept_for(self, practitioner: Practitioner, *, now: datetime) -> Self:
        """Return the tasks that wait for this clinician before anybody else."""
        return self.filter(status=TaskStatus.READY, reserved_for=practitioner, reserved_until__gt=now)

    def lease_ended(self, now: datetime) -> Self:
        """Return the tasks whose holder has left them."""
        return self.filter(status=TaskStatus.IN_PROGRESS, lease_expires_at__lte=now)

    def take_first(self, *, owner: Practitioner, now: datetime, until: datetime) -> "tuple[ReviewTask, str] | None":
        """
        Give the first row of this ordered queryset to `owner`, in one statement that waits for nobody.

        until    end of the lease, aware UTC
        Returns  the task under its next fencing number, and its status before; None when every row is taken
        """
        best = self.select_for_update(skip_locked=True, no_key=True).values("id", former=F("status"))[:1]
        subquery, values = best.query.sql_with_params()
        changes = [owner.pk, now, until, now, now]
        return self._taken(claiming.TAKE_FIRST.format(subquery=subquery), [*values, *changes])

    def take_best(
        self, *, owner: Practitioner, now: datetime, until: datetime, service_id: UUID | None = None
    ) -> "tuple[ReviewTask, str] | None":
        """
        Give the best case of the whole queue that `owner` may take to them, in one statement that waits for nobody.

        until    end of the lease, aware UTC
        Returns  the task under its next fencing number, and its status before; None when nothing waits for them
        """
        today, behind = days(now)
        with connections[self.db].cursor() as cursor:
            cursor.execute(claiming.TAKE_BEST, [owner.pk, today, list(behind), now, until, service_id])
            found = cursor.fetchone()
        if found is None:
            return None
        # A raw queryset of one row took three times as long as the statement itself.
        *values, former = found
        return self.model.from_db(self.db, claiming.ANSWER, values), former

    def _taken(self, statement: str, values: list[Any]) -> "tuple[ReviewTask, str] | None":
        rows = [*self.model._default_manager.raw(statement, values)]
        return (rows[0], rows[0].former) if rows else None  # type: ignore[attr-defined]

    def not_proposed_by(self, practitioner: Practitioner) -> Self:
        """Leave out the tasks whose decision this clinician made, and which wait for another name."""
        return self.exclude(proposed_by=practitioner)

    def watched(self, now: datetime) -> Self:
        """Return the open tasks that the tick has to look at."""
        return self.filter(watch_at__lte=now, status__in=[TaskStatus.READY, TaskStatus.IN_PROGRESS])

    def undetermined(self) -> Self:
        """Return the accepted cases of services without visits that are not written yet."""
        return self.filter(
            status=TaskStatus.COMPLETED, outcome=ReviewOutcome.ACCEPTED, service__pathway=Pathway.ASYNCHRONOUS,
            service_request__status=RequestStatus.ACTIVE,
        )  # fmt: skip

    def accepted_by(self, practitioner: Practitioner) -> Self:
        """Return the cases whose decision is this clinician's, whoever put the second name under it."""
        return self.filter(decision_of(practitioner, practitioner.user_id))

    def within(self, pairs: Iterable[tuple[UUID, str]]) -> Self:
        """Return the tasks of some services, each in some states; what a clinician may look at is such a set."""
        states: defaultdict[UUID, list[str]] = defaultdict(list)
        for service, state in sorted(pairs):
            states[service].append(state)
        if not states:
            return self.none()
        return self.filter(reduce(or_, (Q(service=service, state__in=some) for service, some in states.items())))

    def visible_to(self, user: User) -> Self:
        """Return the tasks of services and states of a clinician, and those they hold or held; admins see all."""
        if user.role == Role.ADMIN:
            return self.all()
        if user.role != Role.PRACTITIONER:
            return self.none()
        licences = Qualification.objects.filter(practitioner__user=user, status="active")
        roles = PractitionerRole.objects.filter(practitioner__user=user, is_active=True)
        offered = Q(state__in=licences.values("jurisdiction"), service__in=roles.values("service"))
        return self.filter(offered | Q(owner__user=user))


class ReviewTask(Record):
    """
    The review of one case. FHIR R4 Task.

    request.submit makes it ready; review.claim gives it an owner, a lease and the next fencing number; ask_patient.put_question
    puts it on hold; decide.accept, decline and refer complete it. Every write of a reviewer carries `fence`.
    """

    PERSONAL = frozenset({"reason", "handover"})

    service_request = models.OneToOneField("consultations.ServiceRequest", models.PROTECT, related_name="review_task")
    service = models.ForeignKey("providers.HealthcareService", models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=2)
    status = models.CharField(max_length=16, choices=TaskStatus, default=TaskStatus.READY)
    tier = models.PositiveSmallIntegerField(help_text="0 emergency, 1 urgent, 2 by due time.")
    due_at = models.DateTimeField()
    queue_at = models.GeneratedField(
        expression=QUEUE_AT, output_field=models.DateTimeField(), db_persist=True,
        help_text="Where the case stands: its due time, less the lead of its tier.",
    )  # fmt: skip
    reserved_for = models.ForeignKey(
        "providers.Practitioner", models.PROTECT, null=True, related_name="reserved_tasks", db_index=False
    )
    reserved_until = models.DateTimeField(null=True)
    owner = models.ForeignKey("providers.Practitioner", models.PROTECT, null=True, related_name="review_tasks")
    claimed_at = models.DateTimeField(null=True)
    first_claimed_at = models.DateTimeField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=16, choices=ReviewOutcome, blank=True)
    handover = models.TextField(blank=True, help_text="Words of a colleague for whoever takes the case next.")
    watch_at = models.DateTimeField(null=True, help_text="When the tick looks: before the due time, then at it.")
    overdue_at = models.DateTimeField(null=True, help_text="When the due time was seen to have passed.")
    proposed_outcome = models.CharField(max_length=16, choices=ReviewOutcome, blank=True)
    proposed_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(
        "providers.Practitioner", models.PROTECT, null=True, related_name="+", db_index=False,
        help_text="Whose decision waits for a second name; they never give it themselves.",
    )  # fmt: skip
    reason = models.TextField(blank=True)
    referred_to = models.CharField(max_length=200, blank=True)
    referral = models.ForeignKey(
        "consultations.Referral", models.PROTECT, null=True, related_name="+", db_index=False,
        help_text="The referral that was decided, or is proposed.",
    )  # fmt: skip
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ReviewTaskQuerySet.as_manager()

    class Meta:
        constraints = [
            known("status", TaskStatus, name="consultations_reviewtask_status_known"),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *ReviewOutcome.values]), name="consultations_reviewtask_outcome_known"
            ),
            all_or_none("decided_at", "decided_by", name="consultations_reviewtask_decision_whole"),
            all_or_none("proposed_at", "proposed_by", name="consultations_reviewtask_proposal_whole"),
            models.CheckConstraint(
                condition=Q(proposed_outcome="", proposed_at__isnull=True)
                | Q(proposed_outcome__in=ReviewOutcome.values, proposed_at__isnull=False),
                name="consultations_reviewtask_proposed_outcome_known",
            ),
            models.CheckConstraint(
                condition=Q(_IS_REFERRED, referral__isnull=False) | ~_IS_REFERRED & Q(referral__isnull=True),
                name="consultations_reviewtask_referred_by_a_referral",
            ),
            all_or_none("reserved_for", "reserved_until", name="consultations_reviewtask_reservation_whole"),
            models.CheckConstraint(
                condition=Q(
                    status="in-progress", owner__isnull=False, lease_expires_at__isnull=False, claimed_at__isnull=False
                )
                | ~Q(status="in-progress") & Q(lease_expires_at__isnull=True),
                name="consultations_reviewtask_lease_while_in_progress",
            ),
            models.CheckConstraint(
                condition=Q(status="completed", decided_at__isnull=False) & ~Q(outcome="")
                | ~Q(status="completed") & Q(decided_at__isnull=True),
                name="consultations_reviewtask_decided_when_completed",
            ),
        ]
        indexes = [
            # claim_next: service and state first, so that cases nobody here may take are never read.
            models.Index(
                fields=["service", "state", "queue_at", "created_at", "id"],
                name="consultations_task_ready",
                condition=Q(status="ready"),
            ),
            # claim_next: what waits for one clinician.
            models.Index(
                fields=["reserved_for"],
                name="consultations_task_reserved",
                condition=Q(status="ready", reserved_for__isnull=False),
            ),
            # What the tick looks at.
            models.Index(fields=["watch_at"], name="consultations_task_watch", condition=Q(watch_at__isnull=False)),
            # How long people wait, by service.
            models.Index(
                fields=["service", "first_claimed_at"],
                name="consultations_task_looks",
                condition=Q(first_claimed_at__isnull=False),
            ),
            # Leases that ended.
            models.Index(
                fields=["lease_expires_at"], name="consultations_task_leases", condition=Q(status="in-progress")
            ),
        ]

    def change(self, **columns: object) -> None:
        """Store some columns of this locked row."""
        for name, value in columns.items():
            setattr(self, name, value)
        self.save(update_fields=[*columns, "updated_at"])

    def leave(self, status: TaskStatus, *, by: User | None, now: datetime, why: str = "", **columns: object) -> None:
        """End the lease of this locked task with its next status, and write down `why`; `columns` change with it."""
        old = self.status
        self.change(status=status, lease_expires_at=None, **columns)
        audit.status_changed(self, old=old, new=status, by=by, now=now, reason=why)

    def record(self, happened: str, *, by: User, now: datetime) -> None:
        """Write what a reviewer did with this case into the audit trail; reads the case."""
        audit.record(
            event=f"consultations.review.{happened}", entity=self, by=by, now=now,
            patient_id=self.service_request.patient_id, detail={"fence": self.fence},
        )  # fmt: skip

    def reopen(
        self, place: Place, *, by: User, now: datetime, why: str, handover: str = "",
        kept_for: tuple[Practitioner, datetime] | None = None,
    ) -> None:  # fmt: skip
        """
        Put an accepted, locked case that nobody wrote back to be reviewed again; what was decided is in the history.

        kept_for  for whom it is kept, and until when; None for anybody
        """
        lifecycle.require(lifecycle.REVIEW_TASK, self.status, TaskStatus.READY)
        whom, until = kept_for or (None, now)
        undecided: dict[str, Any] = {
            "outcome": "", "decided_at": None, "decided_by": None, "reason": "", "referred_to": "", "referral": None,
            "proposed_outcome": "", "proposed_at": None, "proposed_by": None,
        }  # fmt: skip
        self.put_back(
            place, kept_for=whom, until=until, by=by, now=now, why=why,
            owner=None, handover=handover or self.handover, fence=self.fence + 1, **undecided,
        )  # fmt: skip

    def put_back(
        self, place: Place, *, kept_for: Practitioner | None, until: datetime, by: User | None, now: datetime, why: str,
        **columns: object,
    ) -> None:  # fmt: skip
        """
        Put this locked task back to its place, for one clinician first, and write down `why`; saves it and its case.

        columns  change with it
        """
        reserved: dict[str, Any] = {"reserved_for": kept_for, "reserved_until": until if kept_for else None}
        stands: dict[str, Any] = {"tier": place.tier, "due_at": place.due_at, "watch_at": place.watch_at}
        self.leave(TaskStatus.READY, by=by, now=now, why=why, **stands, **reserved, **columns)
        request = self.service_request
        request.priority, request.due_at = place.priority, place.due_at
        request.save(update_fields=["priority", "due_at", "updated_at"])


class ReviewNote(Record):
    """What one clinician has typed about one case; their own, whoever holds the case now."""

    PERSONAL = frozenset({"text"})

    task = models.ForeignKey("consultations.ReviewTask", models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "author"], name="consultations_reviewnote_once"),
        ]
