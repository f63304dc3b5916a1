"""What patient and clinician agreed to do."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from config.core.constraints import all_or_none, fixed, kept, known
from config.core.models import Record, Role, User
from consultations.domain.codes import ActivityKind, ActivityStatus, CarePlanStatus, GoalStatus


class CarePlanQuerySet(models.QuerySet["CarePlan"]):
    """Care plans."""

    def signed(self) -> Self:
        """Return those that the patient may read."""
        return self.filter(signed_at__isnull=False)

    def visible_to(self, user: User) -> Self:
        """Return the clinician's own, or the patient's own once signed; administrators see all."""
        if user.role == Role.ADMIN:
            return self.all()
        if user.role == Role.PRACTITIONER:
            return self.filter(determination__recorded_by=user)
        return self.signed().filter(patient__user=user)


class CarePlan(Record):
    """A care plan. FHIR R4 CarePlan; plan_care.write makes it draft, plan_care.sign active and its words final."""

    PERSONAL = frozenset({"title", "description", "instructions"})

    determination = models.ForeignKey("consultations.Determination", models.PROTECT, related_name="care_plans")
    patient = models.ForeignKey("intake.Patient", models.PROTECT, related_name="care_plans")
    template = models.ForeignKey("consultations.PlanTemplate", models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=16, choices=CarePlanStatus, default=CarePlanStatus.DRAFT)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    instructions = models.TextField(blank=True, help_text="The therapy, in the clinician's words.")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    review_on_date = models.DateField(null=True)

    objects = CarePlanQuerySet.as_manager()

    class Meta:
        constraints = [
            known("status", CarePlanStatus, name="consultations_careplan_status_known"),
            all_or_none("recorded_at", "recorded_by", name="consultations_careplan_record_whole"),
            all_or_none("signed_at", "signed_by", name="consultations_careplan_signature_whole"),
            models.CheckConstraint(
                condition=Q(status="draft", signed_at__isnull=True) | ~Q(status="draft") & Q(signed_at__isnull=False),
                name="consultations_careplan_signed_unless_draft",
            ),
            models.UniqueConstraint(
                fields=["determination"],
                condition=Q(status__in=["draft", "active"]),
                name="consultations_careplan_one_per_determination",
            ),
        ]
        indexes = [
            # A patient's plans.
            models.Index(fields=["patient", "-recorded_at", "id"], name="consultations_careplan_patient"),
        ]
        triggers = [
            fixed(
                "determination_id",
                "patient_id",
                "title",
                "description",
                "instructions",
                "signed_at",
                "signed_by_id",
                name="careplan_signed_words_fixed",
                when="OLD.signed_at IS NOT NULL",
            ),
            kept(name="careplan_signed_kept", when="OLD.signed_at IS NOT NULL"),
        ]


class Goal(Record):
    """What the plan is for. FHIR R4 Goal."""

    PERSONAL = frozenset({"description"})

    care_plan = models.ForeignKey("consultations.CarePlan", models.CASCADE, related_name="goals")
    status = models.CharField(max_length=16, choices=GoalStatus, default=GoalStatus.PROPOSED)
    description = models.TextField()
    measure = models.JSONField(default=dict, help_text="{loinc, title, target}: how it will be seen.")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [known("status", GoalStatus, name="consultations_goal_status_known")]


class Activity(Record):
    """One thing to do. FHIR R4 CarePlan.activity.detail; times are planned occurrences, due_dates their days."""

    PERSONAL = frozenset({"title", "detail"})

    care_plan = models.ForeignKey("consultations.CarePlan", models.CASCADE, related_name="activities")
    kind = models.CharField(max_length=16, choices=ActivityKind)
    status = models.CharField(max_length=16, choices=ActivityStatus, default=ActivityStatus.SCHEDULED)
    title = models.CharField(max_length=200)
    detail = models.TextField(blank=True)
    schedule_text = models.CharField(max_length=200, blank=True)
    schedule = models.JSONField(
        default=dict, help_text="{first_after_days, every_days, times}: days after the signature."
    )
    due_dates = models.JSONField(default=list, help_text="Planned days, YYYY-MM-DD in the patient's zone.")
    next_due_date = models.DateField(null=True, help_text="The first planned day that the patient was not told of yet.")
    questionnaire_url = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            known("kind", ActivityKind, name="consultations_activity_kind_known"),
            known("status", ActivityStatus, name="consultations_activity_status_known"),
            all_or_none("done_at", "done_by", name="consultations_activity_done_whole"),
        ]
        indexes = [
            # The tick that opens follow-up questions and tells of what is due.
            models.Index(
                fields=["next_due_date", "id"],
                name="consultations_activity_due",
                condition=Q(next_due_date__isnull=False),
            ),
        ]


class ActivityOutcome(Record):
    """The questions of one planned day of a measure. FHIR R4 CarePlan.activity.outcomeReference."""

    PERSONAL: frozenset[str] = frozenset()

    activity = models.ForeignKey("consultations.Activity", models.PROTECT, related_name="outcomes")
    due_date = models.DateField()
    questionnaire_response = models.OneToOneField(
        "intake.QuestionnaireResponse", models.PROTECT, related_name="activity_outcome"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activity", "due_date"], name="consultations_activityoutcome_day_once"),
        ]
