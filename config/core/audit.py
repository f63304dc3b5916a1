"""Writing the audit trail, inside the flow whose act it tells of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import models

from config.core.models import AuditAction, AuditEvent, StatusChange, User


def record(
    *,
    event: str,
    entity: models.Model,
    by: User | None,
    now: datetime,
    action: AuditAction = AuditAction.UPDATE,
    patient_id: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """
    Write one audit event in the caller's transaction.

    event       dotted, past tense: `intake.response.completed`
    detail      names, codes and ids only, never what a person wrote
    patient_id  whose record it touches, so that the patient can be told who opened it
    """
    context = structlog.contextvars.get_contextvars()
    return AuditEvent.objects.create(
        recorded_at=now,
        action=action,
        event=event,
        actor=by,
        entity_type=entity._meta.label_lower,
        entity_id=entity.pk,
        patient_id=patient_id,
        request_id=str(context.get("request_id", "")),
        ip_address=context.get("ip") or None,
        detail=dict(detail or {}),
    )


def status_changed(
    entity: models.Model, *, old: str, new: str, by: User | None, now: datetime, reason: str = ""
) -> StatusChange:
    """Write one move of a status in the caller's transaction; `old` is empty for a new row."""
    return StatusChange.objects.create(
        entity_type=entity._meta.label_lower,
        entity_id=entity.pk,
        old=old,
        new=new,
        changed_at=now,
        changed_by=by,
        reason=reason,
    )
