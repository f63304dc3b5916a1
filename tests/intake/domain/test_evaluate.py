from datetime import UTC, datetime

import pytest
from django.utils import translation

from intake.domain.evaluate import evaluate
from intake.domain.plan import compile_plan
from tests.factories.intake import SLEEP, SYSTEM, coding

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HL7 = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"


def found(items, answers, **definition):
    return evaluate(compile_plan({"item": items, **definition}), answers, now=NOW)


def issues(items, answers, **definition):
    return {(issue.path, issue.code) for issue in found(items, answers, **definition).issues}


def fhirpath(url, expression):
    return {"url": url, "valueExpression": {"language": "text/fhirpath", "expression": expression}}


def when(question, operator="exists", **answer):
    return {"question": question, "operator": operator, **(answer or {"answerBoolean": True})}


def item(link_id, kind="string", **more):
    return {"linkId": link_id, "type": kind, "text": link_id, **more}


def test_evaluate_says_what_is_asked_open_and_normalised():
    evaluation = evaluate(compile_plan(SLEEP), {"hours": 6, "snores": True, "harm": "no"}, now=NOW)

    assert evaluation.enabled >= {"night-page", "hours", "snores", "snores-since", "mood-page", "medicine", "born"}
    assert {(issue.path, issue.code, issue.severity) for issue in evaluation.issues} == {
        ("snores-since", "required", "error")
    }
    assert evaluation.answers["harm"] == {"system": SYSTEM, "code": "no", "display": "No"}


CODED = item("c", "choice", answerOption=[coding("a", "A"), coding("b", "B")], repeats=True)
A, B = ({"system": SYSTEM, "code": code} for code in "ab")


@pytest.mark.parametrize(
    ("condition", "source", "value", "is_asked"),
    [
        pytest.param(when("q"), item("q"), "x", True, id="exists"),
        pytest.param(when("q"), item("q"), None, False, id="exists, nothing"),
        pytest.param(when("q", answerBoolean=False), item("q"), None, True, id="exists false, nothing"),
        pytest.param(when("q", answerBoolean=False), item("q"), "x", False, id="exists false"),
        pytest.param(when("q", "=", answerString="x"), item("q"), "x", True, id="equal text"),
        pytest.param(when("q", "=", answerString="x"), item("q"), None, False, id="equal, nothing"),
        pytest.param(when("q", "!=", answerString="x"), item("q"), "y", True, id="unequal"),
        pytest.param(when("q", "!=", answerString="x"), item("q"), None, False, id="unequal, nothing"),
        pytest.param(when("q", "=", answerBoolean=False), item("q", "boolean"), False, True, id="false is an answer"),
        pytest.param(when("q", "=", answerBoolean=False), item("q", "boolean"), None, False, id="empty is not false"),
        pytest.param(when("q", ">", answerInteger=5), item("q", "integer"), 6, True, id="greater"),
        pytest.param(when("q", ">", answerInteger=5), item("q", "integer"), 5, False, id="not greater"),
        pytest.param(when("q", ">=", answerInteger=5), item("q", "integer"), 5, True, id="at least"),
        pytest.param(when("q", "<", answerDecimal=5), item("q", "decimal"), 4.5, True, id="less"),
        pytest.param(when("q", "<=", answerDate="2020-01-01"), item("q", "date"), "2019-12-31", True, id="date"),
        pytest.param(when("q", ">", answerInteger=5), item("q", "integer"), None, False, id="nothing is not greater"),
        pytest.param(when("c", "=", answerCoding=A), CODED, ["a", "b"], True, id="any of several"),
        pytest.param(when("c", "!=", answerCoding=A), CODED, ["a", "b"], True, id="any unequal of several"),
        pytest.param(when("c", "!=", answerCoding=A), CODED, ["a"], False, id="none unequal"),
        pytest.param(when("c", "=", answerCoding={"code": "a"}), CODED, ["a"], True, id="code without system"),
        pytest.param(
            when("c", "=", answerCoding={"system": "x", "code": "a"}), CODED, ["a"], False, id="another system"
        ),
        pytest.param(
            when("q", "=", answerQuantity={"value": 2}), item("q", "quantity"), {"value": 2}, True, id="quantity"
        ),
        pytest.param(
            when("q", "=", answerQuantity={"value": 3}), item("q", "quantity"), {"value": 2}, False, id="other quantity"
        ),
    ],
)
def test_a_condition_decides_what_is_asked(condition, source, value, is_asked):
    answers = {} if value is None else {source["linkId"]: value}

    assert ("then" in found([source, item("then", enableWhen=[condition])], answers).enabled) is is_asked


