"""Who did or saw what, and how each status moved; both tables only grow."""

import uuid

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from config.core.constraints import known


class AuditAction(models.TextChoices):
    """FHIR AuditEvent.action, and what the field adds to it."""

    CREATE = "C", "create"
    READ = "R", "read"
    UPDATE = "U", "update"
    DELETE = "D", "delete"
    EXECUTE = "E", "execute"
    LOGIN = "login", "sign in"
    LOGOUT = "logout", "sign out"
    DENIED = "denied", "denied"


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """The audit trail; only administrators read it."""

    def visible_to(self, user: object) -> "AuditEventQuerySet":
        """Return what `user` may read: everything for administrators, nothing for others."""
        return self.all() if getattr(user, "is_superuser", False) else self.none()

    def about(self, entity: models.Model) -> "AuditEventQuerySet":
        """Return the events of one row."""
        return self.filter(entity_type=entity._meta.label_lower, entity_id=entity.pk)


class AuditEvent(models.Model):
    """One act on one row. FHIR R4 AuditEvent. Names and ids only, never what a patient wrote."""

    PERSONAL = frozenset({"ip_address"})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recorded_at = models.DateTimeField()
    action = models.CharField(max_length=8, choices=AuditAction)
    event = models.CharField(max_length=64)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    entity_type = models.CharField(max_length=64)
    entity_id = models.UUIDField(null=True)
    patient_id = models.UUIDField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    ip_address = models.GenericIPAddressField(null=True)
    detail = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        constraints = [known("action", AuditAction, name="core_auditevent_action_known")]
        indexes = [
            # The report of one patient's record: who opened it.
            models.Index(fields=["patient_id", "recorded_at"], name="core_auditevent_patient"),
            # The history of one row on its admin page.
            models.Index(fields=["entity_type", "entity_id", "recorded_at"], name="core_auditevent_entity"),
        ]
        triggers = [
            pgtrigger.Protect(name="auditevent_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"AuditEvent {self.pk}"


class StatusChange(models.Model):
    """One move of one status. FHIR statusHistory, for every resource that has a status."""

    PERSONAL: frozenset[str] = frozenset()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entity_type = models.CharField(max_length=64)
    entity_id = models.UUIDField()
    old = models.CharField(max_length=32, blank=True)
    new = models.CharField(max_length=32)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            # The timeline of one case.
            models.Index(fields=["entity_type", "entity_id", "changed_at"], name="core_statuschange_entity"),
        ]
        triggers = [
            pgtrigger.Protect(name="statuschange_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"StatusChange {self.pk}"
