"""Whatever is answered, in whatever order: keeping a response true change by change gives what starting anew gives."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from intake.domain.evaluate import evaluate, read
from intake.domain.live import Live
from intake.domain.plan import compile_plan

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HL7 = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"


def item(link_id, kind="integer", **more):
    return {"linkId": link_id, "type": kind, "text": link_id, **more}


def fhirpath(url, expression, **more):
    return {"url": url, "valueExpression": {"language": "text/fhirpath", "expression": expression, **more}}


def calculated(link_id, expression, **more):
    return item(link_id, readOnly=True, extension=[fhirpath(f"{SDC}calculatedExpression", expression)], **more)


def when(question, operator, value):
    return {"question": question, "operator": operator, "answerInteger": value}


CONSTRAINT = {
    "url": f"{HL7}questionnaire-constraint",
    "extension": [
        {"url": "key", "valueId": "sum"},
        {"url": "severity", "valueCode": "error"},
        {"url": "human", "valueString": "Too many."},
        {"url": "expression", "valueString": "item.answer.value.sum() < 6"},
    ],
}
FORM = {
    "extension": [fhirpath(f"{HL7}variable", "%resource.repeat(item).where(linkId = 'a').answer.value", name="a")],
    "item": [
        item("late", enableWhen=[when("double", ">", 4)], required=True),
        item("a"),
        calculated("double", "%a * 2"),
        item(
            "g",
            "group",
            repeats=True,
            required=True,
            extension=[CONSTRAINT, fhirpath(f"{HL7}variable", "item.where(linkId = 'x').answer.value", name="x")],
            item=[
                item("x"),
                item("y", enableWhen=[when("x", ">=", 2)], required=True),
                calculated("z", "%x + iif(%a.exists(), %a, 0)"),
                item("h", "group", repeats=True, item=[item("u"), calculated("v", "%x + 1")]),
            ],
        ),
        item(
            "shut",
            "group",
            extension=[fhirpath(f"{SDC}enableWhenExpression", "%resource.descendants().where(linkId = 'z').exists()")],
            item=[item("b", item=[item("under")]), calculated("all", "%resource.descendants().value.count()")],
        ),
    ],
}
PLAN = compile_plan(FORM)
PATHS = ["late", "a", "b", "under", "double", *(
    f"g[{one}]/{rest}" for one in range(3) for rest in ("x", "y", "z", "h[0]/u", "h[1]/u")
)]  # fmt: skip
CHANGES = st.dictionaries(st.sampled_from(PATHS), st.one_of(st.none(), st.integers(0, 4), st.just("no number")))


@settings(max_examples=300)
@given(CHANGES, st.lists(CHANGES, max_size=6))
def test_changes_give_what_starting_anew_gives(first, changes):
    live = Live(PLAN, now=NOW).fill(first)
    answers = dict(first)
    for change in changes:
        live.put(change)
        answers |= change

    assert told(read(live)) == told(evaluate(PLAN, answers, now=NOW))


@given(CHANGES)
def test_the_same_answers_give_the_same_evaluation_in_any_order(answers):
    backwards = dict(reversed(answers.items()))

    assert told(evaluate(PLAN, answers, now=NOW)) == told(evaluate(PLAN, backwards, now=NOW))


def told(evaluation):
    return {
        "enabled": evaluation.enabled,
        "calculated": evaluation.calculated,
        "answers": evaluation.answers,
        "issues": evaluation.issues,
        "response": evaluation.response,
    }


def test_one_change_touches_only_what_depends_on_it():
    plan = compile_plan({"item": [item("a"), calculated("b", "%resource.item.where(linkId = 'a').answer.value"),
                                  *(item(f"q{number}") for number in range(500))]})  # fmt: skip
    live = Live(plan, now=NOW).fill({"q7": 1})
    live.touched.clear()

    live.put({"a": 3})

    assert [place.link_id for place in live.touched if place.item] == ["a", "b"]
