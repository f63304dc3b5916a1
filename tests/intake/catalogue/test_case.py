"""A whole case through the engine: questions that compile, answers that complete, and what the protocol suggests."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from intake.domain.evaluate import Evaluation, evaluate
from intake.domain.flags import Facts, raised
from intake.domain.lint import lint
from intake.domain.plan import compile_plan
from intake.domain.scores import score
from tests.intake.catalogue.shipped import BASE, LINE, Json, questionnaires, read

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SHIPPED = questionnaires()
PLANS = {url: compile_plan(definition) for url, definition in SHIPPED.items()}
SCORES = read(LINE / "scores.json")
RULES = read(LINE / "flags.json")["rules"]
CRITERIA = {row["code"]: row for row in read(LINE / "protocol.json")["criteria"]}
NOTHING = ["none"]

# An adult in good health, moderately anxious, who has tried talking therapy.
QUIET: dict[str, dict[str, Any]] = {
    "about-you": {
        "reason": "I worry about work all day.", "reason-since": "6-to-12-months",
        "height": {"value": 66, "unit": "in", "code": "[in_i]"}, "weight": {"value": 140, "unit": "lb", "code": "[lb_av]"}, "main-activity": "retired",
        "sleep-hours": 6.5, "support": "yes", "safe-at-home": "yes", "visit-place": "home", "visit-private": "yes",
        "contact-on-record": True,
    },
    "medical-history": {
        "conditions": NOTHING, "takes-medicines": False, "medicines-heart-rhythm": NOTHING,
        "medicines-sodium": NOTHING, "medicines-pressor": NOTHING, "medicines-womb-or-migraine": NOTHING,
        "allergy-to": NOTHING, "pregnancy-status": "not-applicable", "heart-conditions": NOTHING,
        "family-sudden-death": "no", "blood-pressure-known": False, "kidney-disease": "no", "low-sodium": "no",
        "seizures": "no", "fluid-intake": "under-2-liters", "fluid-limit": "no", "nose-problems": NOTHING,
        "mental-health-history": ["anxiety-panic"], "high-energy-days": "no", "unusual-experiences": "no",
        "suicide-attempt": "no", "mental-health-hospital": "no", "heavy-drinking-days": 0, "drug-use-times": 0,
        "tried": ["therapy"], "oxytocin-before": "no",
    },
    "gad-7": {f"gad-7-item-{number}": "LA6570-1" for number in range(1, 6)}
    | {"gad-7-item-6": "LA6568-5", "gad-7-item-7": "LA6568-5"},
    "phq-9": {f"phq-9-item-{number}": "LA6568-5" for number in range(1, 10)},
    "hopes": {
        "hope": "To sleep and to enjoy my days.", "other-ways": True, "visit-language": "en", "interpreter": False,
        "clinician-gender": "no-preference",
    },
}  # fmt: skip
YES, NO, OPEN = True, False, None


def judged(name: str, answers: Mapping[str, Any]) -> Evaluation:
    return evaluate(PLANS[BASE + name], answers, now=NOW)


def constants(evaluations: Mapping[str, Evaluation]) -> dict[str, Any]:
    values = {
        row["constant"]: score(row, PLANS[row["questionnaire"]], evaluations[row["questionnaire"]]).value
        for row in SCORES
        if row["questionnaire"] in evaluations
    }
    return {"phq9": None, "gad7": None, "phq2": None, "gad2": None, "age": 40} | values


class Expression:
    """A rule or a criterion as the engine takes it."""

    def __init__(self, code: str, expression: str) -> None:
        self.code, self.expression = code, expression


@pytest.mark.parametrize("url", sorted(SHIPPED))
def test_the_linter_finds_nothing_but_words_that_no_certain_translation_is_known_of(url: str) -> None:
    """GAD-7 is shipped in English only; SOURCES.md says why."""
    expected = {"translation"} if url.endswith("/gad-7") else set()

    assert {issue.code for issue in lint(SHIPPED[url])} == expected


@pytest.mark.parametrize("name", QUIET)
def test_an_undisturbed_patient_can_finish(name: str) -> None:
    assert [(issue.path, issue.code) for issue in judged(name, QUIET[name]).issues] == []


@pytest.mark.parametrize("name", QUIET)
def test_every_required_question_is_missed_when_it_is_left_out(name: str) -> None:
    for link in QUIET[name]:
        left = {key: value for key, value in QUIET[name].items() if key != link}
        assert (link, "required") in {(issue.path, issue.code) for issue in judged(name, left).issues}, link


def test_an_undisturbed_patient_raises_no_flag() -> None:
    evaluations = {BASE + name: judged(name, answers) for name, answers in QUIET.items()}
    known = constants(evaluations)
    loud = [
        rule["code"]
        for rule in RULES
        if raised(
            [Expression(rule["code"], rule["expression"])], Facts(evaluations[rule["questionnaire"]].response, known)
        )
    ]
    assert loud == []


def suggested(criterion: Json, changed: Mapping[str, Any], *, quiet: bool = True) -> bool | None:
    """Return what the answers say of a criterion; `changed` stands in for the quiet answers, None leaves one out."""
    names = [name for name in QUIET if criterion["questionnaire"] in {None, BASE + name}]
    evaluations = {}
    for name in names:
        answers = {**(QUIET[name] if quiet else {}), **changed}
        asked = {item.link_id for item in PLANS[BASE + name].items}
        known = {link: value for link, value in answers.items() if link in asked and value is not None}
        evaluations[BASE + name] = judged(name, known)
    facts = Facts(next(iter(evaluations.values())).response, constants(evaluations) | {"age": changed.get("age", 40)})
    met = raised([Expression("met", criterion["expression"])], facts)
    unmet = raised([Expression("unmet", f"({criterion['expression']}).not()")], facts)
    return YES if met else NO if unmet else OPEN


SUGGESTED = [
    ("adult", {"age": 18}, YES),
    ("adult", {"age": 17}, NO),
    ("anxiety-present", {}, YES),
    ("anxiety-present", {"gad-7-item-1": "LA6569-3"}, NO),
    ("anxiety-present", {"gad-7-item-1": None}, OPEN),
    ("established-care-tried", {}, YES),
    ("established-care-tried", {"tried": ["exercise"]}, NO),
    ("hypersensitivity", {}, NO),
    ("hypersensitivity", {"allergy-to": ["parabens"]}, YES),
    ("hypersensitivity", {"allergy-to": ["not-sure"]}, OPEN),
    ("hypersensitivity", {"allergy-to": None}, OPEN),
    ("pregnancy", {}, NO),
    ("pregnancy", {"pregnancy-status": "not-sure"}, YES),
    ("pregnancy", {"pregnancy-status": None}, OPEN),
    ("suicide-risk", {}, NO),
    ("suicide-risk", {"phq-9-item-9": "LA6569-3"}, YES),
    ("suicide-risk", {"phq-9-item-9": None}, OPEN),
    ("mania-psychosis", {}, NO),
    ("mania-psychosis", {"unusual-experiences": "yes"}, YES),
    ("mania-psychosis", {"high-energy-days": "not-sure"}, OPEN),
    ("substance-use", {}, NO),
    ("substance-use", {"drug-use-times": 1}, YES),
    ("substance-use", {"drug-use-times": None}, OPEN),
    ("latex", {"allergy-to": ["latex"]}, YES),
    ("latex", {"allergy-to": ["other"]}, NO),
    ("breastfeeding", {}, NO),
    ("breastfeeding", {"pregnancy-status": "no", "birth-last-year": "yes", "breastfeeding": "yes"}, YES),
    ("breastfeeding", {"pregnancy-status": "no"}, OPEN),
    ("heart-rhythm", {}, NO),
    ("heart-rhythm", {"medicines-heart-rhythm": ["methadone"], "family-sudden-death": "not-sure"}, YES),
    ("heart-rhythm", {"family-sudden-death": "not-sure"}, OPEN),
    ("blood-pressure", {}, NO),
    ("blood-pressure", {"heart-conditions": ["stroke"]}, YES),
    (
        "blood-pressure",
        {"blood-pressure-known": True, "blood-pressure-systolic": 140, "blood-pressure-diastolic": 80},
        YES,
    ),
    ("blood-pressure", {"medicines-pressor": ["not-sure"]}, OPEN),
    ("kidney", {"kidney-disease": "severe"}, YES),
    ("kidney", {"kidney-disease": "mild-or-moderate"}, NO),
    ("kidney", {"kidney-disease": "not-sure"}, OPEN),
    ("sodium", {}, NO),
    ("sodium", {"fluid-intake": "over-3-liters"}, YES),
    ("sodium", {"low-sodium": "not-sure"}, OPEN),
    ("womb-migraine-medicines", {}, NO),
    ("womb-migraine-medicines", {"medicines-womb-or-migraine": ["triptan"]}, YES),
    ("womb-migraine-medicines", {"medicines-womb-or-migraine": ["not-sure"]}, OPEN),
    ("nose", {}, NO),
    ("nose", {"nose-problems": ["blocked"]}, YES),
    ("depression-first", {}, NO),
    ("depression-first", {f"phq-9-item-{number}": "LA6570-1" for number in range(1, 6)}, YES),
    ("depression-first", {"phq-9-item-1": None}, OPEN),
]


@pytest.mark.parametrize(("code", "changed", "expected"), SUGGESTED)
def test_a_criterion_says_met_not_met_or_nothing(code: str, changed: dict[str, Any], expected: bool | None) -> None:
    assert suggested(CRITERIA[code], changed) is expected


def test_every_criterion_with_an_expression_is_in_the_table_above() -> None:
    assert {code for code, _, _ in SUGGESTED} == {code for code, row in CRITERIA.items() if row["expression"]}


@pytest.mark.parametrize("code", [code for code, row in CRITERIA.items() if row["expression"] and code != "adult"])
def test_nothing_is_suggested_before_anything_is_answered(code: str) -> None:
    assert suggested(CRITERIA[code], {}, quiet=False) is OPEN
