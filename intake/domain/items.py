"""Answers by path as the items of a FHIR QuestionnaireResponse."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from intake.domain.outline import Question
from intake.domain.stored import given


def items(questions: Iterable[Question], answers: Mapping[str, Any], *, prefix: str = "") -> list[dict[str, Any]]:
    """
    Return the items that have answers, in the order of the questionnaire.

    answers  {path: value}; an item without answers below it is left out
    Source   FHIR R4 QuestionnaireResponse.item
    """
    return [item for question in questions for item in _items(question, answers, prefix)]


def _items(question: Question, answers: Mapping[str, Any], prefix: str) -> Iterator[dict[str, Any]]:
    path = prefix + question.link_id
    head: dict[str, Any] = {"linkId": question.link_id, "text": question.text}
    if question.type == "group" and question.repeats:
        for number in range(instances(answers, path)):
            yield {**head, "item": items(question.children, answers, prefix=f"{path}[{number}]/")}
        return
    below = items(question.children, answers, prefix=prefix)
    if question.type == "group":
        if below:
            yield {**head, "item": below}
        return
    value = answers.get(path)
    if question.type == "display" or (value is None and not below):
        return
    told = [given(question, one) for one in (value if isinstance(value, list) else [value])]
    if below:
        told[0]["item"] = below
    yield {**head, "answer": told}


def instances(answers: Mapping[str, Any], path: str) -> int:
    """Return how many instances of a repeating group have answers, gaps included."""
    start, numbers = f"{path}[", [-1]
    for key in answers:
        if key.startswith(start):
            number = key[len(start) :].split("]", 1)[0]
            numbers.append(int(number) if number.isdigit() else -1)
    return max(numbers) + 1
