"""What one version of a questionnaire asks differently from another, in words for the person who publishes it."""

from collections.abc import Iterator
from dataclasses import dataclass

from intake.domain.outline import Outline, Question


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One difference.

    kind  added, removed, changed (what may be answered, or when it is asked) or worded (words alone)
    """

    kind: str
    link_id: str
    label: str
    words: str


def differences(before: Outline, after: Outline) -> tuple[Difference, ...]:
    """Return what changed from one version to the next, in the order of the later one; removed questions come last."""
    found = [
        *(
            one
            for link_id, question in after.by_link_id.items()
            for one in _of(before.by_link_id.get(link_id), question)
        ),
        *(
            Difference("removed", link_id, label(question), "This is no longer asked.")
            for link_id, question in before.by_link_id.items()
            if link_id not in after.by_link_id
        ),
    ]
    if before.title != after.title:
        found.insert(0, Difference("worded", "", after.title, f"The title was “{before.title}”."))
    return tuple(found)


def label(question: Question) -> str:
    """Return how a question is called in a list."""
    return question.text or question.link_id


def means_the_same(before: Question, after: Question) -> bool:
    """Tell whether an answer to one is an answer to the other: same type, same words, same place in lists."""
    return (before.type, before.text, before.repeats, before.groups) == (
        after.type, after.text, after.repeats, after.groups,
    )  # fmt: skip


def _of(before: Question | None, after: Question) -> Iterator[Difference]:
    name = label(after)
    if before is None:
        yield Difference("added", after.link_id, name, "This is new.")
        return
    for kind, words in (*_asking(before, after), *_options(before, after), *_words(before, after)):
        yield Difference(kind, after.link_id, name, words)


def _asking(before: Question, after: Question) -> Iterator[tuple[str, str]]:
    if before.type != after.type:
        yield "changed", f"It was answered as {before.type} and is now answered as {after.type}."
    if before.is_required != after.is_required:
        yield "changed", "It must be answered now." if after.is_required else "It may be left open now."
    if before.repeats != after.repeats:
        yield "changed", "It takes several answers now." if after.repeats else "It takes one answer now."
    if before.is_conditional != after.is_conditional:
        yield "changed", "It depends on another answer now." if after.is_conditional else "It is always asked now."
    if before.groups != after.groups:
        yield "changed", "It stands in another list."
    if before.max_length != after.max_length:
        limit = f"at most {after.max_length} characters" if after.max_length else "any length"
        yield "changed", f"It takes {limit} now."
    if before.is_hidden != after.is_hidden:
        yield "changed", "Patients no longer see it." if after.is_hidden else "Patients see it now."


def _options(before: Question, after: Question) -> Iterator[tuple[str, str]]:
    old, new = ({option.key: option.label for option in one.options} for one in (before, after))
    for key in new.keys() - old.keys():
        yield "changed", f"It can be answered “{new[key]}” now."
    for key in old.keys() - new.keys():
        yield "changed", f"It can no longer be answered “{old[key]}”."
    for key in old.keys() & new.keys():
        if old[key] != new[key]:
            yield "worded", f"The answer “{old[key]}” reads “{new[key]}” now."
    gone = [unit.label for unit in before.units if unit.key not in {one.key for one in after.units}]
    come = [unit.label for unit in after.units if unit.key not in {one.key for one in before.units}]
    if gone or come:
        yield "changed", f"Its units are {', '.join(unit.label for unit in after.units) or 'not said'} now."


def _words(before: Question, after: Question) -> Iterator[tuple[str, str]]:
    if before.text != after.text:
        yield "worded", f"It was “{before.text}”."
    if before.help != after.help:
        yield "worded", f"Its help was “{before.help}”." if before.help else "It has a help text now."
