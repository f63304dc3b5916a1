"""Publishing what a service line decides by: its protocol, and the templates of its care plans."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models

from config.core import audit
from config.core.errors import Conflict, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, User
from consultations.models import DeterminationProtocol, PlanTemplate
from providers.models import HealthcareService


class VersionChanged(Conflict):
    """Give the changed content a new version: what was published never changes."""

    code = "version-changed"
    title = "This version has other content"


@flow
def publish(
    *,
    slug: str,
    protocol: Mapping[str, Any] | None,
    templates: Sequence[Mapping[str, Any]],
    by: User | None,
    now: datetime,
) -> list[str]:
    """
    Publish the protocol and the plan templates of one service line; doing it again changes nothing.

    slug       of the service
    protocol   protocol.json of the catalogue; None when the line has none
    templates  `templates` of care-plan.json
    Returns    the names of new rows
    Writes     DeterminationProtocol, PlanTemplate, AuditEvent; former versions are no longer current
    Raises     NotFound without the service, VersionChanged
    """
    service = HealthcareService.objects.select_for_update(no_key=True).filter(slug=slug).first()
    if service is None:
        raise NotFound(f"There is no service {slug}; load the catalogue first.")

    new = [_protocol(service, protocol)] if protocol else []
    rows = [row for row in (*new, *(_template(service, one) for one in templates)) if row is not None]
    for row in rows:
        audit.record(
            event="consultations.protocol.published", action=AuditAction.CREATE, entity=row, by=by, now=now
        )  # fmt: skip
    return [_name(row) for row in rows]


def _protocol(service: HealthcareService, sent: Mapping[str, Any]) -> DeterminationProtocol | None:
    key = {"service": service, "code": sent["code"], "version": sent["version"]}
    there = DeterminationProtocol.objects.filter(**key).first()
    if there is not None:
        _refuse_change(there, is_same=there.criteria == sent["criteria"])
        return None
    DeterminationProtocol.objects.filter(service=service, is_current=True).update(is_current=False)
    return DeterminationProtocol.objects.create(**key, title=sent["title"], criteria=sent["criteria"])


def _template(service: HealthcareService, sent: Mapping[str, Any]) -> PlanTemplate | None:
    key = {"service": service, "code": sent["code"], "version": sent["version"]}
    body = {name: sent[name] for name in sent if name not in {"code", "version", "title", "outcomes"}}
    there = PlanTemplate.objects.filter(**key).first()
    if there is not None:
        _refuse_change(there, is_same=there.body == body)
        return None
    PlanTemplate.objects.filter(service=service, code=sent["code"], is_current=True).update(is_current=False)
    return PlanTemplate.objects.create(**key, title=sent["title"], outcomes=sent.get("outcomes", []), body=body)


def _refuse_change(there: models.Model, *, is_same: bool) -> None:
    if not is_same:
        raise VersionChanged(f"{_name(there)} was published with other content. Give it a new version.")


def _name(row: Any) -> str:
    return f"{type(row).__name__} {row.code} {row.version}"
