"""What a case holds that a decision may point at: answers, scores and flags."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from consultations.domain import shown
from consultations.models import SupportingInfo
from intake.models import Flag, QuestionnaireResponse


class Evidence(NamedTuple):
    """
    One thing of a case. `ref` is a linkId, `score:NAME` or `flag:CODE`.

    `value` is empty for a question without an answer; `anchor` is its place on the case screen.
    """

    ref: str
    label: str
    value: str

    @property
    def anchor(self) -> str:
        """Return the id of the element of the case screen that shows it."""
        return "e-" + "".join(sign if sign.isalnum() or sign == "-" else "-" for sign in self.ref)


def responses_of(request_id: UUID) -> list[QuestionnaireResponse]:
    """Return the responses of a case with their questionnaires, in order: one query."""
    rows = SupportingInfo.objects.filter(service_request=request_id).select_related(
        "questionnaire_response__questionnaire"
    )
    return [row.questionnaire_response for row in rows.order_by("position", "id")]


def of_case(request_id: UUID) -> dict[str, Evidence]:
    """Return everything of a case that a criterion may point at, by reference: two queries."""
    return of_responses(responses_of(request_id))


def of_responses(responses: Sequence[QuestionnaireResponse]) -> dict[str, Evidence]:
    """Return everything of some responses and their flags that a criterion may point at, by reference: one query."""
    found = [one for response in responses for one in of_response(response)]
    raised = Flag.objects.active().filter(response__in=[one.pk for one in responses]).select_related("rule")
    found += [
        Evidence(f"flag:{flag.rule.code}", flag.rule.clinician_text.rstrip("."), flag.severity) for flag in raised
    ]
    return {one.ref: one for one in found}


def of_response(response: QuestionnaireResponse) -> Iterator[Evidence]:
    """Yield the questions and scores of one response, whose questionnaire is loaded."""
    answers: dict[str, list[str]] = {}
    for path, value in {**response.calculated, **response.answers}.items():
        answers.setdefault(shown.link_id(path), []).append(shown.words(value))
    for item in shown.items(response.questionnaire.definition):
        if item.get("type") not in {"group", "display"}:
            label = str(item.get("text") or item["linkId"])
            value = "; ".join(answers.get(item["linkId"], ()))
            yield Evidence(item["linkId"], label, shown.with_unit(value, shown.unit_of(item)))
    titles = {one["instrument"]: one.get("title", "") for one in response.questionnaire.scores}
    for score in response.scores:
        name = score["instrument"]
        value = "" if score.get("value") is None else f"{score['value']} ({score.get('band') or 'no band'})"
        yield Evidence(f"score:{name}", titles.get(name) or name, value)