@pytest.mark.parametrize(("behavior", "is_asked"), [("all", False), ("any", True)])
def test_several_conditions_hold_together_or_alone(behavior, is_asked):
    then = item("then", enableWhen=[when("a"), when("b")], enableBehavior=behavior)

    assert ("then" in found([item("a"), item("b"), then], {"a": "x"}).enabled) is is_asked


def test_what_is_not_asked_is_not_seen_by_what_depends_on_it_in_any_order():
    items = [
        item("last", enableWhen=[when("middle")]),
        item("middle", enableWhen=[when("first", "=", answerString="x")]),
        item("first"),
    ]

    closed = found(items, {"first": "y", "middle": "kept", "last": "kept"})
    opened = found(items, {"first": "x", "middle": "kept", "last": "kept"})

    assert (closed.enabled, closed.answers) == ({"first"}, {"first": "y"})
    assert opened.enabled == {"first", "middle", "last"}


def test_what_stands_in_a_closed_group_is_not_asked():
    group = item("g", "group", enableWhen=[when("a")], item=[item("b", required=True)])

    evaluation = found([item("a"), group], {"b": "kept"})

    assert (evaluation.enabled, evaluation.issues, evaluation.answers) == ({"a"}, (), {})


def test_a_condition_in_an_instance_looks_at_its_own_instance():
    group = item("g", "group", repeats=True, item=[item("a"), item("b", enableWhen=[when("a")], required=True)])
    outside = item("any", enableWhen=[when("a", "=", answerString="x")])

    evaluation = found([group, outside], {"g[0]/a": "x", "g[1]/b": "kept"})

    assert {"g", "g[0]", "g[0]/a", "g[0]/b", "g[1]/a", "any"} == evaluation.enabled - {"g[1]"}
    assert {issue.path for issue in evaluation.issues} == {"g[0]/b"}


def test_an_expression_decides_what_is_asked():
    then = item(
        "then", extension=[fhirpath(f"{SDC}enableWhenExpression", "%resource.item.where(linkId='a').answer.value > 3")]
    )

    assert "then" in found([item("a", "integer"), then], {"a": 4}).enabled
    assert "then" not in found([item("a", "integer"), then], {"a": 3}).enabled
    assert "then" not in found([item("a", "integer"), then], {}).enabled


def test_a_calculation_follows_its_answers_through_variables_and_other_calculations():
    variable = {
        "url": f"{HL7}variable",
        "valueExpression": {
            "name": "a", "language": "text/fhirpath",
            "expression": "%resource.repeat(item).where(linkId = 'a').answer.value",
        },
    }  # fmt: skip
    double = item("double", "integer", readOnly=True, extension=[fhirpath(f"{SDC}calculatedExpression", "%a * 2")])
    shown = item(
        "shown", "decimal", readOnly=True,
        extension=[fhirpath(f"{SDC}calculatedExpression",
                            "%resource.repeat(item).where(linkId = 'double').answer.value / 4")],
    )  # fmt: skip
    then = item("then", enableWhen=[when("double", ">", answerInteger=5)])
    items = [item("g", "group", extension=[variable], item=[shown, then, item("a", "integer"), double])]

    evaluation = found(items, {"a": 3, "double": 99})

    assert evaluation.calculated == {"double": 6, "shown": 1.5}
    assert "then" in evaluation.enabled
    assert "double" not in evaluation.answers
    assert found(items, {}).calculated == {}


@pytest.mark.parametrize(
    ("kind", "expression", "value"),
    [
        ("integer", "2.5", None),
        ("integer", "4 / 2", 2),
        ("integer", "'x'", None),
        ("decimal", "true", None),
        ("boolean", "1 = 1", True),
        ("boolean", "1", None),
        ("string", "'x'", "x"),
        ("string", "3", "3"),
        ("choice", "'x'", None),
        ("choice", "%questionnaire.code.first()", {"code": "z"}),
        ("integer", "1 + 'x'", None),
        ("date", "today()", "2026-06-01"),
    ],
)
def test_a_calculation_has_the_type_of_its_question_or_none(kind, expression, value):
    made = item("q", kind, extension=[fhirpath(f"{SDC}calculatedExpression", expression)])

    assert found([made], {}, code=[{"code": "z"}]).calculated == ({} if value is None else {"q": value})


