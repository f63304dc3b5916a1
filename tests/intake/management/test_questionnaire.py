"""The commands on files of anybody; only publishing asks for a database."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from intake.models import Questionnaire
from tests.factories.core import AdminFactory

FORM = {
    "resourceType": "Questionnaire",
    "url": "http://example.org/q",
    "status": "active",
    "item": [
        {"linkId": "yes", "text": "Yes?", "type": "boolean"},
        {
            "linkId": "how",
            "text": "How often?",
            "type": "choice",
            "required": True,
            "enableWhen": [{"question": "yes", "operator": "=", "answerBoolean": True}],
            "answerOption": [
                {
                    "valueCoding": {"code": str(points), "display": f"{points} times"},
                    "extension": [
                        {"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": points}
                    ],
                }
                for points in range(3)
            ],
        },
        {
            "linkId": "twice",
            "text": "Twice that",
            "type": "decimal",
            "readOnly": True,
            "extension": [
                {
                    "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
                    "valueExpression": {
                        "language": "text/fhirpath",
                        "expression": "%resource.item.where(linkId = 'how').answer.value.ordinal() * 2",
                    },
                }
            ],
        },
    ],
}


def answered(*items, **more):
    return {
        "resourceType": "QuestionnaireResponse", "questionnaire": FORM["url"], "status": "completed",
        "item": list(items), **more,
    }  # fmt: skip


YES = {"linkId": "yes", "answer": [{"valueBoolean": True}]}
TWO = {"linkId": "how", "answer": [{"valueCoding": {"code": "2", "display": "2 times"}}]}


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return str(path)

    return write


def run(*words):
    """Return what the command prints and how it ends."""
    out = StringIO()
    try:
        call_command("questionnaire", *words, stdout=out)
    except SystemExit as end:
        return out.getvalue(), end.code
    return out.getvalue(), 0


def test_check_prints_one_line_for_each_file(write):
    out, end = run("check", write("a.json", FORM), write("b.json", {**FORM, "item": []}))
    lines = [json.loads(line) for line in out.splitlines()]

    assert [line["result"] for line in lines] == ["imported", "refused"]
    assert [issue["code"] for issue in lines[1]["issues"]] == ["empty"]
    assert end == 1


def test_check_ends_well_when_every_file_is_imported(write):
    assert run("check", write("a.json", b"\xef\xbb\xbf" + json.dumps(FORM).encode()))[1] == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "not-json", id="empty"),
        pytest.param(b"{", "not-json", id="half"),
        pytest.param(b"hello", "not-json", id="words"),
        pytest.param(b'{"item": NaN}', "not-json", id="no number"),
        pytest.param(b"\xff\xfe{\x00}\x00", "not-utf-8", id="UTF-16"),
        pytest.param(b"\x00\x01\x02", "not-json", id="zeros"),
        pytest.param(b"[" * 100_000, "too-deep", id="deep"),
        pytest.param(b'{"item":[' * 900 + b"]}" * 900, "too-deep", id="deep items"),
        pytest.param(b"1" * 5_000, "not-json", id="a number without end"),
        pytest.param(b" " * 21_000_000, "too-large", id="large"),
        pytest.param(b"[]", "not-an-object", id="a list"),
        pytest.param(b'"\\ud800"', "not-an-object", id="half a character"),
        pytest.param(b'{"resourceType": "Patient"}', "resource-type", id="a patient"),
    ],
)
def test_check_refuses_any_other_file_with_a_reason(write, content, code):
    out, end = run("check", write("a.json", content))

    assert (json.loads(out)["issues"][0]["code"], end) == (code, 1)


def test_check_refuses_a_file_that_is_not_there(tmp_path):
    assert json.loads(run("check", str(tmp_path / "nothing"))[0])["issues"][0]["code"] == "not-a-file"
    assert json.loads(run("check", str(tmp_path))[0])["issues"][0]["code"] == "not-a-file"


@pytest.mark.parametrize(
    ("response", "codes", "end"),
    [
        pytest.param(answered(YES, TWO), [], 0, id="sound"),
        pytest.param(answered(YES), ["required"], 1, id="required"),
        pytest.param(answered(TWO), ["not-asked"], 1, id="not asked"),
        pytest.param(answered(YES, status="in-progress"), ["required"], 0, id="not yet"),
        pytest.param({"resourceType": "Patient"}, ["resource-type"], 1, id="a patient"),
        pytest.param(
            answered(YES, TWO, {"linkId": "twice", "answer": [{"valueDecimal": 99}]}),
            ["recalculated"],
            0,
            id="invented",
        ),
    ],
)
def test_validate_prints_an_operation_outcome(write, response, codes, end):
    out, ended = run("validate", write("q.json", FORM), write("r.json", response))
    issues = json.loads(out)["issue"]

    assert [issue["details"]["coding"][0]["code"] for issue in issues if "coding" in issue["details"]] == codes
    assert ended == end


def test_validate_refuses_what_cannot_be_read(write):
    out, end = run("validate", write("q.json", b"{"), write("r.json", answered(YES)))

    assert (json.loads(out)["issue"][0]["details"]["coding"][0]["code"], end) == ("not-json", 1)


def test_validate_says_why_a_questionnaire_is_refused(write):
    out, end = run("validate", write("q.json", {**FORM, "item": []}), write("r.json", answered(YES)))

    assert (json.loads(out)["issue"][0]["details"]["coding"][0]["code"], end) == ("empty", 1)


def test_evaluate_prints_what_is_asked_calculated_and_scored(write):
    told = json.loads(run("evaluate", write("q.json", FORM), write("r.json", answered(YES, TWO)))[0])

    assert told == {
        "enabled": ["yes", "how", "twice"],
        "calculated": {"twice": 4},
        "scores": [{"instrument": "", "value": 2, "band": "", "answered": 1, "of": 1}],
    }


def test_evaluate_has_no_score_while_a_question_is_open(write):
    told = json.loads(run("evaluate", write("q.json", FORM), write("r.json", answered(YES)))[0])

    assert (told["calculated"], told["scores"][0]["value"]) == ({}, None)


def test_evaluate_pins_the_present_and_takes_resources(write):
    age = {
        "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
        "valueExpression": {"language": "text/fhirpath", "expression": "today() - 1 year > %patient.birthDate"},
    }
    form = {**FORM, "item": [{"linkId": "a", "text": "A", "type": "boolean", "readOnly": True, "extension": [age]}]}
    patient = write("p.json", {"resourceType": "Patient", "birthDate": "2020-01-01"})

    told = json.loads(
        run(
            "evaluate", write("q.json", form), write("r.json", answered()), "--now", "2020-06-01", "--launch",
            f"patient={patient}",
        )[0]
    )  # fmt: skip

    assert told["calculated"] == {"a": False}


@pytest.mark.parametrize(("form", "response"), [({**FORM, "item": []}, answered()), (FORM, []), (b"{", answered())])
def test_evaluate_says_what_it_cannot_read(write, form, response):
    with pytest.raises(CommandError):
        run("evaluate", write("q.json", form), write("r.json", response))


@pytest.mark.django_db
def test_load_publishes_a_folder_and_changes_nothing_the_second_time(write, tmp_path):
    admin = AdminFactory()
    write("a.json", FORM)
    write("b.json", {**FORM, "url": "http://example.org/other", "version": "2"})

    first, end = run("load", str(tmp_path), "--by", admin.email)
    again, _ = run("load", str(tmp_path))

    assert first.splitlines()[1] == "2/2 b.json: published, http://example.org/other|2"
    assert ("2 of 2 are published." in first, end) == (True, 0)
    assert "b.json: was there already" in again
    assert set(Questionnaire.objects.published().values_list("url", flat=True)) == {
        FORM["url"], "http://example.org/other",
    }  # fmt: skip


@pytest.mark.django_db
def test_load_goes_on_after_a_file_that_is_refused_and_says_why(write, tmp_path):
    AdminFactory()
    write("a.json", {**FORM, "url": "http://example.org/twice", "item": [FORM["item"][0], FORM["item"][0]]})
    write("b.json", b"{")
    write("c.json", FORM)

    out, end = run("load", str(tmp_path))

    assert "1/3 a.json: refused" in out
    assert "yes: The linkId stands twice" in out
    assert "2/3 b.json: refused" in out
    assert "3/3 c.json: published" in out
    assert ("1 of 3 are published." in out, end) == (True, 1)


@pytest.mark.django_db
def test_load_needs_an_administrator_and_files(write, tmp_path):
    with pytest.raises(CommandError, match="administrator"):
        run("load", str(tmp_path))
    AdminFactory()
    with pytest.raises(CommandError, match="no JSON file"):
        run("load", str(tmp_path))
