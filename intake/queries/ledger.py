"""The answers of a response as they stood at an earlier revision."""

from typing import Any

from intake.domain import merge
from intake.domain.merge import Change
from intake.models import QuestionnaireResponse


def answers_at(response: QuestionnaireResponse, revision: int) -> dict[str, Any]:
    """
    Return {path: value} after the save that made `revision`.

    Reads  Answer: one query, none for the present revision
    """
    if revision >= response.revision:
        return dict(response.answers)
    rows = response.ledger.filter(revision__lte=revision).order_by("revision").values_list("changes", flat=True)
    return merge.fold([Change(**change) for change in changes] for changes in rows)
