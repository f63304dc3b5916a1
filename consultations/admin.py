"""
What administrators see of cases: where each stands, every message planned and sent, visits, decisions, plans.

Everything clinical is read-only; state changes through flows alone. Protocols and plan templates come from the
catalogue and are read-only too; only which plan template is offered can be switched.
"""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.core.errors import Refusal
from config.core.http import signed_in
from consultations.domain.codes import TaskStatus
from consultations.domain.due import due
from consultations.flows import resend
from consultations.models import (
    Appointment,
    CarePlan,
    Communication,
    CommunicationRequest,
    Determination,
    DeterminationProtocol,
    Encounter,
    Escalation,
    EscalationStep,
    MessagePlan,
    OnCall,
    PlanTemplate,
    ReviewTask,
    ServiceRequest,
    SupportingInfo,
)


class Shown(admin.ModelAdmin[Any]):
    """Rows to look at: nothing is added, changed or deleted here."""

    # Administrators keep the clinic running; what patients and clinicians wrote is not theirs to read.
    hidden: ClassVar[frozenset[str]] = frozenset()
    show_full_result_count = False
    list_per_page = 50

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Leave out what an administrator does not need."""
        return sorted(self.hidden)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


class ShownInline(admin.TabularInline[Any, Any]):
    """Rows of another row, to look at."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


class Overdue(admin.SimpleListFilter):
    """Cases that nobody has looked at in time."""

    title = "overdue"
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the one choice."""
        return [("yes", "Overdue")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ReviewTask]) -> QuerySet[ReviewTask]:
        """Return waiting tasks whose time has passed."""
        now = timezone.now()
        return queryset.claimable(now).filter(due_at__lt=now) if self.value() == "yes" else queryset  # type: ignore[attr-defined]


@admin.register(ReviewTask)
class ReviewTaskAdmin(Shown):
    """The queue: what waits, with whom, until when."""

    hidden = frozenset({"reason"})
    list_display = ("id", "service", "state", "status", "tier", "due", "owner_name", "lease_expires_at", "outcome")
    list_filter = (Overdue, "status", "tier", "service", "state", "outcome")
    list_select_related = ("service", "owner")
    ordering = ("tier", "due_at", "id")
    date_hierarchy = "created_at"

    @admin.display(description="due", ordering="due_at")
    def due(self, task: ReviewTask) -> str:
        """Say how long until the case is due, or since when it is overdue."""
        if task.status in {TaskStatus.COMPLETED, TaskStatus.CANCELLED}:
            return "over"
        return due(task.due_at, now=timezone.now()).words

    @admin.display(description="with", empty_value="nobody")
    def owner_name(self, task: ReviewTask) -> str | None:
        """Name the clinician."""
        return task.owner.display_name if task.owner else None


class SupportingInfoInline(ShownInline):
    """The questionnaires of a case; their answers are not shown."""

    model = SupportingInfo
    fields = readonly_fields = ("position", "required", "questionnaire_response")


@admin.register(ServiceRequest)
class ServiceRequestAdmin(Shown):
    """Cases."""

    hidden = frozenset({"decision_note"})
    list_display = ("id", "service", "state", "status", "priority", "submitted_at", "due_at", "closed_at")
    list_filter = ("status", "priority", "service", "state")
    list_select_related = ("service",)
    ordering = ("-authored_at", "-id")
    date_hierarchy = "authored_at"
    inlines = (SupportingInfoInline,)


@admin.register(Communication)
class CommunicationAdmin(Shown):
    """Every message planned and sent, and why it was not. No text is stored."""

    hidden = frozenset({"token"})
    list_display = (
        "due_at", "kind", "channel", "status", "status_reason", "sent_at", "delivered_at", "attempts", "person",
    )  # fmt: skip
    list_filter = ("status", "kind", "channel", "status_reason")
    search_fields = ("=id", "=subject_id", "=provider_message_id", "=recipient__id")
    actions = ("send_again",)
    ordering = ("-due_at", "-id")
    date_hierarchy = "due_at"

    @admin.display(description="to")
    def person(self, message: Communication) -> SafeString:
        """Lead to everything that was planned for the same person, in order of time."""
        return format_html('<a href="?q={}">all to this person</a>', message.recipient_id)

    @admin.action(description="Send again what failed", permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Communication]) -> None:
        """Plan each failed message again; what did not fail is named and left alone."""
        done, refused = 0, 0
        for pk in queryset.values_list("pk", flat=True):
            try:
                resend.resend(communication_id=pk, by=signed_in(request), now=timezone.now())
                done += 1
            except Refusal:
                refused += 1
        self.message_user(request, f"{done} will be sent again.")
        if refused:
            self.message_user(request, f"{refused} had not failed, or it is too late for them.", level=messages.WARNING)


@admin.register(MessagePlan)
class MessagePlanAdmin(Shown):
    """Every version of when a kind of message is sent for a service line; changed on the pages of messages."""

    list_display = ("service", "kind", "version", "minutes", "is_usual", "set_at", "set_by")
    list_filter = ("service", "kind")
    list_select_related = ("service", "set_by")
    ordering = ("service", "kind", "-version")


@admin.register(Appointment)
class AppointmentAdmin(Shown):
    """Visits."""

    list_display = ("start_at", "end_at", "status", "practitioner_name", "patient_state", "revision", "reschedules")
    list_filter = ("status", "practitioner", "patient_state")
    list_select_related = ("practitioner",)
    search_fields = ("=id", "=service_request__id")
    ordering = ("-start_at", "-id")
    date_hierarchy = "start_at"

    @admin.display(description="clinician", ordering="practitioner__family_name")
    def practitioner_name(self, visit: Appointment) -> str:
        """Name the clinician."""
        return visit.practitioner.display_name


@admin.register(Encounter)
class EncounterAdmin(Shown):
    """Visits that took place; the note is for clinicians."""

    hidden = frozenset({"note"})
    list_display = ("id", "status", "patient_state", "began_at", "finished_at")
    list_filter = ("status", "patient_state")
    ordering = ("-created_at", "-id")


@admin.register(Determination)
class DeterminationAdmin(Shown):
    """Decisions: that they were signed, by which protocol; what was decided is between patient and clinician."""

    hidden = frozenset({"criteria", "rationale"})
    list_display = ("id", "service_request", "version", "status", "protocol_version", "recorded_at", "signed_at")
    list_filter = ("status", "protocol")
    list_select_related = ("service_request", "protocol")
    ordering = ("-recorded_at", "-id")

    @admin.display(description="protocol")
    def protocol_version(self, determination: Determination) -> str:
        """Name the protocol and its version."""
        return f"{determination.protocol.code} {determination.protocol.version}"


@admin.register(CarePlan)
class CarePlanAdmin(Shown):
    """Care plans: that they were signed, and when they are looked at again."""

    hidden = frozenset({"description", "instructions"})
    list_display = ("id", "status", "recorded_at", "signed_at", "review_on_date")
    list_filter = ("status",)
    ordering = ("-recorded_at", "-id")


@admin.register(CommunicationRequest)
class CommunicationRequestAdmin(Shown):
    """Questions to patients: that they were asked and answered, not what."""

    hidden = frozenset({"message", "answer"})
    list_display = ("id", "status", "asked_at", "answered_at")
    list_filter = ("status",)
    ordering = ("-asked_at", "-id")


@admin.register(DeterminationProtocol)
class DeterminationProtocolAdmin(Shown):
    """Protocols, version by version."""

    list_display = ("title", "service", "code", "version", "is_current")
    list_filter = ("service", "is_current")
    list_select_related = ("service",)
    ordering = ("service__name", "code", "-created_at", "id")


@admin.register(PlanTemplate)
class PlanTemplateAdmin(Shown):
    """Plan templates; one that is not current is no longer offered."""

    list_display = ("title", "service", "code", "version", "is_current")
    list_filter = ("service", "is_current")
    list_select_related = ("service",)
    list_editable = ("is_current",)
    readonly_fields = ("service", "code", "version", "title", "outcomes", "body")
    ordering = ("service__name", "code", "-created_at", "id")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow switching a template on and off."""
        return super(Shown, self).has_change_permission(request, obj)


