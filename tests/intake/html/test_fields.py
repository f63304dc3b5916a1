import pytest

from intake.domain.acceptance import NotThisType
from intake.domain.outline import outline
from intake.html.fields import field_of, name_of
from intake.html.numbers import number
from intake.html.sheet import Sheet, without_instance
from intake.html.words import words
from tests.factories.intake import SYSTEM, coding

HL7 = "http://hl7.org/fhir/StructureDefinition/"
A = {"system": SYSTEM, "code": "a", "display": "A"}


def control(code):
    return {"url": f"{HL7}questionnaire-itemControl", "valueCodeableConcept": {"coding": [{"code": code}]}}


def unit(code, name="questionnaire-unitOption"):
    return {"url": f"{HL7}{name}", "valueCoding": {"system": "ucum", "code": code, "display": code}}


def question(kind, *extensions, options=(), **more):
    item = {"linkId": "q", "type": kind, "text": "Q", "extension": list(extensions), "answerOption": list(options)}
    return outline({"item": [{**item, **more}]}).by_link_id["q"]


AB = [coding("a", "A"), coding("b", "B")]
MANY = [coding(str(number), str(number)) for number in range(9)]
WEIGHT = question("quantity", unit("kg"), unit("lb"))
HEIGHT = question("quantity", unit("[in_i]"), unit("cm"))


def inches(value):
    return {"value": value, "unit": "[in_i]", "system": "ucum", "code": "[in_i]"}


@pytest.mark.parametrize(
    ("asked", "raw", "stored"),
    [
        pytest.param(question("string"), " Ada ", "Ada", id="text"),
        pytest.param(question("string"), None, None, id="nothing"),
        pytest.param(question("text"), "", None, id="long text, empty"),
        pytest.param(question("string", repeats=True), "a\n\n b ", ["a", "b"], id="lines"),
        pytest.param(question("string", repeats=True), None, None, id="no lines"),
        pytest.param(question("integer"), "1,200", 1200, id="thousands"),
        pytest.param(question("integer"), "", None, id="no number"),
        pytest.param(question("decimal"), "1.5", 1.5, id="decimal"),
        pytest.param(question("date"), ["2", "3", "2020"], "2020-02-03", id="date"),
        pytest.param(question("date"), ["", "", ""], None, id="no date"),
        pytest.param(question("date"), None, None, id="date not posted"),
        pytest.param(question("time"), "14:30", "14:30:00", id="time"),
        pytest.param(question("boolean"), "no", False, id="no"),
        pytest.param(question("boolean"), None, None, id="neither"),
        pytest.param(question("choice", options=AB), "a", A, id="choice"),
        pytest.param(question("choice", options=AB, repeats=True), ["a"], [A], id="several"),
        pytest.param(question("choice", options=AB, repeats=True), [], None, id="none of several"),
        pytest.param(question("open-choice", options=AB), {"text": "Else"}, "Else", id="else"),
        pytest.param(
            WEIGHT, ["80", "kg"], {"value": 80, "unit": "kg", "system": "ucum", "code": "kg"}, id="quantity"
        ),
        pytest.param(WEIGHT, ["", "kg"], None, id="no quantity"),
        pytest.param(HEIGHT, ["5", "7", ""], inches(67), id="feet and inches"),
        pytest.param(HEIGHT, ["5", " 6.5 ", ""], inches(66.5), id="feet and half inches"),
        pytest.param(HEIGHT, ["6", "", ""], inches(72), id="whole feet"),
        pytest.param(HEIGHT, ["", "67", ""], inches(67), id="inches alone"),
        pytest.param(
            HEIGHT, ["", "", "170.5"], {"value": 170.5, "unit": "cm", "system": "ucum", "code": "cm"}, id="centimeters"
        ),
        pytest.param(HEIGHT, ["", "", ""], None, id="no height"),
        pytest.param(HEIGHT, None, None, id="height not posted"),
        pytest.param(WEIGHT, None, None, id="quantity not posted"),
        pytest.param(
            question("quantity", unit("kg", "questionnaire-unit")), ["80", ""],
            {"value": 80, "unit": "kg", "system": "ucum", "code": "kg"}, id="the only unit",
        ),
    ],
)  # fmt: skip
def test_a_posted_control_is_an_answer(asked, raw, stored):
    assert field_of(asked).answer(raw) == stored


