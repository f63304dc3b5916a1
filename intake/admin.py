"""Read-only rows of intake: clinical state changes only through flows, content only through the catalogue."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from intake.models import (
    Consent,
    ConsentDocument,
    Flag,
    FlagRule,
    Patient,
    Questionnaire,
    QuestionnaireResponse,
)


class ReadOnly(admin.ModelAdmin[Any]):
    """Rows to look at; nothing can be added, changed or deleted."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse."""
        return False


@admin.register(Patient)
class PatientAdmin(ReadOnly):
    """Patients, found by name."""

    list_display = ["family_name", "given_name", "state", "created_at"]
    search_fields = ["family_name", "given_name"]
    ordering = ["family_name", "given_name", "id"]


@admin.register(ConsentDocument)
class ConsentDocumentAdmin(ReadOnly):
    """Texts to sign, in every version."""

    list_display = ["title", "slug", "version", "language", "is_current", "preview"]
    list_filter = ["is_current", "language"]
    ordering = ["slug", "language", "-created_at", "id"]

    @admin.display(description="Preview")
    def preview(self, row: ConsentDocument) -> SafeString:
        """Return a link to the text as patients read it."""
        return format_html('<a href="{}">Read</a>', reverse("intake:read-consent", args=[row.pk]))


@admin.register(Consent)
class ConsentAdmin(ReadOnly):
    """Signatures."""

    list_display = ["id", "document", "status", "signed_at", "withdrawn_at"]
    list_filter = ["status"]
    list_select_related = ["document"]
    ordering = ["-signed_at", "id"]


@admin.register(Questionnaire)
class QuestionnaireAdmin(ReadOnly):
    """Questionnaires, in every version."""

    list_display = ["title", "url", "version", "status", "minutes", "preview"]
    list_filter = ["status"]
    ordering = ["url", "-created_at", "id"]
    exclude = ["source", "definition"]

    @admin.display(description="Preview")
    def preview(self, row: Questionnaire) -> SafeString:
        """Return a link to the questions as patients see them."""
        return format_html('<a href="{}">See</a>', reverse("intake:preview-questionnaire", args=[row.pk]))


@admin.register(QuestionnaireResponse)
class QuestionnaireResponseAdmin(ReadOnly):
    """Which responses there are; what was answered is read on the case, where reading is recorded."""

    list_display = ["id", "questionnaire", "status", "revision", "authored_at", "completed_at"]
    list_filter = ["status"]
    list_select_related = ["questionnaire"]
    fields = ["questionnaire", "patient", "status", "revision", "authored_at", "completed_at", "completed_by"]
    ordering = ["-created_at", "id"]


@admin.register(FlagRule)
class FlagRuleAdmin(ReadOnly):
    """Safety rules with their published sources."""

    list_display = ["code", "version", "service", "severity", "is_crisis", "is_current"]
    list_filter = ["is_current", "severity", "service"]
    list_select_related = ["service"]
    ordering = ["service", "code", "-created_at", "id"]


@admin.register(Flag)
class FlagAdmin(ReadOnly):
    """Raised flags, and who acknowledged them."""

    list_display = ["id", "rule", "severity", "status", "raised_at", "acknowledged_at"]
    list_filter = ["status", "severity"]
    list_select_related = ["rule"]
    ordering = ["-raised_at", "id"]
