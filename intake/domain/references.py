"""Whether the conditions of a definition ask about questions that can answer them."""

from collections.abc import Iterable, Iterator

from intake.domain.doubts import Doubt
from intake.domain.parts import Condition, PlanItem

OPERATORS = frozenset({"exists", "=", "!=", ">", "<", ">=", "<="})
_ORDERED = frozenset({">", "<", ">=", "<="})
# What enableWhen.answer[x] can be met by answers of each type.
_ANSWERS = {
    "boolean": {"answerBoolean"},
    "integer": {"answerInteger", "answerDecimal"},
    "decimal": {"answerDecimal", "answerInteger"},
    "date": {"answerDate", "answerDateTime"},
    "dateTime": {"answerDateTime", "answerDate"},
    "time": {"answerTime"},
    "string": {"answerString"},
    "text": {"answerString"},
    "url": {"answerString", "answerUri", "answerUrl"},
    "quantity": {"answerQuantity"},
    "reference": {"answerReference"},
    "attachment": set[str](),
    "open-choice": {"answerCoding", "answerString"},
}


def faults(items: Iterable[PlanItem]) -> Iterator[Doubt]:
    """
    Yield what is wrong with enableWhen of these items.

    Source  FHIR R4 Questionnaire.item.enableWhen; constraints que-2 and que-7
    """
    known = {item.link_id: item for item in items}
    for item in known.values():
        path = " > ".join([*item.around, item.link_id])
        if len(item.conditions) > 1 and "enableBehavior" not in item.definition:
            yield Doubt("behavior", item.link_id, "Several conditions do not say whether all or any count; all do.", path,
                        "warning")  # fmt: skip
        if item.conditions and item.enable_expression:
            yield Doubt("two-conditions", item.link_id, "An expression and conditions both decide; only the expression counts.",
                        path, "warning")  # fmt: skip
        for condition in item.conditions:
            yield from _condition(item, condition, known, path)


def _condition(item: PlanItem, condition: Condition, known: dict[str, PlanItem], path: str) -> Iterator[Doubt]:
    source = known.get(condition.question)
    if source is None:
        yield Doubt("reference", item.link_id, f"There is no question {condition.question[:80]}.", path)
    elif condition.operator not in OPERATORS:
        yield Doubt("operator", item.link_id, f"The operator {condition.operator[:20]} is unknown.", path)
    elif source.question.type in {"group", "display"}:
        told = f"{source.link_id} is a {source.question.type} and never has an answer."
        yield Doubt("reference-type", item.link_id, told, path)
    elif condition.operator == "exists":
        if condition.name != "answerBoolean":
            yield Doubt("answer-type", item.link_id, "“exists” takes true or false.", path)
    else:
        yield from _compared(item, condition, source, path)


def _compared(item: PlanItem, condition: Condition, source: PlanItem, path: str) -> Iterator[Doubt]:
    kind = source.question.type
    if not condition.name:
        yield Doubt("answer-type", item.link_id, "The condition has no answer to compare with.", path)
        return
    fits = _of_choice(source) if kind == "choice" else _ANSWERS.get(kind, set())
    if condition.name not in fits and fits != {"*"}:
        told = f"{condition.name} can never be an answer of {source.link_id}, which is a {kind}."
        yield Doubt("answer-type", item.link_id, told, path)
    elif condition.operator in _ORDERED and condition.name in {"answerBoolean", "answerCoding", "answerReference"}:
        yield Doubt("answer-type", item.link_id, f"{condition.operator} has no meaning for {condition.name}.", path)


def _of_choice(source: PlanItem) -> set[str]:
    choices = source.choices
    if not choices.is_known:
        return {"*"}
    plain = {f"answer{key[0].removeprefix('value')}" for key in choices.plain}
    return plain | ({"answerCoding"} if choices.codings else set())
