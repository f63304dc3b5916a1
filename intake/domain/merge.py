"""Which of the answers that a client sends are stored, and which collide with what somebody else wrote meanwhile."""

from collections.abc import Collection, Iterable, Mapping
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
             an older save of the same client that arrives late changes nothing that a newer one wrote; an answer that
             is there already is touched all the same, since somebody gave it again and was told that it is kept
    """
    merged = Merged(dict(answers), {path: dict(touch) for path, touch in touched.items()})
    for change in changes:
        _merge_one(merged, change, save)
    return merged


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger, as far as others need to hear of it."""

    client_id: str
    revision: int
    by: str
    at: str
    changes: tuple[Change, ...]


def elsewhere(entries: Iterable[Entry], *, client_id: str, told: Collection[str]) -> list[dict[str, Any]]:
    """
    Return what other clients wrote meanwhile, so that one who is given the new revision has seen all of it.

    entries  the ledger after the client's base and before its save, oldest first
    told     paths that the save's own answer speaks of
    Returns  [{link_id, value, changed_by, changed_at, revision}] where the last writer of a path is somebody else
    """
    last = {change.link_id: (entry, change) for entry in entries for change in entry.changes}
    return [
        {
            "link_id": path,
            "value": change.value,
            "changed_by": entry.by,
            "changed_at": entry.at,
            "revision": entry.revision,
        }
        for path, (entry, change) in last.items()
        if entry.client_id != client_id and path not in told
    ]


def fold(saves: Iterable[Iterable[Change]]) -> dict[str, Any]:
    """Return {path: value} after all `saves`, oldest first: the projection of the ledger."""
    answers: dict[str, Any] = {}
    for changes in saves:
        for change in changes:
            _put(answers, change)
    return answers


def whole(merged: Merged, answers: Mapping[str, Any], touched: Mapping[str, Mapping[str, Any]]) -> Merged:
    """Return a merge that happens altogether or not at all: one conflict, and nothing of it is stored."""
    if not merged.conflicts:
        return merged
    return Merged(dict(answers), {path: dict(touch) for path, touch in touched.items()}, [], merged.conflicts)


def _merge_one(merged: Merged, change: Change, save: Save) -> None:
    present, touch = merged.answers.get(change.link_id), merged.touched.get(change.link_id)
    if touch and touch["client"] == save.client_id and touch["sequence"] > save.sequence:
        return
    unseen = touch and touch["client"] != save.client_id and touch["revision"] > save.base_revision
    if touch and unseen and present != change.value:
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
