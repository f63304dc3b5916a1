"""QuestionnaireResponse as FHIR R4."""

from collections.abc import Iterator, Mapping
from typing import Any

from intake.domain.outline import Question, outline
from intake.fhir.instant import instant
from intake.models import QuestionnaireResponse

_PLAIN = {
    "boolean": "valueBoolean",
    "integer": "valueInteger",
    "decimal": "valueDecimal",
    "date": "valueDate",
    "dateTime": "valueDateTime",
    "time": "valueTime",
    "string": "valueString",
    "text": "valueString",
    "url": "valueUri",
    "quantity": "valueQuantity",
}


def questionnaire_response(row: QuestionnaireResponse) -> dict[str, Any]:
    """
    Return the FHIR R4 QuestionnaireResponse: items in the order of the questionnaire, only those with answers.

    row     with `questionnaire` loaded; calculated values are answers of their items
    Source  FHIR R4 QuestionnaireResponse; HL7 SDC 4.0.0, form validation
    """
    answers = {**row.answers, **row.calculated}
    resource: dict[str, Any] = {
        "resourceType": "QuestionnaireResponse",
        "id": str(row.pk),
        "questionnaire": row.questionnaire.canonical,
        "status": row.status,
        "subject": {"reference": f"Patient/{row.patient_id}"},
        "source": {"reference": f"Patient/{row.patient_id}"},
        "item": list(_items(outline(row.questionnaire.definition).roots, "", answers)),
    }
    if at := row.completed_at or row.authored_at:
        resource["authored"] = instant(at)
    return resource


def _items(questions: tuple[Question, ...], prefix: str, answers: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for question in questions:
        path = prefix + question.link_id
        if question.type == "display":
            continue
        if question.type == "group" and question.repeats:
            yield from _instances(question, path, answers)
            continue
        item: dict[str, Any] = {"linkId": question.link_id, "text": question.text}
        below = list(_items(question.children, prefix, answers))
        if question.type == "group":
            if below:
                yield {**item, "item": below}
            continue
        values = answers.get(path)
        if values is None and not below:
            continue
        given = [_answer(question, one) for one in (values if isinstance(values, list) else [values])]
        if below:
            given[0]["item"] = below
        yield {**item, "answer": given}


def _instances(question: Question, path: str, answers: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    number = 0
    while any(key.startswith(f"{path}[{number}]/") for key in answers):
        below = list(_items(question.children, f"{path}[{number}]/", answers))
        yield {"linkId": question.link_id, "text": question.text, "item": below}
        number += 1


def _answer(question: Question, value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if question.type in {"choice", "open-choice"}:
        return {"valueCoding": value} if isinstance(value, Mapping) else {"valueString": value}
    if question.type == "attachment":
        return {"valueAttachment": {key: value[key] for key in ("contentType", "title", "size") if key in value}}
    return {_PLAIN.get(question.type, "valueString"): value}