REQUIRED = item("q", required=True)


@pytest.mark.parametrize(
    ("items", "answers", "expected"),
    [
        pytest.param([REQUIRED], {}, {("q", "required")}, id="open"),
        pytest.param([REQUIRED], {"q": "x"}, set(), id="answered"),
        pytest.param([REQUIRED], {"q": ""}, {("q", "required")}, id="empty text is no answer"),
        pytest.param([item("g", "group", item=[REQUIRED])], {}, {("q", "required")}, id="in a page without answers"),
        pytest.param([item("g", "group", repeats=True, item=[REQUIRED])], {}, set(), id="in no instance"),
        pytest.param(
            [item("g", "group", repeats=True, item=[REQUIRED, item("r")])], {"g[0]/r": "x"}, {("g[0]/q", "required")},
            id="in an instance",
        ),
        pytest.param(
            [item("g", "group", repeats=True, required=True, item=[item("q")])], {}, {("g", "required")},
            id="an instance is required",
        ),
        pytest.param(
            [item("g", "group", repeats=True, required=True, item=[item("q")])], {"g[0]/q": "x"}, set(),
            id="the instance is there",
        ),
        pytest.param(
            [item("g", "group", required=True, item=[item("q")])], {}, {("g", "required")}, id="required group"
        ),
        pytest.param(
            [item("g", "group", required=True, item=[item("q")])], {"q": "x"}, set(), id="required group answered"
        ),
        pytest.param([item("q", "integer")], {"q": "six"}, {("q", "wrong-type")}, id="wrong type"),
        pytest.param([item("q", maxLength=2)], {"q": "xyz"}, {("q", "too-long")}, id="too long"),
        pytest.param([item("q")], {"q": "x\ny"}, {("q", "line-break")}, id="line break"),
        pytest.param([item("q", "text")], {"q": "x\ny"}, set(), id="line break in a text"),
        pytest.param([item("q", "integer", required=True, readOnly=True)], {}, set(), id="read only"),
        pytest.param([item("q", "display")], {}, set(), id="display"),
    ],
)  # fmt: skip
def test_issues_say_what_stands_in_the_way(items, answers, expected):
    assert issues(items, answers) == expected


def bound(name, **value):
    return {"url": f"{HL7}{name}", **value}


@pytest.mark.parametrize(
    ("made", "value", "code"),
    [
        (item("q", extension=[bound("minLength", valueInteger=3)]), "xy", "too-short"),
        (item("q", extension=[bound("regex", valueString="[0-9]{5}")]), "1234", "pattern"),
        (item("q", extension=[bound("regex", valueString="[0-9]{5}")]), "12345", None),
        (item("q", "integer", extension=[bound("minValue", valueInteger=3)]), 2, "too-small"),
        (item("q", "integer", extension=[bound("minValue", valueInteger=3)]), 3, None),
        (item("q", "decimal", extension=[bound("maxValue", valueDecimal=3.5)]), 3.51, "too-large"),
        (item("q", "decimal", extension=[bound("maxDecimalPlaces", valueInteger=1)]), 3.55, "too-precise"),
        (item("q", "decimal", extension=[bound("maxDecimalPlaces", valueInteger=1)]), 3.5, None),
        (item("q", "decimal", extension=[bound("maxDecimalPlaces", valueInteger=0)]), 300, None),
        (item("q", "date", extension=[bound("minValue", valueDate="2020-01-01")]), "2019-12-31", "out-of-range"),
        (item("q", "date", extension=[bound("maxValue", valueDate="2020-01-01")]), "2020-01-02", "out-of-range"),
        (item("q", "date", extension=[bound("maxValue", valueDate="2020-01-01")]), "2020-01-01", None),
        (item("q", "boolean", extension=[bound("minValue", valueInteger=3)]), True, None),
        (item("q", repeats=True, extension=[bound("questionnaire-minOccurs", valueInteger=2)]), ["x"], "too-few"),
    ],
)
def test_bounds_are_kept(made, value, code):
    assert issues([made], {"q": value}) == ({("q", code)} if code else set())


