"""Flags, protocol and plans point at real questions, real answers and published sources."""

import re
from datetime import date
from typing import Any

import pytest

from consultations.domain import plan
from consultations.domain.codes import ActivityKind, Outcome
from intake.domain.codes import Severity
from tests.intake.catalogue.shipped import (
    BASE,
    LINE,
    Json,
    by_link,
    codes_compared,
    links_read,
    options,
    questionnaires,
    read,
    sources,
)

RULES = read(LINE / "flags.json")["rules"]
CRITERIA = read(LINE / "protocol.json")["criteria"]
TEMPLATES = read(LINE / "care-plan.json")["templates"]
START = date(2026, 1, 1)
CONSTANTS = {"age", *(score["constant"] for score in read(LINE / "scores.json"))}
REFERENCES = {
    *(link for definition in questionnaires().values() for link in by_link(definition)),
    *(f"score:{score['instrument']}" for score in read(LINE / "scores.json")),
    *(f"flag:{rule['code']}" for rule in RULES),
}
KINDS = {"inclusion", "exclusion", "contraindication", "caution", "off-label-disclosure"}
every_rule = pytest.mark.parametrize("rule", RULES, ids=[rule["code"] for rule in RULES])
every_criterion = pytest.mark.parametrize("criterion", CRITERIA, ids=[criterion["code"] for criterion in CRITERIA])
every_template = pytest.mark.parametrize("template", TEMPLATES, ids=[template["code"] for template in TEMPLATES])


def test_link_ids_are_unique_in_the_whole_line_so_that_evidence_is_unambiguous() -> None:
    links = [link for definition in questionnaires().values() for link in by_link(definition)]
    assert len(links) == len(set(links))


def test_every_flag_of_caution_and_above_stands_under_a_criterion_or_is_for_the_clinician_at_once() -> None:
    named = {reference for criterion in CRITERIA for reference in criterion["evidence"]}
    loose = {
        rule["code"] for rule in RULES if f"flag:{rule['code']}" not in named and rule["severity"] != "information"
    }
    assert loose == {"not-safe-at-home"}


@every_template
def test_a_plan_can_be_read_in_spanish(template: Json) -> None:
    rows = [(template, ("title", "description")), *((goal, ("description",)) for goal in template["goals"])]
    rows += [(row, ("title", "detail", "schedule_text")) for row in template["activities"]]
    for row, fields in rows:
        told = row["translations"]["es"]
        assert [field for field in fields if row[field] and not told.get(field)] == []
        assert list(told.get("clinician_fills", {})) == list(row.get("clinician_fills", ()))


def test_codes_are_unique() -> None:
    for rows in (RULES, CRITERIA, TEMPLATES):
        codes = [row["code"] for row in rows]
        assert len(codes) == len(set(codes))
        assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code) for code in codes)


def holds(expression: str, url: str) -> None:
    """Hold an expression to the questions and answers of one questionnaire, and to known constants."""
    known = by_link(questionnaires()[url])
    assert links_read(expression) <= set(known)
    assert set(re.findall(r"%(\w+)", expression)) <= CONSTANTS
    for link, codes in codes_compared(expression):
        assert codes <= options(known[link]), link


@every_rule
def test_a_rule_reads_real_questions_and_says_which(rule: Json) -> None:
    holds(rule["expression"], rule["questionnaire"])
    assert rule["severity"] in Severity.values
    assert rule["evidence"]
    assert set(rule["evidence"]) <= set(by_link(questionnaires()[rule["questionnaire"]]))
    assert links_read(rule["expression"]) <= set(rule["evidence"])


@every_rule
def test_a_rule_has_words_and_a_published_source(rule: Json) -> None:
    assert rule["clinician_text"].endswith(".")
    assert rule["source"]["supports"]
    for source in sources(rule["source"]):
        assert source["citation"]
        assert source.get("doi") or source.get("url", "").startswith("https://")


