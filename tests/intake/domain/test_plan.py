import pytest

from intake.domain.lint import lint
from intake.domain.plan import PlanRefused, compile_plan
from tests.factories.intake import SLEEP

HL7 = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"


def item(link_id, **more):
    return {"linkId": link_id, "type": "string", **more}


def when(question, operator="exists"):
    return {"question": question, "operator": operator, "answerBoolean": True}


def calculated(**expression):
    return {"url": f"{SDC}calculatedExpression", "valueExpression": expression}


def test_a_plan_finds_its_items_pages_and_roots():
    plan = compile_plan(SLEEP)

    assert (plan.url, plan.version, plan.title) == (SLEEP["url"], "1.0.0", "Your sleep")
    assert [root.link_id for root in plan.roots] == ["night-page", "mood-page"]
    assert [page.title for page in plan.pages()] == ["Your nights", "Your mood"]
    assert plan.item("medicine-name").parent == "medicine"
    with pytest.raises(KeyError):
        plan.item("nothing")


@pytest.mark.parametrize(
    ("items", "code"),
    [
        pytest.param([], "empty", id="no items"),
        pytest.param(["text"], "shape", id="an item that is none"),
        pytest.param([{"type": "string"}], "link-id", id="no linkId"),
        pytest.param([item("a[0]/b")], "link-id", id="a linkId that looks like a path"),
        pytest.param([item("a"), item("a")], "duplicate", id="twice"),
        pytest.param([item("g", type="group", item=[item("g")])], "duplicate", id="twice, nested"),
        pytest.param([item("a", type="banana")], "type", id="unknown type"),
        pytest.param([item("a", type="question")], "release", id="a type of R5"),
        pytest.param([item("a", type="choice", option=[])], "release", id="an element of STU3"),
        pytest.param([item("a", itemControl="slider")], "element", id="an element that FHIR does not have"),
        pytest.param([item("a", required="yes")], "shape", id="a text where true or false is meant"),
        pytest.param(
            [
                item("a", type="boolean"),
                item("b", enableWhen=[{"question": "a", "operator": "=", "answerInteger": 1}]),
            ],
            "answer-type",
            id="a condition that can never hold",
        ),
        pytest.param(
            [item("a", type="group", item=[item("c")]), item("b", enableWhen=[when("a")])],
            "reference-type",
            id="a condition on a group",
        ),
        pytest.param(
            [item("a", extension=[calculated(language="text/fhirpath", expression="%nothing + 1")])],
            "undefined-variable",
            id="a name that nobody defines",
        ),
        pytest.param(
            [
                item(
                    "a",
                    extension=[
                        calculated(
                            language="text/fhirpath", expression="%resource.item.where(linkId = 'b').answer.value"
                        )
                    ],
                ),
                item(
                    "b",
                    extension=[
                        calculated(
                            language="text/fhirpath", expression="%resource.item.where(linkId = 'a').answer.value"
                        )
                    ],
                ),
            ],
            "cycle",
            id="two calculations that need each other",
        ),
        pytest.param([item("a", enableWhen=[when("b")])], "reference", id="condition on nothing"),
        pytest.param([item("a"), item("b", enableWhen=[when("a", "~")])], "operator", id="unknown operator"),
        pytest.param([item("a", enableWhen=[when("a")])], "cycle", id="condition on itself"),
        pytest.param([item("a", enableWhen=[when("b")]), item("b", enableWhen=[when("a")])], "cycle", id="cycle"),
        pytest.param(
            [item("g", type="group", enableWhen=[when("a")], item=[item("a")])], "cycle", id="condition on the inside"
        ),
        pytest.param(
            [item("a", extension=[calculated(language="text/fhirpath", expression="1 +")])], "expression", id="syntax"
        ),
        pytest.param(
            [item("a", extension=[calculated(language="text/cql", expression="1")])], "expression-language", id="CQL"
        ),
        pytest.param([item("a", extension=[{"url": f"{HL7}regex", "valueString": "("}])], "regex", id="regex"),
        pytest.param(
            [
                item(
                    "a",
                    extension=[
                        {
                            "url": f"{HL7}questionnaire-constraint",
                            "extension": [{"url": "expression", "valueString": "("}],
                        }
                    ],
                )
            ],
            "expression",
            id="constraint",
        ),
    ],
)
def test_a_definition_that_cannot_be_asked_is_refused(items, code):
    with pytest.raises(PlanRefused) as refused:
        compile_plan({"item": items})

    assert code in {issue.code for issue in refused.value.issues}
    assert code in {issue.code for issue in lint({"item": items})}


def test_lint_of_a_sound_definition_is_empty():
    assert lint(SLEEP) == ()
