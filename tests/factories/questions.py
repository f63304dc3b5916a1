"""A questionnaire with every type of question that FHIR R4 knows, as pages must be able to ask it."""

from tests.factories.intake import coding

HL7 = "http://hl7.org/fhir/StructureDefinition/"
UCUM = "http://unitsofmeasure.org"
DAYS = [coding(code, text) for code, text in (("never", "Never"), ("some", "Some days"), ("most", "Most days"))]


def control(code):
    return {"url": HL7 + "questionnaire-itemControl", "valueCodeableConcept": {"coding": [{"code": code}]}}


def unit(code, label):
    return {"url": HL7 + "questionnaire-unitOption", "valueCoding": {"system": UCUM, "code": code, "display": label}}


def row(link_id, text, **more):
    return {"linkId": link_id, "type": "choice", "text": text, "answerOption": DAYS, **more}


EVERY_TYPE = {
    "resourceType": "Questionnaire",
    "url": "https://anteroom.example/fhir/Questionnaire/every-type",
    "version": "1.0.0",
    "title": "Every type",
    "status": "active",
    "item": [
        {
            "linkId": "words",
            "type": "group",
            "text": "In words and numbers",
            "item": [
                {"linkId": "about", "type": "display", "text": "These questions try every control."},
                {"linkId": "note", "type": "text", "text": "What happened?", "maxLength": 60},
                {
                    "linkId": "medicine",
                    "type": "string",
                    "text": "Which medicine?",
                    "extension": [
                        {"url": "https://anteroom.example/fhir/StructureDefinition/lookup", "valueCode": "medicines"}
                    ],
                },
                {
                    "linkId": "pain",
                    "type": "integer",
                    "text": "How strong is the pain?",
                    "extension": [
                        control("slider"),
                        {"url": HL7 + "minValue", "valueInteger": 0},
                        {"url": HL7 + "maxValue", "valueInteger": 10},
                    ],
                },
                {
                    "linkId": "height",
                    "type": "quantity",
                    "text": "How tall are you?",
                    "extension": [unit("[in_i]", "inches"), unit("cm", "cm")],
                },
                {"linkId": "born", "type": "date", "text": "When were you born?"},
                {"linkId": "at", "type": "time", "text": "At what time?"},
                {"linkId": "since", "type": "dateTime", "text": "Since when?"},
                {"linkId": "page", "type": "url", "text": "Your page?"},
                {"linkId": "dose", "type": "decimal", "text": "How many milligrams?"},
            ],
        },
        {
            "linkId": "choices",
            "type": "group",
            "text": "Choices",
            "item": [
                {
                    "linkId": "weeks",
                    "type": "group",
                    "text": "Over the last two weeks, how often",
                    "extension": [control("gtable")],
                    "item": [row("tired", "were you tired?", required=True), row("tense", "were you tense?")],
                },
                {"linkId": "smokes", "type": "boolean", "text": "Do you smoke?"},
                {
                    "linkId": "helps",
                    "type": "open-choice",
                    "text": "What helps?",
                    "answerOption": [coding("rest", "Rest"), coding("walk", "A walk")],
                },
                row("which", "Which ones?", repeats=True, extension=[control("check-box")]),
                row("list", "From a list", extension=[control("drop-down")]),
            ],
        },
        {
            "linkId": "files",
            "type": "group",
            "text": "Files",
            "item": [
                {
                    "linkId": "card",
                    "type": "attachment",
                    "text": "A photo of your card",
                    "extension": [
                        {"url": HL7 + "mimeType", "valueCode": "image/png"},
                        {"url": HL7 + "maxSize", "valueDecimal": 0.001},
                    ],
                },
                {"linkId": "letters", "type": "attachment", "text": "Letters", "repeats": True},
            ],
        },
    ],
}
