"""Each thing that an author should look at, and nothing else."""

import json

import pytest

from intake.domain.lint import lint
from tests.intake.domain import corpus

HL7 = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
A, B = ({"system": "s", "code": code, "display": code.upper()} for code in "ab")
OPTIONS = [{"valueCoding": A}, {"valueCoding": B}]


def item(link_id, kind="string", **more):
    return {"linkId": link_id, "type": kind, "text": "Words", **more}


def choice(link_id="c", **more):
    return item(link_id, "choice", **{"answerOption": OPTIONS, **more})


def when(question, operator="exists", **answer):
    return {"question": question, "operator": operator, **(answer or {"answerBoolean": True})}


def extension(name, **value):
    return {"url": name if name.startswith("http") else f"{HL7}{name}", **value}


def calculated(expression):
    told = {"language": "text/fhirpath", "expression": expression}
    return extension(f"{SDC}calculatedExpression", valueExpression=told)


def variable(name, expression="1"):
    return extension("variable", valueExpression={"name": name, "language": "text/fhirpath", "expression": expression})


def translated(text, language="es"):
    parts = [{"url": "lang", "valueCode": language}, {"url": "content", "valueString": "Palabras"}]
    return {"text": text, "_text": {"extension": [extension("translation", extension=parts)]}}


@pytest.mark.parametrize(
    ("items", "found"),
    [
        pytest.param([item("a"), choice()], set(), id="sound"),
        pytest.param([item("a", "choice")], {("a", "no-options", "warning")}, id="nothing to choose"),
        pytest.param([choice(answerOption=[{}])], {("c", "no-options", "error")}, id="an option that is none"),
        pytest.param([item("a", text="")], {("a", "no-text", "warning")}, id="no words"),
        pytest.param([item("g", "group")], {("g", "empty-group", "warning")}, id="empty group"),
        pytest.param(
            [item("d", "display", item=[item("a")])], {("d", "display-with-items", "error")}, id="questions in a text"
        ),
        pytest.param([item("d", "display", required=True)], {("d", "display-asked", "error")}, id="required text"),
        pytest.param(
            [item("a", required=True, readOnly=True)], {("a", "required-read-only", "warning")}, id="required read-only"
        ),
        pytest.param(
            [item("a", extension=[calculated("'x'")])], {("a", "calculated-editable", "warning")}, id="calculated"
        ),
        pytest.param(
            [choice(answerValueSet="http://example.org/vs")], {("c", "options-and-value-set", "error")}, id="both"
        ),
        pytest.param(
            [item("c", "choice", answerValueSet="http://example.org/vs")],
            {("c", "value-set-unknown", "warning")},
            id="a value set from elsewhere",
        ),
        pytest.param(
            [item("a", "boolean", answerOption=OPTIONS)], {("a", "options-misplaced", "error")}, id="options of a boolean"
        ),
        pytest.param(
            [choice(answerOption=[*OPTIONS, {"valueCoding": A}])], {("c", "option-twice", "warning")}, id="option twice"
        ),
        pytest.param(
            [choice(answerOption=[{"valueCoding": {"display": "Yes"}}])], {("c", "option-code", "warning")}, id="no code"
        ),
        pytest.param(
            [choice(answerOption=[{"valueCoding": {"system": "s"}}])], {("c", "option-empty", "error")}, id="empty option"
        ),
        pytest.param(
            [item("a", "integer", extension=[extension("minValue", valueInteger=3), extension("maxValue", valueInteger=2)])],
            {("a", "bounds", "error")},
            id="least above greatest",
        ),
        pytest.param(
            [item("a", maxLength=2, extension=[extension("minLength", valueInteger=3)])],
            {("a", "bounds", "error")},
            id="longer than the longest",
        ),
        pytest.param(
            [item("a", extension=[extension("questionnaire-minOccurs", valueInteger=2)])],
            {("a", "bounds", "error")},
            id="two answers where one fits",
        ),
        pytest.param([item("a", "date", maxLength=2)], {("a", "bounds-misplaced", "error")}, id="the length of a date"),
        pytest.param(
            [item("a", extension=[extension("minValue", valueInteger=3)])],
            {("a", "bounds-misplaced", "warning")},
            id="the least text",
        ),
        pytest.param(
            [item("a", initial=[{"valueString": "x"}, {"valueString": "y"}])], {("a", "initial-many", "error")}, id="two"
        ),
        pytest.param(
            [item("g", "group", item=[item("a")], initial=[{"valueString": "x"}])],
            {("g", "initial-misplaced", "error")},
            id="the answer of a group",
        ),
        pytest.param(
            [choice(initial=[{"valueCoding": A}])], {("c", "initial-and-options", "warning")}, id="initial and options"
        ),
        pytest.param(
            [item("a", modifierExtension=[extension("http://example.org/not")])], {("a", "modifier", "error")}, id="modifier"
        ),
        pytest.param(
            [item("a", extension=[extension(f"{SDC}subQuestionnaire", valueCanonical="x")])],
            {("a", "not-carried-out", "error")},
            id="a part of another questionnaire",
        ),
        pytest.param(
            [item("a", extension=[variable("x"), variable("x")])], {("a", "variable-twice", "error")}, id="name twice"
        ),
        pytest.param(
            [item("a", extension=[variable("resource")])], {("a", "variable-reserved", "error")}, id="a name of FHIR"
        ),
        pytest.param(
            [choice(), item("a", enableWhen=[when("c", "=", answerCoding={"system": "s", "code": "z"})])],
            {("a", "never-asked", "error")},
            id="a condition on no option",
        ),
        pytest.param(
            [
                choice(),
                item("a", enableWhen=[when("b")]),
                item("b", enableWhen=[when("c", "=", answerCoding={"code": "z"})]),
            ],
            {("a", "never-asked", "error"), ("b", "never-asked", "error")},
            id="a condition on what is never asked, which stands later",
        ),
        pytest.param(
            [
                choice(),
                item(
                    "a",
                    enableBehavior="all",
                    enableWhen=[when("c", "=", answerCoding=A), when("c", "=", answerCoding=B)],
                ),
            ],
            {("a", "never-asked", "error")},
            id="two answers to one question",
        ),
        pytest.param(
            [
                choice(),
                item(
                    "a",
                    enableBehavior="any",
                    enableWhen=[when("c", "=", answerCoding=A), when("c", "=", answerCoding={"code": "z"})],
                ),
            ],
            set(),
            id="one of two can hold",
        ),
        pytest.param(
            [item("q"), item("a", enableWhen=[when("q"), when("q", answerBoolean=False)])],
            {("a", "behavior", "warning")},
            id="all or any is not said",
        ),
        pytest.param(
            [{**item("a"), **translated("Words")}, item("b")], {("b", "translation", "warning")}, id="one is translated"
        ),
        pytest.param([{**item("a"), **translated("Words")}, item("b", text="1 - 2")], set(), id="numbers need no words"),
        pytest.param(
            [item("a", extension=[extension("regex", valueString="a(?=b)")])], {("a", "regex", "error")}, id="lookahead"
        ),
    ],
)  # fmt: skip
def test_an_author_is_told(items, found):
    assert {(one.link_id, one.code, one.severity) for one in lint({"item": items})} == found


