"""Whatever somebody did to a questionnaire or to a response: it is read, or it is refused; nothing falls over."""

import copy
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from intake.domain.evaluate import evaluate
from intake.domain.lint import lint
from intake.domain.plan import PlanRefused, compile_plan
from intake.domain.validate import validate
from tests.intake.catalogue.shipped import questionnaires
from tests.intake.domain.test_live import FORM

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FORMS = [FORM, *questionnaires().values()]
PLANS = [compile_plan(form) for form in FORMS]
JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(["a", "a[1]", "%", "2020-13-45", "text/fhirpath", "choice", "group", "("]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["linkId", "type", "item", "answer", "code", "coding", "extension", "url", "valueCoding",
                             "valueExpression", "expression", "valueInteger", "value", "reference", "_text"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)  # fmt: skip
CHANGES = st.lists(st.tuples(st.integers(0, 100_000), JUNK), min_size=1, max_size=4)


def changed(value, changes):
    """Return a copy in which some places hold junk."""
    whole = [copy.deepcopy(value)]
    for number, junk in changes:
        places = []
        gather(whole, places)
        holder, key = places[number % len(places)]
        holder[key] = copy.deepcopy(junk)
    return whole[0]


def gather(node, places):
    for key in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        places.append((node, key))
        gather(node[key], places)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(FORMS), CHANGES)
def test_any_definition_is_compiled_or_refused_with_reasons(form, changes):
    definition = changed(form, changes)
    issues = lint(definition)
    try:
        plan = compile_plan(definition)
    except PlanRefused:
        assert any(issue.severity == "error" for issue in issues)
    else:
        evaluate(plan, {item.link_id: 1 for item in plan.items}, now=NOW)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLANS), CHANGES)
def test_any_response_is_judged(plan, changes):
    answers = {item.link_id: "x" for item in plan.items}
    items = evaluate(plan, answers, now=NOW).response["item"]
    response = {
        "resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": plan.url,
        "item": [*items, {"linkId": plan.items[0].link_id, "answer": [{"valueString": "x", "item": [{}]}]}],
    }  # fmt: skip

    validate(plan, changed(response, changes), now=NOW)


@given(JUNK)
def test_anything_at_all_is_judged(value):
    assert lint(value)
    assert validate(PLANS[0], value, now=NOW)
