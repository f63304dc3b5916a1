"""Which safety flags need an alert opened, and which alerts need their next step."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from consultations.models import Escalation
from intake.models import Flag


def unopened(*, limit: int = 200) -> list[UUID]:
    """Return flags that wait for a name and belong to no open alert, gravest and oldest first: one query."""
    open_alert = Escalation.objects.open().filter(response=OuterRef("response"), rule=OuterRef("rule"))
    rows = Flag.objects.waiting().filter(~Exists(open_alert)).order_by("severity", "raised_at", "id")
    return list(rows.values_list("pk", flat=True)[:limit])


def due(now: datetime, *, limit: int = 200) -> list[UUID]:
    """Return alerts whose next step has come, gravest and longest due first: one query."""
    rows = Escalation.objects.due(now).order_by("severity", "next_due_at", "id")
    return list(rows.values_list("pk", flat=True)[:limit])
