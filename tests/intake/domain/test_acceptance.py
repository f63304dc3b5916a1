import pytest

from intake.domain.acceptance import NotThisType, accept, normal
from intake.domain.outline import outline, split
from tests.factories.intake import SYSTEM, coding

HL7 = "http://hl7.org/fhir/StructureDefinition/"
UNITS = [
    {"url": f"{HL7}questionnaire-unitOption", "valueCoding": {"system": "ucum", "code": code, "display": label}}
    for code, label in (("kg", "kg"), ("[lb_av]", "lb"))
]
FORM = outline(
    {
        "item": [
            {"linkId": kind, "type": kind, "text": kind}
            for kind in ("boolean", "integer", "decimal", "string", "text", "url", "date", "dateTime", "time")
        ]
        + [
            {"linkId": "choice", "type": "choice", "text": "?", "answerOption": [coding("a", "A"), coding("b", "B")]},
            {"linkId": "words", "type": "choice", "text": "?", "answerOption": [{"valueString": "x"}]},
            {"linkId": "number", "type": "choice", "text": "?", "answerOption": [{"valueInteger": 1}]},
            {"linkId": "open", "type": "open-choice", "text": "?", "answerOption": [coding("a", "A")]},
            {"linkId": "many", "type": "choice", "repeats": True, "answerOption": [coding("a", "A"), coding("b", "B")]},
            {
                "linkId": "two", "type": "string", "repeats": True,
                "extension": [{"url": f"{HL7}questionnaire-maxOccurs", "valueInteger": 2}],
            },
            {"linkId": "weight", "type": "quantity", "extension": UNITS},
            {"linkId": "amount", "type": "quantity"},
            {"linkId": "file", "type": "attachment"},
            {"linkId": "total", "type": "integer", "readOnly": True},
            {
                "linkId": "secret", "type": "integer",
                "extension": [{"url": f"{HL7}questionnaire-hidden", "valueBoolean": True}],
            },
            {"linkId": "hint", "type": "display", "text": "Read this."},
            {
                "linkId": "outer", "type": "group", "repeats": True,
                "item": [{"linkId": "inner", "type": "group", "repeats": True, "item": [
                    {"linkId": "deep", "type": "string"}]}],
            },
        ]
    }
)  # fmt: skip
A = {"system": SYSTEM, "code": "a", "display": "A"}
B = {"system": SYSTEM, "code": "b", "display": "B"}


@pytest.mark.parametrize(
    ("link_id", "sent", "stored"),
    [
        ("boolean", False, False),
        ("integer", 6, 6),
        ("integer", 6.0, 6),
        ("decimal", 6.5, 6.5),
        ("string", "Ada", "Ada"),
        ("date", "2020-02-29", "2020-02-29"),
        ("dateTime", "2020-02-29T10:00:00Z", "2020-02-29T10:00:00Z"),
        ("time", "14:30", "14:30:00"),
        ("time", "14:30:59", "14:30:59"),
        ("choice", "a", A),
        ("choice", {"code": "a"}, A),
        ("choice", {"system": SYSTEM, "code": "a", "display": "something else"}, A),
        ("words", "x", "x"),
        ("number", 1, 1),
        ("open", "a", A),
        ("open", "Another", "Another"),
        ("open", {"text": "Another"}, "Another"),
        ("many", ["a", "b"], [A, B]),
        ("two", ["x", "y"], ["x", "y"]),
        ("weight", {"value": 80, "code": "kg"}, {"value": 80, "unit": "kg", "system": "ucum", "code": "kg"}),
        ("weight", {"value": 80, "unit": "lb"}, {"value": 80, "unit": "lb", "system": "ucum", "code": "[lb_av]"}),
        ("amount", {"value": 2, "unit": "cups"}, {"value": 2, "unit": "cups"}),
        ("amount", {"value": 2}, {"value": 2}),
        ("file", {"id": "1", "title": "x.pdf", "size": 3, "other": 1}, {"id": "1", "title": "x.pdf", "size": 3}),
        ("string", "", None),
        ("string", None, None),
        ("many", [], None),
    ],
)
def test_accept_stores_what_fits_normalised(link_id, sent, stored):
    changes, errors = accept(FORM, [{"link_id": link_id, "value": sent}])

    assert ([change.value for change in changes], errors) == ([stored], [])