@admin.register(Escalation)
class EscalationAdmin(Shown):
    """Safety alerts: when each began, how far it climbed, when it got a name; not what was answered."""

    list_display = ("began_at", "severity", "service", "next_step", "next_due_at", "ended_at", "end_reason")
    list_filter = ("severity", "service", "end_reason")
    list_select_related = ("service",)
    search_fields = ("=id", "=flag__id")
    ordering = ("-began_at", "-id")
    date_hierarchy = "began_at"


@admin.register(EscalationStep)
class EscalationStepAdmin(Shown):
    """The steps that alerts took; what was said on the phone is for clinicians."""

    hidden = frozenset({"note"})
    list_display = ("fired_at", "kind", "outcome", "position", "due_at", "done_at", "escalation")
    list_filter = ("kind", "outcome")
    ordering = ("-fired_at", "-id")


@admin.register(OnCall)
class OnCallAdmin(Shown):
    """Who was and will be on call; changed on the page /clinic/on-call/, which shows the gaps."""

    list_display = ("during", "service", "clinician", "cancelled_at")
    list_filter = ("service",)
    list_select_related = ("service", "practitioner")
    ordering = ("-during", "-id")

    @admin.display(description="clinician")
    def clinician(self, period: OnCall) -> str:
        """Name the clinician."""
        return period.practitioner.display_name
