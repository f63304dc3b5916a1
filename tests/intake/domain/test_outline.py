from intake.domain.outline import outline
from tests.factories.intake import SLEEP, SYSTEM, coding

HL7 = "http://hl7.org/fhir/StructureDefinition/"


def spanish(text):
    return {
        "extension": [
            {
                "url": f"{HL7}translation",
                "extension": [{"url": "lang", "valueCode": "es"}, {"url": "content", "valueString": text}],
            }
        ]
    }


def control(code):
    return {"url": f"{HL7}questionnaire-itemControl", "valueCodeableConcept": {"coding": [{"code": code}]}}


def one(item, **definition):
    told = outline({"item": [{"linkId": "q", "type": "choice", "text": "Question?", **item}], **definition})
    return told.by_link_id["q"]


def test_outline_speaks_the_asked_language_where_it_can():
    item = {
        "linkId": "q", "type": "choice", "text": "How?", "_text": spanish("¿Cómo?"),
        "answerOption": [{"valueCoding": {"code": "a", "display": "Well", "_display": spanish("Bien")}}],
    }  # fmt: skip
    definition = {"title": "Form", "_title": spanish("Formulario"), "item": [item]}

    english, other = outline(definition), outline(definition, language="es")

    assert (english.title, english.by_link_id["q"].text, english.by_link_id["q"].options[0].label) == (
        "Form", "How?", "Well",
    )  # fmt: skip
    assert (other.title, other.by_link_id["q"].text, other.by_link_id["q"].options[0].label) == (
        "Formulario", "¿Cómo?", "Bien",
    )  # fmt: skip
    assert outline(definition, language="fr").title == "Form"


def test_outline_makes_help_a_part_of_its_question():
    helping = {"linkId": "h", "type": "display", "text": "Like this.", "extension": [control("help")]}

    question = one({"item": [helping, {"linkId": "other", "type": "display", "text": "Stays."}]})

    assert question.help == "Like this."
    assert [child.link_id for child in question.children] == ["other"]


def test_outline_knows_how_a_question_is_asked():
    question = one(
        {
            "prefix": "1.",
            "required": True,
            "repeats": True,
            "maxLength": 5,
            "enableWhen": [{}],
            "extension": [
                control("check-box"),
                {"url": f"{HL7}questionnaire-maxOccurs", "valueInteger": 2},
                {"url": f"{HL7}questionnaire-unit", "valueCoding": {"code": "kg"}},
            ],
            "answerOption": [
                {**coding("none", "None"), "extension": [{"url": f"{HL7}questionnaire-optionExclusive",
                                                          "valueBoolean": True}]},
                {"valueInteger": 3},
            ],
        }
    )  # fmt: skip

    assert (question.prefix, question.control, question.max_length, question.max_occurs) == ("1.", "check-box", 5, 2)
    assert question.is_required
    assert question.is_conditional
    assert not question.is_computed
    assert [(option.key, option.value, option.is_exclusive) for option in question.options] == [
        ("none", {"system": SYSTEM, "code": "none", "display": "None"}, True),
        ("3", 3, False),
    ]
    assert [(unit.key, unit.label) for unit in question.units] == [("kg", "kg")]


def test_outline_hides_what_stands_in_something_hidden():
    told = outline(
        {
            "item": [
                {
                    "linkId": "g", "type": "group",
                    "extension": [{"url": f"{HL7}questionnaire-hidden", "valueBoolean": True}],
                    "item": [{"linkId": "q", "type": "string"}],
                }
            ]
        }
    )  # fmt: skip

    assert told.by_link_id["q"].is_hidden
    assert told.pages() == ()


def test_pages_are_the_top_level_groups():
    pages = outline(SLEEP).pages()

    assert [(page.number, page.title) for page in pages] == [(1, "Your nights"), (2, "Your mood")]
    assert pages[1].link_ids() == {"harm", "medicine", "medicine-name", "medicine-dose", "born"}


def test_pages_gather_what_stands_outside_of_groups():
    items = [
        {"linkId": "a", "type": "string"},
        {"linkId": "b", "type": "group", "repeats": True, "item": []},
        {"linkId": "c", "type": "group", "text": "C", "item": []},
        {"linkId": "d", "type": "string"},
    ]

    pages = outline({"title": "Form", "item": items}).pages()

    assert [(page.title, [question.link_id for question in page.questions]) for page in pages] == [
        ("Form", ["a", "b"]), ("C", []), ("Form", ["d"]),
    ]  # fmt: skip


def test_a_questionnaire_that_asks_one_by_one_has_a_page_for_each_question():
    mode = {
        "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-entryMode",
        "valueCode": "sequential",
    }
    words = {"linkId": "words", "type": "display", "text": "First this."}
    night = {**SLEEP["item"][0], "item": [words, *SLEEP["item"][0]["item"]]}
    told = outline({**SLEEP, "extension": [mode], "item": [night, SLEEP["item"][1]]})

    assert [[one.link_id for one in page.questions] for page in told.pages()] == [
        ["words", "hours"], ["snores"], ["snores-since"], ["harm"], ["medicine"], ["born"],
    ]  # fmt: skip
    assert [page.number for page in told.pages()] == [1, 2, 3, 4, 5, 6]
