"""What the shipped protocol says of answers: met, not met, unknown; the expected values come from its own words."""

import json
from datetime import date

import pytest

from consultations.domain import criteria
from consultations.queries import readings
from intake.adapters import catalogue
from tests.factories.clinic import answered
from tests.factories.consultations import ServiceRequestFactory

pytestmark = pytest.mark.django_db
LINE = catalogue.ROOT / "stress-and-anxiety"
TODAY = date(2026, 6, 1)


def code(*codes):
    return [{"code": one} for one in codes]


def protocol():
    return json.loads((LINE / "protocol.json").read_text())["criteria"]


def responses(request, answers, scores):
    """Return one response for each questionnaire of the line, holding the answers that belong to it."""
    definitions = [json.loads(file.read_text()) for file in sorted((LINE / "questionnaires").glob("*.json"))]
    instruments = json.loads((LINE / "scores.json").read_text())
    return [
        answered(
            request,
            questionnaire__url=definition["url"],
            questionnaire__definition=definition,
            questionnaire__scores=[one for one in instruments if one["questionnaire"] == definition["url"]],
            answers=answers.get(definition["url"].rsplit("/", 1)[-1], {}),
            scores=[{"instrument": name, "value": value, "band": ""} for name, value in scores.items()],
        )
        for definition in definitions
    ]


def suggestions(answers, scores=None, *, born=date(1985, 3, 8)):
    request = ServiceRequestFactory(submitted=True, patient__birth_date=born)
    rows = responses(request, answers, scores or {})
    holds = readings.holds(rows, patient=request.patient, today=TODAY)
    return {one.code: one.suggestion for one in criteria.read(protocol(), present=(), holds=holds)}


CASES = {
    "adult": ({}, {}, "adult", "met"),
    "gad-7 of 10": ({}, {"gad-7": 10}, "anxiety-present", "met"),
    "gad-7 of 9": ({}, {"gad-7": 9}, "anxiety-present", "not-met"),
    "gad-7 not finished": ({}, {"gad-7": None}, "anxiety-present", "unknown"),
    "therapy tried": ({"medical-history": {"tried": code("therapy")}}, {}, "established-care-tried", "met"),
    "only sport tried": ({"medical-history": {"tried": code("exercise")}}, {}, "established-care-tried", "not-met"),
    "nothing said of what was tried": ({}, {}, "established-care-tried", "unknown"),
    "allergic to oxytocin": ({"medical-history": {"allergy-to": code("oxytocin")}}, {}, "hypersensitivity", "met"),
    "no allergy": ({"medical-history": {"allergy-to": code("none")}}, {}, "hypersensitivity", "not-met"),
    "pregnant": ({"medical-history": {"pregnancy-status": {"code": "pregnant"}}}, {}, "pregnancy", "met"),
    "maybe pregnant": ({"medical-history": {"pregnancy-status": {"code": "not-sure"}}}, {}, "pregnancy", "met"),
    "not pregnant": ({"medical-history": {"pregnancy-status": {"code": "no"}}}, {}, "pregnancy", "not-met"),
    "pregnancy not said": ({}, {}, "pregnancy", "unknown"),
    "thoughts of death": ({"phq-9": {"phq-9-item-9": {"code": "LA6569-3"}}}, {}, "suicide-risk", "met"),
    "no thoughts of death": ({"phq-9": {"phq-9-item-9": {"code": "LA6568-5"}}}, {}, "suicide-risk", "not-met"),
    "for the clinician alone": ({}, {}, "off-label-told", "unknown"),
}


@pytest.mark.parametrize(("answers", "scores", "criterion", "expected"), CASES.values(), ids=CASES.keys())
def test_reading_of_the_shipped_protocol(answers, scores, criterion, expected):
    assert suggestions(answers, scores)[criterion] == expected


@pytest.mark.parametrize(("born", "expected"), [(date(2008, 6, 1), "met"), (date(2008, 6, 2), "not-met")])
def test_reading_counts_the_age_on_the_day(born, expected):
    assert suggestions({}, born=born)["adult"] == expected


def test_every_shipped_expression_gives_an_answer_to_no_answers():
    found = suggestions({})

    assert set(found.values()) <= {"met", "not-met", "unknown"}
    assert found["sodium"] == "unknown"


def test_reading_of_an_expression_that_fails_is_unknown():
    request = ServiceRequestFactory(submitted=True)
    holds = readings.holds([], patient=request.patient, today=TODAY)

    assert holds({"expression": "nonsense ((("}) is None
    assert holds({"expression": "%age + 'a'"}) in {None, True}
