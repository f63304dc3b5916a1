"""The short proof never calls a response sound in which the long way finds anything."""

import copy
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.domain.evaluate import evaluate
from intake.domain.plan import PlanRefused, compile_plan
from intake.domain.validate import prove, read_response, validate
from tests.intake.catalogue.shipped import BASE, questionnaires
from tests.intake.domain import corpus
from tests.intake.domain.test_corpus_responses import pairs

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PLAN = compile_plan(questionnaires()[f"{BASE}phq-9"])
ANSWERS = {f"phq-9-item-{number}": "LA6569-3" for number in range(1, 10)}
RESPONSE = {
    "resourceType": "QuestionnaireResponse", "questionnaire": f"{PLAN.url}|{PLAN.version}", "status": "completed",
    "item": evaluate(PLAN, ANSWERS, now=NOW).response["item"],
}  # fmt: skip
JUNK = st.sampled_from([None, True, 0, 27, "", "x", [], {}, [{}], {"code": "LA6569-3"}, "LA6570-1", "completed", 1.5])


def places(node, found):
    """Gather every place of a JSON value as (holder, key)."""
    for key in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        found.append((node, key))
        places(node[key], found)
    return found


def test_a_sound_response_is_proved():
    assert prove(PLAN, RESPONSE, now=NOW)["phq-9-total"] == 9
    assert read_response(PLAN, RESPONSE, now=NOW)[1] == ()


@settings(max_examples=400)
@given(st.lists(st.tuples(st.integers(0, 10_000), JUNK, st.booleans()), min_size=1, max_size=3))
def test_what_was_tampered_with_is_proved_only_when_it_is_sound(changes):
    response = copy.deepcopy(RESPONSE)
    for number, junk, is_removed in changes:
        found = places(response, [])
        holder, key = found[number % len(found)]
        if is_removed:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(junk)

    if prove(PLAN, response, now=NOW) is not None:
        assert read_response(PLAN, response, now=NOW)[1] == ()


def test_an_invented_total_is_not_proved():
    response = copy.deepcopy(RESPONSE)
    response["item"][1]["item"][-1]["answer"] = [{"valueInteger": 0}]

    assert prove(PLAN, response, now=NOW) is None
    assert [issue.code for issue in validate(PLAN, response, now=NOW)] == ["recalculated"]


def test_given_responses_of_the_corpus_are_proved_only_when_they_are_sound():
    corpus.require()
    proved = 0
    for _, response, found in pairs():
        try:
            plan = compile_plan(found)
        except PlanRefused:
            continue
        if prove(plan, response, now=NOW) is not None:
            proved += 1
            assert read_response(plan, response, now=NOW)[1] == ()

    assert proved


@pytest.mark.parametrize("status", ["in-progress", None, [], "amended"])
def test_only_what_is_completed_is_proved(status):
    assert prove(PLAN, {**RESPONSE, "status": status}, now=NOW) is None
