"""What administrators see of the kernel: who may sign in, and who did what. Both are read-only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from config.core.models import AuditEvent, User


class Seen(admin.ModelAdmin[Any]):
    """Rows to look at: nothing is added, changed or deleted here."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


@admin.register(User)
class UserAdmin(Seen):
    """Accounts; a clinician is made of one under Practitioners."""

    list_display = ("email", "role", "is_active", "joined_at", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("email",)
    ordering = ("email", "id")
    fields = ("email", "role", "is_active", "is_staff", "joined_at", "last_login")


@admin.register(AuditEvent)
class AuditEventAdmin(Seen):
    """The audit trail, newest first; names, codes and ids, never what a person wrote."""

    list_display = ("recorded_at", "event", "action", "actor", "entity_type", "entity_id")
    list_filter = ("action", ("recorded_at", admin.DateFieldListFilter))
    list_select_related = ("actor",)
    search_fields = ("=entity_id", "=patient_id", "event")
    search_help_text = "An event, or the whole id of a row or a patient."
    ordering = ("-recorded_at", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        """Return what the administrator may read."""
        return AuditEvent.objects.visible_to(request.user)
