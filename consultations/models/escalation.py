"""A safety flag that waits for a name, and whom it has been told to."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from config.core.constraints import all_or_none, fixed, kept, known
from config.core.models import Record, Role, User
from consultations.domain.codes import EscalationEnd, RungKind, StepOutcome
from consultations.domain.escalation import Rung
from intake.domain.codes import NEEDS_ACKNOWLEDGEMENT, Severity
from providers.models import PractitionerRole

STEP_ONCE = "consultations_escalationstep_once"
OPEN_ONCE = "consultations_escalation_open_once"


class ChainStepQuerySet(models.QuerySet["ChainStep"]):
    """Steps of chains."""

    def of(self, service_id: UUID) -> list[Rung]:
        """Return the chain of a service; empty where the clinic has set none."""
        steps = self.filter(service=service_id).order_by("position")
        return [Rung(step.kind, step.emergency_minutes, step.urgent_minutes) for step in steps]

    def visible_to(self, user: User) -> Self:
        """Return all for people who work here, none for patients."""
        return self.all() if user.is_clinical_or_admin else self.none()


class ChainStep(Record):
    """One step of a service's chain, as administrators set it; roster.set_chain writes the whole chain at once."""

    PERSONAL: frozenset[str] = frozenset()

    service = models.ForeignKey("providers.HealthcareService", models.CASCADE, related_name="chain")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=RungKind)
    emergency_minutes = models.PositiveSmallIntegerField()
    urgent_minutes = models.PositiveSmallIntegerField()

    objects = ChainStepQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "position"], name="consultations_chainstep_position_once"),
            known("kind", RungKind, name="consultations_chainstep_kind_known"),
            models.CheckConstraint(
                condition=Q(emergency_minutes__range=(1, 1440), urgent_minutes__range=(1, 1440)),
                name="consultations_chainstep_waits_in_range",
            ),
        ]


class EscalationQuerySet(models.QuerySet["Escalation"]):
    """Alerts."""

    def open(self) -> Self:
        """Return those that nobody has put a name under."""
        return self.filter(ended_at__isnull=True)

    def about(self, *, response_id: UUID, rule_id: UUID) -> Self:
        """Return the alerts of one rule about one set of answers."""
        return self.filter(response=response_id, rule=rule_id)

    def due(self, now: datetime) -> Self:
        """Return those whose next step has come."""
        return self.open().filter(next_due_at__lte=now)

    def visible_to(self, user: User) -> Self:
        """
        Return all for administrators, those of one's services for clinicians, none for others.

        The state of a licence does not matter here: to ring somebody who may be in danger is not a consultation, and
        the clinic's chain, not a map, says who answers. Drafts count as cases that were sent.
        """
        if user.role == Role.ADMIN:
            return self.all()
        if user.role != Role.PRACTITIONER:
            return self.none()
        offers = PractitionerRole.objects.filter(
            service=OuterRef("service"), practitioner__user=user, practitioner__is_active=True, is_active=True
        )
        return self.filter(Exists(offers))


