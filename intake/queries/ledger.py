"""What the ledger of a response tells: the answers at an earlier revision, and what others wrote between two."""

from datetime import UTC
from typing import Any

from intake.domain import merge
from intake.domain.merge import Change, Entry
from intake.models import Answer, QuestionnaireResponse


def answers_at(response: QuestionnaireResponse, revision: int) -> dict[str, Any]:
    """
    Return {path: value} after the save that made `revision`.

    Reads  Answer: one query, none for the present revision
    """
    if revision >= response.revision:
        return dict(response.answers)
    rows = response.ledger.filter(revision__lte=revision).order_by("revision").values_list("changes", flat=True)
    return merge.fold([Change(**change) for change in changes] for changes in rows)


def elsewhere(response: QuestionnaireResponse, told: Answer, *, base: int) -> list[dict[str, Any]]:
    """
    Return what other clients wrote after `base` and before the save `told`.

    Reads  Answer: one query, none when nothing came between
    """
    if base >= told.revision - 1:
        return []
    rows = response.ledger.filter(revision__gt=base, revision__lt=told.revision).order_by("revision")
    spoken = {one["link_id"] for one in (*told.changes, *told.conflicts)}
    return merge.elsewhere(map(_entry, rows), client_id=told.client_id, told=spoken)


def undoing(response: QuestionnaireResponse, revision: int) -> list[dict[str, Any]]:
    """
    Return the changes that put back what one save changed; [] when there is no such save, or it was built upon.

    Reads  Answer: two queries
    """
    row = response.ledger.filter(revision=revision).first()
    built_upon = row and any(
        response.touched.get(one["link_id"], {}).get("revision", 0) > revision for one in row.changes
    )
    if row is None or built_upon:
        return []
    before = answers_at(response, revision - 1)
    return [{"link_id": one["link_id"], "value": before.get(one["link_id"])} for one in row.changes]


def _entry(row: Answer) -> Entry:
    at = row.recorded_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    changes = tuple(Change(**change) for change in row.changes)
    return Entry(row.client_id, row.revision, str(row.author_id), at, changes)
