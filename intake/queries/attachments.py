"""Files that answers name."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from config.core.errors import FieldError
from intake.domain.merge import Change
from intake.models import Attachment, QuestionnaireResponse
from intake.queries.questions import outline_of


def named(response: QuestionnaireResponse, changes: Sequence[Change]) -> tuple[list[Change], list[FieldError]]:
    """
    Return the changes with each file's own name, kind and size, and one error for each file that is not there.

    Reads  Attachment: one query, none when no change names a file
    """
    outline = outline_of(response.questionnaire_id)
    asked = {
        change.link_id: list(_files(change.value))
        for change in changes
        if outline.by_link_id[change.link_id.rsplit("/", 1)[-1]].type == "attachment" and change.value is not None
    }
    if not asked:
        return list(changes), []
    ids = [one for files in asked.values() for file in files if (one := _uuid(file.get("id")))]
    rows = {str(row.pk): row for row in Attachment.objects.filter(response=response, pk__in=ids).defer("data")}
    errors = [
        FieldError(path, "no-such-file", gettext("Choose the file again; it did not arrive."))
        for path, files in asked.items()
        if any(str(file.get("id")) not in rows for file in files)
    ]
    if errors:
        return [], errors
    return [Change(one.link_id, _told(one, rows)) if one.link_id in asked else one for one in changes], []


def _told(change: Change, rows: dict[str, Attachment]) -> Any:
    files = [rows[str(file["id"])].as_answer() for file in _files(change.value)]
    return files if isinstance(change.value, list) else files[0]


def _files(value: Any) -> Iterator[dict[str, Any]]:
    yield from value if isinstance(value, list) else [value]


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