@every_rule
def test_a_crisis_is_an_emergency_and_speaks_to_the_patient(rule: Json) -> None:
    assert rule["crisis"] == (rule["severity"] == Severity.EMERGENCY)
    if rule["crisis"]:
        assert rule["patient_text"]


@every_criterion
def test_a_criterion_points_at_real_evidence(criterion: Json) -> None:
    assert criterion["kind"] in KINDS
    if criterion["questionnaire"] and criterion["expression"]:
        holds(criterion["expression"], criterion["questionnaire"])
    assert set(criterion["evidence"]) <= REFERENCES


@every_criterion
def test_a_criterion_has_a_grade_and_a_source(criterion: Json) -> None:
    assert criterion["evidence_grade"] in read(LINE / "protocol.json")["evidence_grades"]
    for source in sources(criterion["source"]):
        assert source["citation"]
        assert source.get("doi") or source.get("url", "").startswith("https://")


def test_the_protocol_says_what_is_honest() -> None:
    protocol = read(LINE / "protocol.json")
    assert protocol["outcomes"] == Outcome.values
    assert "never decides" in protocol["purpose"]
    disclosures = [criterion for criterion in CRITERIA if criterion["kind"] == "off-label-disclosure"]
    assert any("not FDA-approved" in criterion["text"] for criterion in disclosures)
    assert all(criterion["expression"] is None for criterion in disclosures)


@every_template
def test_a_plan_is_for_an_outcome_and_ends_with_a_look_back(template: Json) -> None:
    assert template["outcomes"]
    assert set(template["outcomes"]) <= set(Outcome.values)
    assert any(activity["kind"] == ActivityKind.VISIT for activity in template["activities"])
    assert template["review_after_days"] >= max(last_day(activity) for activity in template["activities"])


@every_template
def test_activities_are_known_kinds_with_sources(template: Json) -> None:
    for activity in template["activities"]:
        assert activity["kind"] in ActivityKind.values
        assert activity["source"]["citation"]
        assert (activity["kind"] == ActivityKind.MEASURE) == bool(activity["questionnaire_url"])
        assert activity["questionnaire_url"] in {"", *questionnaires()}


@every_template
def test_the_planner_takes_a_template_as_it_is(template: Json) -> None:
    drafted = plan.activities(template["activities"])
    assert [draft.schedule.stored() for draft in drafted] == [row["schedule"] for row in template["activities"]]
    assert [draft.description for draft in plan.goals(template["goals"])]


def last_day(activity: Json) -> int:
    return max((day - START).days for day in [START, *plan.schedule_of(activity["schedule"]).days_from(START)])


def test_no_template_gives_a_dose() -> None:
    (therapy,) = (row for template in TEMPLATES for row in template["activities"] if row["kind"] == "medication")
    assert {"product", "dose", "frequency", "duration", "stop_rule"} <= set(therapy["clinician_fills"])
    assert not re.search(r"\d+\s*(IU|mg|mcg|units?|sprays?)\b", therapy["title"] + therapy["detail"])


def test_measures_are_due_after_two_four_and_eight_weeks_where_the_case_stays_here() -> None:
    for template in TEMPLATES[:2]:
        for url in (BASE + "gad-7", BASE + "phq-9"):
            measures = [row for row in template["activities"] if row["questionnaire_url"] == url]
            days = [day for row in measures for day in plan.schedule_of(row["schedule"]).days_from(START)]
            assert [(day - START).days for day in days] == [14, 28, 56]


def test_the_crisis_text_names_whom_to_call() -> None:
    crisis: dict[str, Any] = read(LINE / "crisis.json")
    assert [way["href"] for way in crisis["ways"]] == ["tel:911", "tel:988", "sms:988", "https://988lifeline.org/chat/"]
    assert [way["code"] for way in crisis["translations"]["es"]["ways"]] == [way["code"] for way in crisis["ways"]]
    assert crisis["source"]["citation"]
