"""
A patient adds a file to a question; the answer that names it is saved by intake.flows.answer.

Refusal
├── NoSuchResponse  (NotFound)
├── ResponseClosed  (Conflict)  completed or stopped: nothing can be added
└── FileRefused     (Invalid)   what is wrong with the file, or that its question takes none
"""

import hashlib
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext, gettext_lazy

from config.core import audit
from config.core.errors import Conflict, FieldError, Invalid, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, User
from intake.domain import files, photos
from intake.domain.acceptance import question_at
from intake.domain.codes import ResponseStatus
from intake.models import Attachment, QuestionnaireResponse
from intake.queries.questions import outline_of

MOST_FILES = 20


class NoSuchResponse(NotFound):
    """Check the address; it may not be yours."""

    code = "no-such-response"
    title = gettext_lazy("There are no such questions")


class ResponseClosed(Conflict):
    """Show the answers; nothing can be added to them."""

    code = "response-closed"
    title = gettext_lazy("These questions are closed")


class FileRefused(Invalid):
    """Say what is wrong at the question; another file may be taken."""

    code = "file-refused"
    title = gettext_lazy("This file cannot be taken")


@flow
def attach(*, response_id: UUID, path: str, name: str, data: bytes, by: User, now: datetime) -> Attachment:
    """
    Keep a file for one question of a draft.

    path    of an attachment question, instance included
    name    as the device calls it; only shown, never trusted
    data    the whole file; of a photo only the picture is kept, not the place, time and device that phones write into it
    Writes  Attachment, AuditEvent; nothing when the same file is there already
    Raises  NoSuchResponse, ResponseClosed, FileRefused
    Source  FHIR R4 Attachment, extensions mimeType and maxSize; OWASP ASVS 5.0, V5
    """
    mine = QuestionnaireResponse.objects.visible_to(by).select_for_update(no_key=True, of=("self",))
    response = mine.filter(pk=response_id).first()
    if response is None:
        raise NoSuchResponse(gettext("There are no such questions."))
    if response.status != ResponseStatus.IN_PROGRESS:
        raise ResponseClosed(gettext("These answers were sent; no file can be added to them."))
    kind, data = _looked_at(response, path, data)
    digest = hashlib.sha256(data).hexdigest()
    before = response.attachments.filter(path=path, sha256=digest).defer("data").first()
    if before is not None:
        return before
    if response.attachments.count() >= MOST_FILES:
        told = gettext("At most %(count)s files can be added to one set of questions.")
        raise _refused(path, told % {"count": MOST_FILES})

    made = Attachment.objects.create(
        response=response, path=path, title=files.safe_name(name), content_type=kind, size=len(data), sha256=digest,
        data=data, uploaded_at=now, uploaded_by=by,
    )  # fmt: skip

    audit.record(
        event="intake.attachment.added", action=AuditAction.CREATE, entity=made, by=by, now=now,
        patient_id=response.patient_id, detail={"content_type": kind, "size": len(data)},
    )  # fmt: skip
    return made


def _looked_at(response: QuestionnaireResponse, path: str, data: bytes) -> tuple[str, bytes]:
    """Return the media type of a file, and what of it is kept: a photo without where and with what it was taken."""
    question = question_at(outline_of(response.questionnaire_id), path)
    if question is None or question.type != "attachment":
        raise _refused(path, gettext("This question takes no file."))
    try:
        kind = files.check(data, mime_types=question.hints.mime_types, max_bytes=question.hints.max_bytes)
        return kind, photos.plain(kind, data)
    except files.NotThisFile as wrong:
        raise _refused(path, str(wrong)) from wrong
    except photos.DamagedPhoto as wrong:
        told = gettext("This photo is damaged. Choose it again, or take another one.")
        raise _refused(path, told) from wrong


def _refused(path: str, words: str) -> FileRefused:
    return FileRefused(words, errors=[FieldError(path, "file-refused", words)])
