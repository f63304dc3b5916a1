"""Which answers to one version of a questionnaire still stand in another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from intake.domain.acceptance import NotThisType, normal, question_at
from intake.domain.differences import means_the_same
from intake.domain.outline import Outline, Question, split


@dataclass(slots=True)
class Carried:
    """`answers` that stand; `changed`, linkIds of answered questions that are asked again; `gone`, no longer asked."""

    answers: dict[str, Any] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


def carry(before: Outline, after: Outline, answers: Mapping[str, Any]) -> Carried:
    """
    Return what of {path: value} moves to another version by linkId.

    Returns  an answer moves when its question has the same type, words and list, and still takes that value with
             that meaning; everything else is asked again
    Source   HL7 SDC 4.0.0, form validation: a change of meaning is a new question
    """
    carried = Carried()
    for path, value in answers.items():
        link_id = (split(path) or (path, ()))[0]
        old, new = before.by_link_id.get(link_id), question_at(after, path)
        if new is None:
            carried.gone.append(link_id)
        elif old is not None and _stands(old, new, value):
            carried.answers[path] = value
        else:
            carried.changed.append(link_id)
    carried.changed = [link_id for link_id in after.by_link_id if link_id in carried.changed]
    carried.gone = [link_id for link_id in before.by_link_id if link_id in carried.gone]
    return carried


def _stands(before: Question, after: Question, value: Any) -> bool:
    if not means_the_same(before, after) or not _same_choice(before, after, value):
        return False
    try:
        return bool(normal(after, value) == value)
    except NotThisType:
        return False


def _same_choice(before: Question, after: Question, value: Any) -> bool:
    """Tell whether the chosen options still read the same."""
    chosen = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, Mapping)]
    old, new = ({option.key: option.label for option in one.options} for one in (before, after))
    keys = {str(one.get("code")) for one in chosen} & old.keys()
    return all(old[key] == new.get(key) for key in keys)