@pytest.mark.parametrize(
    ("asked", "raw"),
    [
        (question("integer"), "six"),
        (question("decimal"), "nan"),
        (question("date"), ["2", "", "2020"]),
        (question("date"), ["2", "30", "2020"]),
        (question("choice", options=AB), "c"),
        (WEIGHT, ["80", ""]),
        (WEIGHT, ["eighty", "kg"]),
        (HEIGHT, ["5", "12", ""]),
        (HEIGHT, ["5", "7", "170"]),
        (HEIGHT, ["five", "7", ""]),
        (HEIGHT, ["5.5", "", ""]),
        (HEIGHT, ["-5", "7", ""]),
        (HEIGHT, ["", "", "tall"]),
    ],
)
def test_a_posted_control_that_is_no_answer_says_why(asked, raw):
    with pytest.raises(NotThisType) as refused:
        field_of(asked).answer(raw)

    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("asked", "stored", "shown"),
    [
        (question("string"), "Ada", "Ada"),
        (question("string", repeats=True), ["a", "b"], "a\nb"),
        (question("boolean"), False, "no"),
        (question("choice", options=AB), A, "a"),
        (question("choice", options=AB, repeats=True), [A], ["a"]),
        (question("open-choice", options=AB), A, "a"),
        (question("open-choice", options=AB), "Else", "_other"),
        (WEIGHT, {"value": 80, "code": "kg"}, [80, "kg"]),
        (HEIGHT, inches(66.5), [5, 6.5, None]),
        (HEIGHT, {"value": 170, "code": "cm"}, [None, None, 170]),
        (HEIGHT, None, [None, None, None]),
    ],
)
def test_a_stored_answer_is_shown(asked, stored, shown):
    assert field_of(asked).shown(stored) == shown


@pytest.mark.parametrize(
    ("asked", "widget"),
    [
        (question("choice", options=AB), "RadioCards"),
        (question("choice", options=MANY), "Select"),
        (question("choice", control("drop-down"), options=AB), "Select"),
        (question("choice", control("radio-button"), options=AB), "Scale"),
        (question("choice", options=AB, repeats=True), "CheckboxCards"),
        (question("boolean"), "YesNo"),
        (question("text"), "Textarea"),
        (question("date"), "MemorableDate"),
        (WEIGHT, "NumberAndUnit"),
    ],
)
def test_a_question_has_its_control(asked, widget):
    assert type(field_of(asked).widget).__name__ == widget


@pytest.mark.parametrize(
    ("asked", "stored", "text"),
    [
        (question("string"), None, ""),
        (question("string"), "Ada", "Ada"),
        (question("boolean"), True, "Yes"),
        (question("boolean"), False, "No"),
        (question("integer", unit("ft", "questionnaire-unit")), 5, "5 ft"),
        (question("date"), "2020-02-03", "February 3, 2020"),
        (question("choice", options=AB), A, "A"),
        (question("choice", options=AB), {"code": "gone", "display": "Gone"}, "Gone"),
        (question("choice", options=AB, repeats=True), [A, {"code": "b"}], "A, B"),
        (WEIGHT, {"value": 80, "code": "kg"}, "80 kg"),
        (HEIGHT, inches(67), "5 ft 7 in"),
        (HEIGHT, {"value": 170, "code": "cm"}, "170 cm"),
        (question("quantity"), {"value": 2, "unit": "cups"}, "2 cups"),
        (question("attachment"), {"title": "x.pdf"}, "x.pdf"),
    ],
)
def test_a_stored_answer_is_read(asked, stored, text):
    assert words(asked, stored) == text


def test_names_of_paths_differ_and_fit_an_id():
    names = [name_of(path) for path in ("a[0]/b", "a[1]/b", "a_5b_0_5d__2f_b", "a.0.b", "a-0-b")]

    assert len(set(names)) == len(names)
    assert all(name.replace("_", "").replace("-", "").isalnum() for name in names)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("-3", -3), ("1e3", 1000.0), ("x", "x"), ("1,000.5", 1000.5), ("12,000,000", 12000000),
        ("70,5", 70.5), ("-1,25", -1.25), ("1,2345", "1,2345"), ("1,2,3", "1,2,3"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    ("posted", "stored"),
    [
        ({"q": "_other", "q_other": "Else"}, "Else"),
        ({"q_other": "Else"}, "Else"),
        ({"q": "a", "q_other": "left over"}, A),
        ({"q": "_other"}, None),
        ({}, None),
    ],
)
def test_something_else_is_said_beside_the_choice(posted, stored):
    told = outline({"item": [{"linkId": "q", "type": "open-choice", "text": "Q", "answerOption": AB}]})

    sheet = Sheet(told.pages()[0], {}, data={"posted": "1", **posted})

    sheet.full_clean()
    assert sheet.cleaned_data == {"q": stored}


def test_an_error_of_an_empty_group_stands_at_its_first_question():
    group = {"linkId": "g", "type": "group", "repeats": True, "item": [{"linkId": "q", "type": "string"}]}
    sheet = Sheet(outline({"item": [group]}).pages()[0], {}, data={"posted": "1"})

    assert not sheet.refuse("g", "One is needed.")
    assert sheet.refuse_inside("g", "One is needed.")
    assert list(sheet.errors) == [name_of("g[0]/q")]
    assert not sheet.refuse_inside("other", "One is needed.")


@pytest.mark.parametrize(
    ("number", "changes"),
    [
        (0, {"g[0]/a": 2, "g[0]/b": None, "g[1]/a": None}),
        (1, {"g[1]/a": None}),
        (2, {}),
    ],
)
def test_an_instance_is_taken_out_and_the_later_ones_move_up(number, changes):
    answers = {"g[0]/a": 1, "g[0]/b": 1, "g[1]/a": 2, "h": 3}

    assert {one["link_id"]: one["value"] for one in without_instance(answers, "g", number)} == changes
