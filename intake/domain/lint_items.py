"""What an author should look at in one item."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from intake.domain import extensions as ext
from intake.domain.choices import key_of
from intake.domain.doubts import Doubt
from intake.domain.measures import order_of
from intake.domain.parts import PlanItem
from intake.domain.plan import Plan

Item = Mapping[str, Any]
Told = tuple[str, str, str]
_CHOICES = frozenset({"choice", "open-choice"})
_OPTIONS = frozenset(
    {"choice", "open-choice", "string", "integer", "date", "time", "decimal", "text", "url", "reference"}
)
_LENGTHS = frozenset({"string", "text", "url", "open-choice", "boolean", "decimal", "integer"})
_ORDERED = frozenset({"integer", "decimal", "date", "dateTime", "time", "quantity"})
# Behavior of SDC that is not carried out here, and what that means.
_NOT_DONE = {
    ext.SDC + "subQuestionnaire": "The questionnaire is a part of another one; assemble them first.",
    ext.CANDIDATE: "The answers to choose from come from a search, which is not run here.",
    ext.ANSWER: "The answers to choose from come from a search, which is not run here.",
    ext.SIGNATURE: "A signature is asked for; it is not taken here.",
    ext.SDC + "lookupQuestionnaire": "A part that is looked up elsewhere is not asked.",
}
_ERROR = frozenset({ext.SDC + "subQuestionnaire"})


def of_item(item: Item, path: str, plan: Plan) -> Iterator[Doubt]:
    """Yield what is doubtful about one item; errors block publishing."""
    known = plan.by_link_id.get(item["linkId"])
    for rule in _RULES:
        for severity, code, detail in rule(item, known):
            yield Doubt(code, item["linkId"], detail, path, severity)


def _structure(item: Item, known: PlanItem | None) -> Iterator[Told]:
    kind, inside = item["type"], item.get("item")
    if kind == "display" and inside:
        yield "error", "display-with-items", "A text to read has no questions inside (que-1)."
    if kind == "group" and not inside:
        yield "warning", "empty-group", "The group has nothing in it."
    if kind == "display" and (item.get("required") or item.get("repeats") or item.get("readOnly")):
        yield "error", "display-asked", "A text to read is not required, repeated or read-only (que-6, que-9)."
    if kind == "display" and item.get("code"):
        yield "warning", "display-code", "A text to read has a code that nothing uses (que-3)."
    if known and kind not in {"group", "display"} and not item.get("text") and not known.question.is_hidden:
        yield "warning", "no-text", "The question has no words."


def _options(item: Item, known: PlanItem | None) -> Iterator[Told]:
    kind, options, value_set = item["type"], item.get("answerOption"), item.get("answerValueSet")
    if options and value_set:
        yield "error", "options-and-value-set", "Options and a value set both say what to choose (que-4)."
    if (options or value_set) and kind not in _OPTIONS:
        yield "error", "options-misplaced", f"A {kind} has nothing to choose (que-5)."
    if options and known is not None and not known.choices.plain and not known.choices.codings:
        yield "error", "no-options", "There is nothing to choose."
    if value_set and known is not None and not known.choices.is_known:
        detail = f"The value set {value_set[:120]} is not here: nothing can be chosen, and answers are not checked."
        yield "warning", "value-set-unknown", detail
    if value_set and known is not None and known.choices.is_known and not known.choices.codings:
        yield "error", "no-options", "The value set is empty: there is nothing to choose."
    if kind in _CHOICES and not options and not value_set and not _is_searched(item):
        yield "warning", "no-options", "There is nothing to choose."
    yield from _each_option(options or [])


def _is_searched(item: Item) -> bool:
    told = ext.by_url(item)
    return ext.CANDIDATE in told or ext.ANSWER in told


def _each_option(options: list[Item]) -> Iterator[Told]:
    codings = [option["valueCoding"] for option in options if "valueCoding" in option]
    for (_, code), count in Counter(map(key_of, codings)).items():
        if count > 1:
            yield "warning", "option-twice", f"The option {code[:60]} stands {count} times."
    for coding in codings:
        if coding.get("code") is None and not coding.get("display"):
            yield "error", "option-empty", "An option has neither a code nor words."
        elif coding.get("code") is None:
            yield "warning", "option-code", f"The option “{coding['display'][:60]}” has no code."
    if sum(1 for option in options if option.get("initialSelected")) > 1:
        yield "warning", "initial-many", "Several options are chosen from the start."


def _bounds(item: Item, known: PlanItem | None) -> Iterator[Told]:
    if known is None:
        return
    kind, bounds = item["type"], known.bounds
    if bounds.max_length is not None and kind not in _LENGTHS:
        yield "error", "bounds-misplaced", "A greatest length has no meaning here (que-10)."
    if (bounds.minimum is not None or bounds.maximum is not None) and kind not in _ORDERED:
        yield "warning", "bounds-misplaced", f"A {kind} has no least or greatest value."
    for low, high, told in (
        (bounds.minimum, bounds.maximum, "value"),
        (bounds.min_length, bounds.max_length, "length"),
        (bounds.least, bounds.most, "number of answers"),
    ):
        if low is not None and high is not None and order_of(low, high) == 1:
            yield "error", "bounds", f"The least {told} is above the greatest: no answer fits."
    if bounds.least and bounds.least > 1 and not item.get("repeats"):
        yield "error", "bounds", "Several answers are asked for, but the question takes one."


def _answers(item: Item, known: PlanItem | None) -> Iterator[Told]:
    if known is None:
        return
    question, initial = known.question, item.get("initial", [])
    if initial and question.type in {"group", "display"}:
        yield "error", "initial-misplaced", "Only questions have an answer from the start (que-8)."
    if initial and item.get("answerOption"):
        yield "warning", "initial-and-options", "An option chosen from the start is told in the option (que-11)."
    if len(initial) > 1 and not item.get("repeats"):
        yield "error", "initial-many", "Several answers from the start, but the question takes one (que-13)."
    if known.calculated and not item.get("readOnly"):
        yield (
            "warning",
            "calculated-editable",
            "What is worked out here replaces what people type; say that it is read-only.",
        )
    elif question.is_required and question.is_computed and not known.calculated and not known.initial:
        yield "warning", "required-read-only", "Nobody can answer this."


def _others(item: Item, _known: PlanItem | None) -> Iterator[Told]:
    for one in item.get("modifierExtension", ()):
        detail = f"{str(one.get('url', ''))[:120]} may change what this asks, and is not known."
        yield "error", "modifier", detail
    told = ext.by_url(item)
    for url, detail in _NOT_DONE.items():
        if url in told:
            yield "error" if url in _ERROR else "warning", "not-carried-out", detail


_RULES: tuple[Callable[[Item, PlanItem | None], Iterator[Told]], ...] = (
    _structure, _options, _bounds, _answers, _others,
)  # fmt: skip