@pytest.mark.parametrize(
    ("link_id", "sent"),
    [
        ("boolean", 1),
        ("boolean", "true"),
        ("integer", True),
        ("integer", 1.5),
        ("integer", 2**31),
        ("decimal", "1"),
        ("decimal", float("nan")),
        ("decimal", 1e300),
        ("decimal", False),
        ("string", 7),
        ("string", "a\x00b"),
        ("string", "\ud800"),
        ("text", "x" * 10_001),
        ("date", "2020-02-30"),
        ("date", "2020"),
        ("date", 2020),
        ("dateTime", "soon"),
        ("time", "25:00:00"),
        ("time", "2 pm"),
        ("choice", "c"),
        ("choice", {"system": "other", "code": "a"}),
        ("choice", ["a"]),
        ("number", True),
        ("open", 7),
        ("open", {"text": 7}),
        ("many", "a"),
        ("many", ["c"]),
        ("two", ["x", "y", "z"]),
        ("weight", 80),
        ("weight", {"value": "80", "code": "kg"}),
        ("weight", {"value": 80, "code": "stone"}),
        ("amount", {"value": 2, "unit": 7}),
        ("file", "x.pdf"),
        ("file", {"id": 1}),
    ],
)
def test_accept_refuses_what_does_not_fit(link_id, sent):
    changes, errors = accept(FORM, [{"link_id": link_id, "value": sent}])

    assert changes == []
    assert [(error.field, error.code) for error in errors] == [(link_id, "wrong-type")]
    assert errors[0].detail.endswith(".")


@pytest.mark.parametrize(
    ("path", "is_known"),
    [
        ("outer[0]/inner[2]/deep", True),
        ("outer[0]/deep", False),
        ("inner[0]/outer[0]/deep", False),
        ("deep", False),
        ("outer[0]/inner[50]/deep", False),
        ("outer[-1]/inner[0]/deep", False),
        ("outer[٣]/inner[0]/deep", False),
        ("hint", False),
        ("outer", False),
        ("nothing", False),
        ("", False),
    ],
)
def test_accept_knows_the_paths_of_questions_only(path, is_known):
    changes, errors = accept(FORM, [{"link_id": path, "value": "x"}])

    assert [change.link_id for change in changes] == ([path] if is_known else [])
    assert [error.code for error in errors] == ([] if is_known else ["unknown-question"])


def test_accept_ignores_what_the_server_works_out_or_hides():
    assert accept(FORM, [{"link_id": "total", "value": 3}, {"link_id": "secret", "value": 3}]) == ([], [])


def test_accept_takes_the_last_of_several_values():
    changes, _ = accept(FORM, [{"link_id": "integer", "value": 1}, {"link_id": "integer", "value": 2}])

    assert [change.value for change in changes] == [2]


def test_normal_of_too_many_values_says_how_many_fit():
    with pytest.raises(NotThisType, match="At most 2"):
        normal(FORM.by_link_id["two"], ["a", "b", "c"])


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a", ("a", ())),
        ("g[0]/a", ("a", (("g", 0),))),
        ("g[0]/h[12]/a", ("a", (("g", 0), ("h", 12)))),
        ("g/a", ("g/a", ())),
        ("/g[0]//g/a", ("/g/a", (("/g", 0),))),
        ("g[]/a", None),
        ("g[x]/a", None),
        ("g[1000]/a", None),
    ],
)
def test_split_reads_paths(path, parts):
    assert split(path) == parts
