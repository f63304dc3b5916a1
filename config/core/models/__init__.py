"""Rows of the kernel."""

from config.core.models.audit_event import AuditAction, AuditEvent, StatusChange
from config.core.models.idempotency_key import IdempotencyKey
from config.core.models.record import Record
from config.core.models.user import Role, User

__all__ = ["AuditAction", "AuditEvent", "IdempotencyKey", "Record", "Role", "StatusChange", "User"]