def test_lint_says_where():
    inner = item("a", "choice")
    (issue,) = lint({"item": [item("g", "group", item=[item("h", "group", item=[inner])])]})

    assert (issue.path, issue.message) == ("g > h > a", "There is nothing to choose.")


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        pytest.param(None, "not-an-object", id="null"),
        pytest.param([], "not-an-object", id="a list"),
        pytest.param({"resourceType": "Patient"}, "resource-type", id="a patient"),
        pytest.param({"resourceType": "Questionnaire"}, "empty", id="no items"),
        pytest.param({"item": "x"}, "shape", id="items that are a text"),
        pytest.param({"item": [{"linkId": 1, "type": "string"}]}, "shape", id="a number for a linkId"),
        pytest.param({"item": [], "extension": [{"url": "a", "valueInteger": "1"}]}, "shape", id="a text for a number"),
        pytest.param({"item": [item(str(number)) for number in range(6_000)]}, "too-large", id="6,000 items"),
        pytest.param(json.loads('{"item": [' * 400 + "]}" * 400), "too-deep", id="400 levels"),
    ],
)
def test_what_is_no_questionnaire_is_refused(definition, code):
    assert code in {issue.code for issue in lint(definition) if issue.severity == "error"}


# How many questionnaires of the corpus are refused for each reason; one may have several. The reasons are true ones:
# each was looked at. 441 are strict R4, of which 394 are imported; the others are of other releases, or empty.
REFUSED = {
    "R4": {
        "never-asked": 9, "bounds": 7, "shape": 7, "duplicate": 5, "display-with-items": 3, "not-carried-out": 3,
        "cycle": 2, "modifier": 2, "undefined-variable": 2, "answer-type": 1, "display-asked": 1, "initial-many": 1,
        "link-id": 1, "operator": 1, "reference": 1, "variable-twice": 1,
    },
    "R4-nonstandard": {"element": 3},
    "R5": {"release": 41, "duplicate": 1, "modifier": 1},
    "STU3": {"release": 17, "element": 2, "operator": 2, "duplicate": 1},
    "empty": {"empty": 22},
}  # fmt: skip
IMPORTED = {"R4": 394, "STU3": 11, "R5": 4}


def test_every_questionnaire_of_the_corpus_is_imported_or_refused_for_a_reason_that_is_known():
    corpus.require()
    refused = {kind: {} for kind in REFUSED}
    imported = {}
    for one in corpus.of_kind("Questionnaire:"):
        kind = one["kind"].partition(":")[2]
        codes = {issue.code for issue in lint(corpus.load(one["file"])) if issue.severity == "error"}
        if not codes:
            imported[kind] = imported.get(kind, 0) + 1
        for code in codes:
            refused[kind][code] = refused[kind].get(code, 0) + 1

    assert (imported, refused) == (IMPORTED, REFUSED)