class Escalation(Record):
    """
    The alert that one rule raised about one set of answers, until somebody puts a name under it.

    escalate.begin opens it for the first flag that waits, escalate.climb takes its next step when that is due,
    acknowledge.acknowledge_flag ends it. While it is open, flags that the same rule raises about the same answers
    again, because the patient went back and forth, belong to it and start no second one. `chain` is a copy of the
    service's chain: [{kind, minutes}].
    """

    PERSONAL: frozenset[str] = frozenset()

    flag = models.OneToOneField("intake.Flag", models.PROTECT, related_name="escalation")
    response = models.ForeignKey("intake.QuestionnaireResponse", models.PROTECT, related_name="escalations")
    rule = models.ForeignKey("intake.FlagRule", models.PROTECT, related_name="+")
    service = models.ForeignKey("providers.HealthcareService", models.PROTECT, related_name="+")
    severity = models.CharField(max_length=16, choices=Severity)
    chain = models.JSONField()
    began_at = models.DateTimeField()
    next_step = models.PositiveSmallIntegerField(default=0)
    next_due_at = models.DateTimeField(null=True, help_text="Empty after the last step, and when it has ended.")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=16, choices=EscalationEnd, blank=True)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "rule"], condition=Q(ended_at__isnull=True), name=OPEN_ONCE),
            known("severity", Severity, name="consultations_escalation_severity_known"),
            models.CheckConstraint(
                condition=Q(severity__in=NEEDS_ACKNOWLEDGEMENT), name="consultations_escalation_needs_a_name"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_reason="")
                | Q(ended_at__isnull=False, next_due_at__isnull=True, end_reason__in=EscalationEnd.values),
                name="consultations_escalation_end_whole",
            ),
        ]
        indexes = [
            # The tick.
            models.Index(
                fields=["next_due_at"], name="consultations_escalation_due", condition=Q(next_due_at__isnull=False)
            ),
            # The alerts on top of the queue.
            models.Index(
                fields=["service", "began_at"], name="consultations_escalation_open", condition=Q(ended_at__isnull=True)
            ),
        ]
        triggers = [
            fixed("flag_id", "response_id", "rule_id", "service_id", "chain", name="escalation_subject_fixed"),
            fixed("ended_at", "end_reason", "next_step", name="escalation_end_fixed", when="OLD.ended_at IS NOT NULL"),
            kept(name="escalation_kept"),
        ]

    @property
    def rung(self) -> dict[str, Any] | None:
        """Return the step that comes next; None after the last."""
        return self.chain[self.next_step] if self.next_step < len(self.chain) else None

    def end(self, *, reason: EscalationEnd, now: datetime) -> None:
        """Write that it is over."""
        self.ended_at, self.end_reason, self.next_due_at = now, reason, None
        self.save(update_fields=["ended_at", "end_reason", "next_due_at", "updated_at"])


class EscalationStepQuerySet(models.QuerySet["EscalationStep"]):
    """Steps that were taken."""

    def to_ring(self) -> Self:
        """Return the calls that nobody has made yet."""
        return self.filter(outcome=StepOutcome.TO_RING, done_at__isnull=True, escalation__ended_at__isnull=True)

    def finish(self, *, pk: UUID, by: User, note: str, now: datetime) -> bool:
        """Write who rang and what was said; False when somebody did before."""
        changes = {"done_at": now, "done_by": by, "note": note, "updated_at": now}
        return self.filter(pk=pk, outcome=StepOutcome.TO_RING, done_at__isnull=True).update(**changes) == 1


class EscalationStep(Record):
    """
    One step of an escalation, taken once: whom it turned to, when it was due, when it was taken.

    Who was told by message is in the Communication rows about it.
    """

    PERSONAL = frozenset({"note"})

    escalation = models.ForeignKey("consultations.Escalation", models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=RungKind)
    outcome = models.CharField(max_length=16, choices=StepOutcome)
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField()
    answer_by = models.DateTimeField(help_text="When the next step comes, or would.")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)

    objects = EscalationStepQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["escalation", "position"], name=STEP_ONCE),
            known("kind", RungKind, name="consultations_escalationstep_kind_known"),
            known("outcome", StepOutcome, name="consultations_escalationstep_outcome_known"),
            all_or_none("done_at", "done_by", name="consultations_escalationstep_call_whole"),
            models.CheckConstraint(
                condition=Q(outcome=StepOutcome.TO_RING) | Q(done_at__isnull=True),
                name="consultations_escalationstep_only_calls_are_made",
            ),
        ]
        triggers = [
            fixed(
                "escalation_id", "position", "kind", "outcome", "due_at", "fired_at", "answer_by",
                name="escalationstep_fixed",
            ),
            fixed("done_at", "done_by_id", "note", name="escalationstep_call_fixed", when="OLD.done_at IS NOT NULL"),
            kept(name="escalationstep_kept"),
            # No step after a name: the row of the alert is locked, so that an acknowledgement comes before or after.
            pgtrigger.Trigger(
                name="escalationstep_while_open",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                declare=[("over", "timestamptz")],
                func="""
                    SELECT ended_at INTO over FROM consultations_escalation
                     WHERE id = NEW.escalation_id FOR NO KEY UPDATE;
                    IF over IS NOT NULL THEN
                        RAISE EXCEPTION 'No step is taken after the end of an escalation.'
                              USING ERRCODE = 'integrity_constraint_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]  # fmt: skip
