"""The review queue: one task per submitted case."""

from datetime import date, datetime
from typing import Self

from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q

from config.core.constraints import all_or_none, known
from config.core.models import Record, Role, User
from consultations.domain.codes import ReviewOutcome, TaskStatus
from providers.models import Practitioner, PractitionerRole, Qualification


class ReviewTaskQuerySet(models.QuerySet["ReviewTask"]):
    """The queue."""

    def in_order(self) -> Self:
        """Return the queue's order: safety first, then due time, then age."""
        return self.order_by("tier", "due_at", "created_at", "id")

    def claimable(self, now: datetime) -> Self:
        """Return tasks that nobody holds at `now`: ready ones, and those whose lease has ended."""
        return self.filter(Q(status=TaskStatus.READY) | Q(status=TaskStatus.IN_PROGRESS, lease_expires_at__lte=now))

    def held_by(self, practitioner: Practitioner, *, fence: int, now: datetime) -> Self:
        """Return the task that a clinician holds at `now` under this fencing number; none when the lease ended."""
        return self.filter(owner=practitioner, status=TaskStatus.IN_PROGRESS, fence=fence, lease_expires_at__gt=now)

    def take_first(self, *, owner: Practitioner, now: datetime, until: datetime) -> "tuple[ReviewTask, str] | None":
        """
        Give the first row of this ordered queryset to `owner`, in one statement that waits for nobody.

        until    end of the lease, aware UTC
        Returns  the task under its next fencing number, and its status before; None when every row is taken
        """
        best = self.select_for_update(skip_locked=True, no_key=True).values("id", former=F("status"))[:1]
        subquery, values = best.query.sql_with_params()
        table = connection.ops.quote_name(self.model._meta.db_table)
        statement = f"""
            WITH best AS MATERIALIZED ({subquery})
            UPDATE {table} AS task
               SET status = %s, owner_id = %s, claimed_at = %s, lease_expires_at = %s, fence = task.fence + 1,
                   updated_at = %s
              FROM best WHERE task.id = best.id
            RETURNING task.*, best.former"""  # noqa: S608  the query is Django's own, its values stay parameters
        taken = [*self.model._default_manager.raw(
            statement, [*values, TaskStatus.IN_PROGRESS, owner.pk, now, until, now]
        )]  # fmt: skip
        return (taken[0], taken[0].former) if taken else None  # type: ignore[attr-defined]

    def not_promised(self, practitioner: Practitioner, *, since: datetime) -> Self:
        """Leave out cases whose patient answered another clinician after `since`; an emergency waits for nobody."""
        answered = Q(status=TaskStatus.READY, owner__isnull=False, updated_at__gt=since, tier__gt=0)
        return self.exclude(answered & ~Q(owner=practitioner))

    def for_practitioner(self, practitioner: Practitioner, *, today: date) -> Self:
        """
        Return the tasks that a clinician may take: a service they offer, a state where they are licensed today.

        today  calendar day of the clinic; the first and last day of a licence count
        """
        licensed = practitioner.qualifications.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=today), status="active", valid_from__lte=today
        )
        offered = practitioner.roles.filter(is_active=True)
        return self.filter(state__in=licensed.values("jurisdiction"), service__in=offered.values("service"))

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

    request.submit makes it ready; review.claim gives it an owner, a lease and the next fencing number; ask_patient
    puts it on hold; accept, decline and refer complete it. Every write of a reviewer carries `fence`.
    """

    PERSONAL = frozenset({"reason", "draft_note"})

    service_request = models.OneToOneField("consultations.ServiceRequest", models.PROTECT, related_name="review_task")
    service = models.ForeignKey("providers.HealthcareService", models.PROTECT, related_name="+")
    state = models.CharField(max_length=2)
    status = models.CharField(max_length=16, choices=TaskStatus, default=TaskStatus.READY)
    tier = models.PositiveSmallIntegerField(help_text="0 emergency, 1 urgent, 2 by due time.")
    due_at = models.DateTimeField()
    owner = models.ForeignKey("providers.Practitioner", models.PROTECT, null=True, related_name="review_tasks")
    claimed_at = models.DateTimeField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    draft_note = models.TextField(blank=True)
    outcome = models.CharField(max_length=16, choices=ReviewOutcome, blank=True)
    reason = models.TextField(blank=True)
    referred_to = models.CharField(max_length=200, blank=True)
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
            # claim_next: states and service first, so that cases nobody here may take are never read.
            models.Index(
                fields=["service", "state", "tier", "due_at", "id"],
                name="consultations_task_ready",
                condition=Q(status="ready"),
            ),
            # Leases that ended.
            models.Index(
                fields=["lease_expires_at"], name="consultations_task_leases", condition=Q(status="in-progress")
            ),
        ]
