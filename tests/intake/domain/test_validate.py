"""Every rule of validation, in its order, with its code, its severity and its place; a draft may still be open."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from intake.domain.plan import compile_plan
from intake.domain.validate import validate

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HL7 = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
URL = "http://example.org/q"
A, B, C = ({"system": "s", "code": code, "display": code.upper()} for code in "abc")
OPTIONS = [{"valueCoding": A}, {"valueCoding": B}]
MEMBERS = {
    "resourceType": "ValueSet",
    "id": "members",
    "compose": {"include": [{"system": "s", "concept": [{"code": "a", "display": "A"}, {"code": "b"}]}]},
}


def question(link_id="q", kind="string", **more):
    return {"linkId": link_id, "type": kind, "text": link_id, **more}


def extension(name, **value):
    return {"url": name if name.startswith("http") else f"{HL7}{name}", **value}


def fhirpath(url, text):
    return extension(url, valueExpression={"language": "text/fhirpath", "expression": text})


def answer(link_id="q", *values, **more):
    return {"linkId": link_id, "answer": list(values), **more}


def text(value="x"):
    return {"valueString": value}


def found(items, given, *, definition=None, **response):
    whole = {"url": URL, "status": "active", "item": items, **(definition or {})}
    told = {"resourceType": "QuestionnaireResponse", "questionnaire": URL, "status": "completed", "item": given}
    return validate(compile_plan(whole), {**told, **response}, now=NOW)


def codes(*told, **more):
    return {(issue.code, issue.severity, issue.path) for issue in found(*told, **more)}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param({}, set(), id="sound"),
        pytest.param({"questionnaire": f"{URL}|1"}, set(), id="a version where the form tells none"),
        pytest.param(
            {"questionnaire": "http://example.org/r"}, {("questionnaire-other", "error", "")}, id="another form"
        ),
        pytest.param({"questionnaire": None}, {("questionnaire-missing", "warning", "")}, id="no form"),
        pytest.param({"status": "done"}, {("status", "error", "")}, id="a status that there is not"),
        pytest.param({"modifierExtension": [{"url": "x"}]}, {("modifier", "error", "")}, id="a modifier"),
    ],
)
def test_the_whole(more, expected):
    assert codes([question()], [answer("q", text())], **more) == expected


@pytest.mark.parametrize(
    ("definition", "authored", "expected"),
    [
        ({"status": "draft"}, "2026", "questionnaire-draft"),
        ({"status": "retired"}, "2026", "questionnaire-retired"),
        ({"effectivePeriod": {"start": "2027"}}, "2026-06-01", "questionnaire-not-in-force"),
        ({"effectivePeriod": {"end": "2025"}}, "2026-06-01", "questionnaire-not-in-force"),
        ({"effectivePeriod": {"start": "2026", "end": "2026"}}, "2026-06-01", None),
        ({"version": "2"}, "2026", None),
    ],
)
def test_a_questionnaire_that_is_not_in_force_is_a_warning(definition, authored, expected):
    told = codes([question()], [answer("q", text())], definition=definition, authored=authored)

    assert told == ({(expected, "warning", "")} if expected else set())


GROUP = question("g", "group", item=[question("a"), question("b")])
MANY = question("g", "group", repeats=True, item=[question("a", required=True), question("b")])
NESTED = question("q", item=[question("below", required=True)])


@pytest.mark.parametrize(
    ("items", "given", "expected"),
    [
        pytest.param([question()], [{"answer": [text()]}], {("no-link-id", "")}, id="2 no linkId"),
        pytest.param([question()], [answer("z", text())], {("unknown-question", "z")}, id="2 unknown"),
        pytest.param([GROUP], [answer("a", text())], {("wrong-place", "a")}, id="2 at another level"),
        pytest.param(
            [question("a"), question("b")], [answer("b", text()), answer("a", text())], {("wrong-order", "a")}, id="3"
        ),
        pytest.param(
            [question("a")], [answer("a", text()), answer("a", text())], {("repeated-item", "a")}, id="4 one item each"
        ),
        pytest.param(
            [MANY],
            [{"linkId": "g", "item": [answer("a", text())]}, {"linkId": "g", "item": [answer("b", text())]}],
            {("required", "g[1]/a")},
            id="4 instances of a group",
        ),
        pytest.param([GROUP], [answer("g", text())], {("group-with-answers", "g")}, id="5 a group has no answers"),
        pytest.param(
            [question("d", "display")], [answer("d", text())], {("display-with-answers", "d")}, id="5 nor has a text"
        ),
        pytest.param(
            [NESTED], [answer("q", text(), item=[answer("below", text())])],
            {("items-misplaced", "q"), ("required", "below")}, id="5 beside the answer",
        ),
        pytest.param(
            [NESTED], [answer("q", {**text(), "item": [answer("below", text())]})], set(), id="5 inside of the answer"
        ),
        pytest.param([question()], [answer("q", {"valueInteger": 1})], {("wrong-type", "q")}, id="6"),
        pytest.param([question("q", "boolean")], [answer("q", {"valueBoolean": "yes"})], {("wrong-type", "q")}, id="6 text"),
        pytest.param([question("q", "integer")], [answer("q", {"valueInteger": 1.5})], {("wrong-type", "q")}, id="6 part"),
        pytest.param([question(required=True)], [], {("required", "q")}, id="7 absent"),
        pytest.param([question(required=True)], [{"linkId": "q"}], {("required", "q")}, id="7 empty"),
        pytest.param([question("g", "group", item=[question(required=True)])], [], set(), id="7 in an absent group"),
        pytest.param(
            [question("g", "group", item=[question(required=True)])], [{"linkId": "g", "item": []}],
            {("required", "q")}, id="7 in a group that is there",
        ),
        pytest.param(
            [question("g", "group", required=True, item=[question()])], [], {("required", "g")}, id="7 a required group"
        ),
        pytest.param([NESTED], [], set(), id="7 under a question without an answer"),
        pytest.param([NESTED], [answer("q", text())], {("required", "below")}, id="7 under an answer"),
        pytest.param([question()], [answer("q", text(), text("y"))], {("too-many", "q")}, id="9 one answer"),
        pytest.param(
            [question(repeats=True, extension=[extension("questionnaire-maxOccurs", valueInteger=1)])],
            [answer("q", text(), text("y"))], {("too-many", "q")}, id="9 at most",
        ),
        pytest.param(
            [question("g", "group", repeats=True, item=[question()],
                      extension=[extension("questionnaire-minOccurs", valueInteger=2)])],
            [{"linkId": "g", "item": [answer("q", text())]}], {("too-few", "g")}, id="9 instances",
        ),
        pytest.param(
            [question("q", "choice", answerOption=OPTIONS)], [answer("q", {"valueCoding": C})],
            {("not-an-option", "q")}, id="10",
        ),
        pytest.param(
            [question("q", "choice", answerOption=OPTIONS)],
            [answer("q", {"valueCoding": {**A, "display": "Something else"}})],
            {("wrong-display", "q")}, id="10 the words are the definition's",
        ),
        pytest.param(
            [question("q", "choice", answerOption=[{"valueInteger": 1}])], [answer("q", {"valueInteger": 2})],
            {("not-an-option", "q")}, id="10 numbers",
        ),
        pytest.param(
            [question("q", "choice", answerValueSet="#members")], [answer("q", {"valueCoding": C})],
            {("not-in-value-set", "q")}, id="11",
        ),
        pytest.param(
            [question("q", "choice", answerValueSet="#members")], [answer("q", {"valueCoding": B})], set(),
            id="11 a member",
        ),
        pytest.param(
            [question("q", "choice", repeats=True, answerOption=[
                {"valueCoding": A}, {"valueCoding": B, "extension": [extension("questionnaire-optionExclusive",
                                                                               valueBoolean=True)]}])],
            [answer("q", {"valueCoding": A}, {"valueCoding": B})], {("exclusive", "q")}, id="13",
        ),
        pytest.param(
            [question(extension=[extension("minLength", valueInteger=3)], maxLength=1)], [answer("q", text("xy"))],
            {("too-short", "q"), ("too-long", "q")}, id="15 lengths",
        ),
        pytest.param(
            [question(extension=[extension("regex", valueString="[0-9]{5}")])], [answer("q", text("123456"))],
            {("pattern", "q")}, id="15 the whole text",
        ),
        pytest.param(
            [question("q", "date", extension=[extension("minValue", valueDate="2020-05")])],
            [answer("q", {"valueDate": "2020"})], set(), id="17 a year is not before a month in it",
        ),
        pytest.param(
            [question("q", "date", extension=[extension("maxValue", valueDate="2020-05")])],
            [answer("q", {"valueDate": "2020-06-01"})], {("out-of-range", "q")}, id="17 dates",
        ),
        pytest.param(
            [question("q", "decimal", extension=[extension("maxDecimalPlaces", valueInteger=1)])],
            [answer("q", {"valueDecimal": Decimal("1.25")})], {("too-precise", "q")}, id="18",
        ),
        pytest.param(
            [question("q", "quantity", extension=[extension(f"{SDC}maxQuantity", valueQuantity={"value": 1, "code": "kg"})])],
            [answer("q", {"valueQuantity": {"value": 1500, "code": "g"}})], {("too-large", "q")}, id="19 in one unit",
        ),
        pytest.param(
            [question("q", "quantity", extension=[extension("questionnaire-unitOption", valueCoding={"code": "kg"})])],
            [answer("q", {"valueQuantity": {"value": 1, "code": "m"}})], {("unit-not-offered", "q")}, id="19 its unit",
        ),
        pytest.param(
            [question("q", "attachment", extension=[extension("mimeType", valueCode="image/*")])],
            [answer("q", {"valueAttachment": {"contentType": "image/png", "data": "JVBERi0xLjQ="}})],
            {("file-kind", "q")}, id="20 known by its content",
        ),
        pytest.param([question("q", "reference")], [answer("q", {"valueReference": {"reference": "Chicken/1"}})],
                     {("reference-type", "q")}, id="21"),
        pytest.param([question("q", "url")], [answer("q", {"valueUri": "a b"})], {("url-malformed", "q")}, id="22"),
        pytest.param([question("q", "date")], [answer("q", {"valueDate": "2023-02-29"})], {("not-a-date", "q")}, id="23"),
        pytest.param([question("q", "dateTime")], [answer("q", {"valueDateTime": "2023-02-28T10:00"})],
                     {("not-a-date", "q")}, id="23 without a zone"),
        pytest.param([question("q", "time")], [answer("q", {"valueTime": "25:00:00"})], {("not-a-date", "q")}, id="23 time"),
        pytest.param(
            [question(readOnly=True, initial=[text("fixed")])], [answer("q", text("other"))], {("fixed-value", "q")},
            id="26",
        ),
        pytest.param([question()], [answer("q", {})], set(), id="31 an answer without a value"),
    ],
)  # fmt: skip
def test_each_rule_is_an_error_of_a_completed_response(items, given, expected):
    told = codes(items, given, definition={"contained": [MEMBERS]})

    assert {(code, path) for code, severity, path in told if severity == "error"} == expected


def test_a_line_break_does_not_stand_in_a_string():
    assert codes([question()], [answer("q", text("a\nb"))]) == {("line-break", "error", "q")}
    assert codes([question("q", "text")], [answer("q", text("a\nb"))]) == set()


CONDITIONAL = [
    question("yes", "boolean"),
    question(required=True, enableWhen=[{"question": "yes", "operator": "=", "answerBoolean": True}]),
]
NO = answer("yes", {"valueBoolean": False})


def test_what_is_not_asked_must_not_be_answered_once_completed():
    given = [NO, answer("q", text())]

    assert codes(CONDITIONAL, given) == {("not-asked", "error", "q")}
    assert codes(CONDITIONAL, given, status="in-progress") == set()
    assert codes(CONDITIONAL, [NO]) == set()


@pytest.mark.parametrize("status", ["in-progress", "stopped"])
def test_what_is_open_is_a_warning_until_then(status):
    assert codes([question(required=True)], [], status=status) == {("required", "warning", "q")}


def test_a_text_that_is_an_option_is_a_warning():
    items = [question("q", "open-choice", answerOption=OPTIONS)]

    assert codes(items, [answer("q", text("A"))]) == {("looks-like-option", "warning", "q")}
    assert codes(items, [answer("q", text("another"))]) == set()


def test_an_option_is_on_offer_only_while_its_expression_is_true():
    toggle = extension(
        f"{SDC}answerOptionsToggleExpression",
        extension=[
            {"url": "option", "valueCoding": B},
            {
                "url": "expression",
                "valueExpression": {
                    "language": "text/fhirpath",
                    "expression": "%resource.item.where(linkId = 'yes').answer.value",
                },
            },
        ],
    )
    items = [question("yes", "boolean"), question("q", "choice", answerOption=OPTIONS, extension=[toggle])]
    chosen = answer("q", {"valueCoding": B})

    assert codes(items, [NO, chosen]) == {("option-not-offered", "error", "q")}
    assert codes(items, [answer("yes", {"valueBoolean": True}), chosen]) == set()


def test_a_bound_may_be_worked_out():
    late = extension("maxValue", _valueDate={"extension": [fhirpath(f"{HL7}cqf-expression", "today()")]})
    items = [question("q", "date", extension=[late])]

    assert codes(items, [answer("q", {"valueDate": "2026-06-02"})]) == {("out-of-range", "error", "q")}
    assert codes(items, [answer("q", {"valueDate": "2026-06-01"})]) == set()


def constraint(expression, severity="error", url="questionnaire-constraint"):
    told = {"valueExpression": {"language": "text/fhirpath", "expression": expression}}
    parts = [
        {"url": "key", "valueId": "k"},
        {"url": "severity", "valueCode": severity},
        {"url": "human", "valueString": "This does not fit."},
        {"url": "expression", **(told if url == "targetConstraint" else {"valueString": expression})},
    ]
    return extension(url, extension=parts)


@pytest.mark.parametrize("url", ["questionnaire-constraint", "targetConstraint"])
@pytest.mark.parametrize("severity", ["error", "warning"])
def test_a_constraint_has_its_own_code_and_severity(url, severity):
    items = [question("q", "integer", extension=[constraint("answer.value > 3", severity, url)])]

    assert codes(items, [answer("q", {"valueInteger": 3})]) == {("k", severity, "q")}
    assert codes(items, [answer("q", {"valueInteger": 4})]) == set()


def test_a_constraint_of_what_is_not_asked_says_nothing():
    hidden = {**CONDITIONAL[1], "extension": [constraint("answer.exists()")]}

    assert codes([CONDITIONAL[0], hidden], [NO]) == set()


def test_a_constraint_that_cannot_be_worked_out_is_the_fault_of_the_questionnaire():
    items = [question("q", "integer", repeats=True, extension=[constraint("answer.value > 3")])]
    given = [answer("q", {"valueInteger": 3}, {"valueInteger": 4})]

    assert codes(items, given) == {("expression-failed", "warning", "q")}


def test_what_is_calculated_is_worked_out_again_and_told():
    double = fhirpath(f"{SDC}calculatedExpression", "%resource.item.where(linkId = 'a').answer.value * 2")
    items = [question("a", "integer"), question("q", "integer", readOnly=True, extension=[double])]
    two = answer("a", {"valueInteger": 2})

    assert codes(items, [two, answer("q", {"valueInteger": 9})]) == {("recalculated", "information", "q")}
    assert codes(items, [two, answer("q", {"valueInteger": 4})]) == set()


def test_other_words_than_the_definition_has_are_a_warning():
    assert codes([question()], [answer("q", text(), text="Else")]) == {("text-differs", "warning", "q")}


def test_a_value_set_from_elsewhere_cannot_be_checked():
    items = [question("q", "choice", answerValueSet="http://example.org/vs")]

    assert codes(items, [answer("q", {"valueCoding": A})]) == {("value-set-unknown", "warning", "q")}


def test_an_issue_names_its_place_in_both_ways():
    given = [
        {"linkId": "g", "item": [answer("a", text())]},
        {"linkId": "g", "item": [answer("a", {"valueInteger": 1})]},
    ]
    (issue,) = found([MANY], given)

    assert (issue.path, issue.params["expression"]) == ("g[1]/a", "QuestionnaireResponse.item[1].item[0].answer[0]")


def test_too_many_answers_are_not_read():
    told = codes([question(repeats=True)], [answer("q", *[text(str(number)) for number in range(20_010)])])

    assert ("too-large", "error", "q") in told


def test_a_response_that_is_nested_without_end_is_not_read():
    inner = []
    for _ in range(300):
        inner = [{"linkId": "q", "answer": [{"valueString": "x", "item": inner}]}]

    assert {code for code, _, _ in codes([NESTED], inner)} >= {"wrong-place"}