WEIGHT = item(
    "q", "quantity",
    extension=[
        {"url": f"{HL7}questionnaire-unitOption", "valueCoding": {"code": code, "display": shown}}
        for code, shown in (("kg", "kg"), ("[lb_av]", "lb"), ("m", "m"))
    ]
    + [
        {"url": f"{SDC}minQuantity", "valueQuantity": {"value": 30, "code": "kg", "unit": "kg"}},
        {"url": f"{SDC}maxQuantity", "valueQuantity": {"value": 300, "code": "kg"}},
    ],
)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"value": 29, "code": "kg"}, "too-small"),
        ({"value": 67, "code": "[lb_av]"}, None),
        ({"value": 66, "code": "[lb_av]"}, "too-small"),
        ({"value": 662, "code": "[lb_av]"}, "too-large"),
        ({"value": 1, "code": "m"}, "other-unit"),
    ],
)
def test_quantities_are_compared_in_one_unit(value, code):
    assert issues([WEIGHT], {"q": value}) == ({("q", code)} if code else set())


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"value": 29, "code": "kg", "unit": "kg"}, "This must be 30 kg or more."),
        ({"value": 66, "code": "[lb_av]", "unit": "lb"}, "This must be 66.2 lb (30 kg) or more."),
        ({"value": 662, "code": "[lb_av]", "unit": "lb"}, "This must be 661.3 lb (300 kg) or less."),
    ],
)
def test_a_bound_is_told_in_the_unit_of_the_answer_and_is_itself_allowed(value, words):
    assert [issue.message for issue in found([WEIGHT], {"q": value}).issues] == [words]


def test_an_exclusive_answer_stands_alone():
    none = {**coding("none", "None"), "extension": [{"url": f"{HL7}questionnaire-optionExclusive",
                                                     "valueBoolean": True}]}  # fmt: skip
    made = item("q", "choice", repeats=True, answerOption=[coding("a", "A"), none])

    assert issues([made], {"q": ["none"]}) == set()
    assert issues([made], {"q": ["a", "none"]}) == {("q", "exclusive")}


def constraint(expression, severity="error"):
    parts = [
        {"url": "key", "valueId": "sum"},
        {"url": "severity", "valueCode": severity},
        {"url": "human", "valueString": "These do not add up."},
        {"url": "expression", "valueString": expression},
    ]
    return {"url": f"{HL7}questionnaire-constraint", "extension": parts}


@pytest.mark.parametrize(
    ("expression", "severity", "expected"),
    [
        ("%resource.item.answer.value.sum() = 10", "error", {("sum", "error")}),
        ("%resource.item.answer.value.sum() = 10", "warning", {("sum", "warning")}),
        ("%resource.item.answer.value.sum() = 7", "error", set()),
        ("%resource.item.where(linkId='x').answer.value > 3", "error", set()),
        ("(1 | 2) > 1", "error", set()),
    ],
)
def test_a_constraint_that_is_false_is_an_issue(expression, severity, expected):
    items = [item("a", "integer"), item("b", "integer", extension=[constraint(expression, severity)])]
    whole = found([item("a", "integer"), item("b", "integer")], {"a": 3, "b": 4}, extension=[
        constraint(expression, severity)
    ])  # fmt: skip

    assert {(one.code, one.severity) for one in found(items, {"a": 3, "b": 4}).issues} == expected
    assert {(one.code, one.severity) for one in whole.issues} == expected


def test_a_constraint_speaks_the_language_of_who_reads_where_its_questionnaire_does():
    told = constraint("false")
    told["extension"][2]["_valueString"] = {
        "extension": [
            {
                "url": f"{HL7}translation",
                "extension": [{"url": "lang", "valueCode": "es"}, {"url": "content", "valueString": "No suma."}],
            }
        ]
    }
    without_words = {**told, "extension": [one for one in told["extension"] if one["url"] != "human"]}
    items = [
        item("a", extension=[told]),
        item("b", extension=[constraint("false")]),
        item("c", extension=[without_words]),
    ]

    def said(language):
        with translation.override(language):
            return [one.message for one in found(items, {"a": "x", "b": "y", "c": "z"}).issues]

    assert said("en") == ["These do not add up.", "These do not add up.", "Please check this."]
    assert said("es") == ["No suma.", "These do not add up.", "Revise esto, por favor."]


def test_what_may_reach_itself_through_an_expression_ends():
    def flip(link_id):
        return item(link_id, extension=[fhirpath(f"{SDC}enableWhenExpression", "%resource.item.answer.empty()")])

    assert found([flip("a"), flip("b")], {"a": "x", "b": "y"}).enabled <= {"a", "b"}
