"""The rules of the shipped line, judged by the engine at the boundaries that their sources name."""

from datetime import UTC, datetime
from functools import cache

import pytest

from intake.domain.evaluate import evaluate
from intake.domain.flags import Facts, raised
from intake.domain.outline import outline
from intake.domain.plan import compile_plan
from intake.domain.scores import score
from tests.intake.catalogue.boundaries import BOUNDARIES
from tests.intake.catalogue.shipped import BASE, LINE, questionnaires, read

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SCORES = read(LINE / "scores.json")
RULES = {rule["code"]: rule for rule in read(LINE / "flags.json")["rules"]}
POINTS = ["LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9"]
CASES = [
    pytest.param(code, answers, expected, id=f"{code}-{'raises' if expected else 'silent'}-{number}")
    for code, boundary in BOUNDARIES.items()
    for expected, cases in ((True, boundary.raising), (False, boundary.silent))
    for number, answers in enumerate(cases)
]


class Rule:
    def __init__(self, rule):
        self.code, self.expression = rule["code"], rule["expression"]


@cache
def plan_of(url):
    return compile_plan(questionnaires()[url])


def spread(instrument, total):
    """Return answers to every item of an instrument that add up to `total`."""
    links = next(one["items"] for one in SCORES if one["instrument"] == instrument)
    answers = {}
    for link in links:
        points = min(3, total)
        answers[link] = POINTS[points]
        total -= points
    return answers


def written(answers):
    """Return the answers of a boundary as they would be stored, but for the age."""
    plain = {}
    for link, value in answers.items():
        if link in {"phq-9", "gad-7"}:
            plain |= spread(link, value)
        elif link != "age":
            plain[link] = value
    return plain


def open_up(plan, answers):
    """Return the answers with those before them that make them asked."""
    given = dict(answers)
    for _ in range(5):
        found = evaluate(plan, given, now=NOW)
        for link in answers:
            for condition in plan.item(link).conditions if link not in found.enabled else ():
                given.setdefault(condition.question, _opening(plan, condition))
    return given


def _opening(plan, condition):
    question = plan.item(condition.question).question
    if condition.operator == "=":
        value = condition.answer["code"] if isinstance(condition.answer, dict) else condition.answer
    elif condition.operator == ">":
        value = condition.answer + 1
    else:
        value = next(one.key for one in question.options if one.key != condition.answer["code"])
    return [value] if question.repeats else value


@pytest.mark.parametrize(("code", "answers", "expected"), CASES)
def test_a_rule_is_raised_at_its_boundary_and_silent_below(code, answers, expected):
    rule = RULES[code]
    plan = plan_of(rule["questionnaire"])
    evaluation = evaluate(plan, open_up(plan, written(answers)), now=NOW)
    constants = {
        one["constant"]: score(one, plan, evaluation).value
        for one in SCORES
        if one["questionnaire"] == rule["questionnaire"]
    }

    facts = Facts(evaluation.response, {**constants, "age": answers.get("age", 40)})

    assert bool(raised([Rule(rule)], facts)) is expected


def test_every_rule_has_a_boundary():
    assert set(RULES) == set(BOUNDARIES)


@pytest.mark.parametrize(
    ("instrument", "total"), [*(("phq-9", total) for total in range(28)), *(("gad-7", total) for total in range(22))]
)
def test_a_score_is_the_sum_of_its_items_and_so_is_the_calculated_total(instrument, total):
    definition = next(one for one in SCORES if one["instrument"] == instrument)
    plan = plan_of(BASE + instrument)

    evaluation = evaluate(plan, spread(instrument, total), now=NOW)

    result = score(definition, plan, evaluation)
    assert (result.value, result.answered) == (total, len(definition["items"]))
    assert result.band == next(band["label"] for band in definition["bands"] if band["from"] <= total <= band["to"])
    assert evaluation.calculated == {definition["score_link_id"]: total}


def test_a_score_with_an_open_item_is_none():
    definition = next(one for one in SCORES if one["instrument"] == "gad-7")
    answers = spread("gad-7", 21)
    answers.pop("gad-7-item-7")

    evaluation = evaluate(plan_of(BASE + "gad-7"), answers, now=NOW)

    result = score(definition, plan_of(BASE + "gad-7"), evaluation)
    assert (result.value, result.band, result.answered, result.of) == (None, "", 6, 7)
    assert evaluation.calculated == {}


@pytest.mark.parametrize("url", sorted(questionnaires()))
def test_every_question_can_be_asked(url):
    plan = plan_of(url)

    for link_id in outline(questionnaires()[url]).by_link_id:
        item = plan.item(link_id)
        if not item.question.groups and item.question.type != "display":
            assert link_id in evaluate(plan, _shown(plan, link_id), now=NOW).enabled


def _shown(plan, link_id):
    given = {}
    for _ in range(5):
        for condition in _all_conditions(plan, link_id, given):
            given.setdefault(condition.question, _opening(plan, condition))
    return given


def _all_conditions(plan, link_id, given):
    waiting = [link_id, *given]
    return [condition for link in waiting for condition in plan.item(link).conditions]
