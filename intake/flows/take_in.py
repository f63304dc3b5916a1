"""
A Questionnaire comes in from a file or another system, is looked at as a draft, and is published.

Refusal
├── NotReadable         (Invalid)   no FHIR R4 Questionnaire at all
├── PublishedDiffers    (Conflict)  this version is published with other content
├── NoSuchDraft         (NotFound)
├── NotSound            (Invalid)   one error for each place that cannot be asked
└── OnlyAdministrators  (NotAllowed)  see config.core.administrators
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from config.core import administrators, audit
from config.core.errors import Conflict, FieldError, Invalid, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, User
from intake.domain.codes import QuestionnaireStatus
from intake.domain.lint import lint
from intake.models import Questionnaire

LARGEST = 5 * 1024 * 1024


class NotReadable(Invalid):
    """Say what is wrong with the file; nothing was kept."""

    code = "not-readable"
    title = "This is no FHIR R4 Questionnaire"


class PublishedDiffers(Conflict):
    """Give the changed content a new version."""

    code = "published-version-changed"
    title = "A published version cannot change"


class NoSuchDraft(NotFound):
    """Check the address; it may be published already."""

    code = "no-such-draft"
    title = "There is no such draft"


class NotSound(Invalid):
    """Correct the definition; each error names an item."""

    code = "content-not-sound"
    title = "The questions cannot be published"


@flow
def take_in(*, source: bytes, by: User, now: datetime) -> Questionnaire:
    """
    Keep a FHIR R4 Questionnaire as a draft, byte for byte as it came.

    Returns  the draft; the row that is there already when the same bytes came before
    Writes   Questionnaire `draft` (another draft of the same version goes), AuditEvent
    Raises   OnlyAdministrators, NotReadable, PublishedDiffers
    Source   FHIR R4 Questionnaire; a version without a name is called by its digest
    """
    _refuse_others(by)
    text, definition = _read(source)
    digest = hashlib.sha256(source).hexdigest()
    url, version = str(definition["url"]), str(definition.get("version") or f"sha256-{digest[:12]}")
    before = Questionnaire.objects.select_for_update().filter(url=url, version=version).first()
    if before is not None and before.sha256 == digest:
        return before
    if before is not None and before.status != QuestionnaireStatus.DRAFT:
        raise PublishedDiffers(f"{before.canonical} is published and differs. Give the file a new version.")

    if before is not None:
        before.delete()
    made = Questionnaire.objects.create(
        url=url, version=version, title=str(definition.get("title") or definition.get("name") or url)[:300],
        status=QuestionnaireStatus.DRAFT, source=text, sha256=digest, definition={**definition, "version": version},
    )  # fmt: skip

    audit.status_changed(made, old="", new=made.status, by=by, now=now)
    audit.record(
        event="intake.questionnaire.taken-in", action=AuditAction.CREATE, entity=made, by=by, now=now,
        detail={"canonical": made.canonical, "sha256": digest},
    )  # fmt: skip
    return made


@flow
def publish_draft(*, questionnaire_id: UUID, by: User, now: datetime) -> Questionnaire:
    """
    Publish a draft; from here on it never changes, and the version before it is retired.

    Writes  Questionnaire `active` and `retired`, StatusChange, AuditEvent
    Raises  OnlyAdministrators, NoSuchDraft, NotSound
    Source  FHIR R4 Questionnaire.status
    """
    _refuse_others(by)
    drafts = Questionnaire.objects.select_for_update().filter(status=QuestionnaireStatus.DRAFT)
    draft = drafts.filter(pk=questionnaire_id).first()
    if draft is None:
        raise NoSuchDraft("There is no such draft.")
    errors = [
        FieldError(one.path or one.link_id, one.code, one.message)
        for one in lint(draft.definition)
        if one.severity == "error"
    ]
    if errors:
        raise NotSound(f"{len(errors)} places must be corrected first.", errors=errors)

    for former in Questionnaire.objects.select_for_update().published().filter(url=draft.url):
        former.status = QuestionnaireStatus.RETIRED
        former.save(update_fields=["status", "updated_at"])
        audit.status_changed(former, old=QuestionnaireStatus.ACTIVE, new=former.status, by=by, now=now)
    draft.status = QuestionnaireStatus.ACTIVE
    draft.save(update_fields=["status", "updated_at"])

    audit.status_changed(draft, old=QuestionnaireStatus.DRAFT, new=draft.status, by=by, now=now)
    audit.record(
        event="intake.questionnaire.published", entity=draft, by=by, now=now, detail={"canonical": draft.canonical}
    )
    return draft


def _refuse_others(by: User) -> None:
    administrators.require_for("questions", by=by)


def _read(source: bytes) -> tuple[str, dict[str, Any]]:
    if len(source) > LARGEST:
        raise _unreadable("This file is larger than 5 MB.")
    try:
        text = source.decode("utf-8")
        definition = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise _unreadable("This file is not JSON in UTF-8.") from error
    if not isinstance(definition, Mapping) or definition.get("resourceType") != "Questionnaire":
        raise _unreadable("This file holds no FHIR Questionnaire: its resourceType must be Questionnaire.")
    if "\x00" in text or "\\u0000" in text:
        raise _unreadable("This file has a character that cannot be stored.")
    if not definition.get("url") or not isinstance(definition["url"], str) or len(definition["url"]) > 300:
        raise _unreadable("The questionnaire has no url, the name by which its versions belong together.")
    if len(str(definition.get("version", ""))) > 64:
        raise _unreadable("Its version is longer than 64 characters.")
    return text, dict(definition)


def _unreadable(words: str) -> NotReadable:
    return NotReadable(words, errors=[FieldError("", "not-readable", words)])
