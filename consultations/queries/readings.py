"""What the answers of a case say about an expression of a protocol."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from intake.domain.fhirpath import Failed, NotFhirPath, Scope, parse
from intake.domain.fhirpath.values import truth
from intake.domain.items import items
from intake.domain.outline import outline
from intake.models import Patient, QuestionnaireResponse


def holds(
    responses: Sequence[QuestionnaireResponse], *, patient: Patient, today: date
) -> Callable[[Mapping[str, Any]], bool | None]:
    """
    Return the function that tells whether a criterion is true of the answers; it gives None for what is not known.

    responses  of the case, with their questionnaires
    today      calendar day on which the age counts
    """
    resources = {one.questionnaire.url: _resource(one) for one in responses}
    constants = {"age": [patient.age_on(today)], **_scores(responses)}

    def is_true(criterion: Mapping[str, Any]) -> bool | None:
        resource = resources.get(str(criterion.get("questionnaire") or ""), {})
        scope = Scope([resource], {**constants, "resource": [resource]})
        try:
            return truth(parse(str(criterion["expression"])).run(scope))
        except (Failed, NotFhirPath):
            return None

    return is_true


def _resource(response: QuestionnaireResponse) -> dict[str, Any]:
    answers = {**response.answers, **response.calculated}
    roots = outline(response.questionnaire.definition).roots
    return {"resourceType": "QuestionnaireResponse", "item": items(roots, answers)}


def _scores(responses: Sequence[QuestionnaireResponse]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for response in responses:
        values = {one["instrument"]: one.get("value") for one in response.scores}
        for definition in response.questionnaire.scores:
            if name := definition.get("constant"):
                value = values.get(definition["instrument"])
                found[name] = [] if value is None else [value]
    return found
