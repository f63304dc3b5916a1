"""Which of the answers that a client sends are stored, and which collide with what somebody else wrote meanwhile."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One question's new value; None clears it."""

    link_id: str
    value: Any


@dataclass(frozen=True, slots=True)
class Save:
    """
    One save of one client.

    base_revision  the revision that the client had seen when its person answered
    at             RFC 3339, UTC
    """

    client_id: str
    sequence: int
    base_revision: int
    revision: int
    by: str
    at: str


@dataclass(slots=True)
class Merged:
    """The new state; `stored` in the order sent, `conflicts` as they go into the answer."""

    answers: dict[str, Any]
    touched: dict[str, dict[str, Any]]
    stored: list[Change] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)


def merge(
    answers: Mapping[str, Any], touched: Mapping[str, Mapping[str, Any]], changes: Iterable[Change], save: Save
) -> Merged:
    """
    Return the state after a save, question by question.

    answers  {path: value}
    touched  {path: {revision, at, by, client, sequence}} of the last save that changed each path
    Returns  a question that another client changed after base_revision, to something else, is a conflict and stays;
             an older save of the same client that arrives late changes nothing that a newer one wrote
    """
    merged = Merged(dict(answers), {path: dict(touch) for path, touch in touched.items()})
    for change in changes:
        _merge_one(merged, change, save)
    return merged


def fold(saves: Iterable[Iterable[Change]]) -> dict[str, Any]:
    """Return {path: value} after all `saves`, oldest first: the projection of the ledger."""
    answers: dict[str, Any] = {}
    for changes in saves:
        for change in changes:
            _put(answers, change)
    return answers


def _merge_one(merged: Merged, change: Change, save: Save) -> None:
    present, touch = merged.answers.get(change.link_id), merged.touched.get(change.link_id)
    if touch and touch["client"] == save.client_id and touch["sequence"] > save.sequence:
        return
    if present == change.value:
        merged.stored.append(change)
        return
    if touch and touch["client"] != save.client_id and touch["revision"] > save.base_revision:
        merged.conflicts.append(
            {
                "link_id": change.link_id,
                "yours": change.value,
                "theirs": present,
                "changed_by": touch["by"],
                "changed_at": touch["at"],
                "revision": touch["revision"],
            }
        )
        return
    _put(merged.answers, change)
    merged.stored.append(change)
    merged.touched[change.link_id] = {
        "revision": save.revision,
        "at": save.at,
        "by": save.by,
        "client": save.client_id,
        "sequence": save.sequence,
    }


def _put(answers: dict[str, Any], change: Change) -> None:
    if change.value is None:
        answers.pop(change.link_id, None)
    else:
        answers[change.link_id] = change.value
