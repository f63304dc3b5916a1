import base64
import json

import pytest

from intake.fhir.consent import consent
from intake.fhir.flag import flag
from intake.fhir.patient import patient
from intake.fhir.questionnaire import questionnaire
from intake.fhir.questionnaire_response import questionnaire_response
from tests.factories.intake import (
    NOW,
    ConsentFactory,
    FlagFactory,
    PatientFactory,
    QuestionnaireFactory,
    QuestionnaireResponseFactory,
)

pytestmark = pytest.mark.django_db
NO = {"system": "https://anteroom.example/fhir/CodeSystem/intake", "code": "no", "display": "No"}


def test_patient_has_names_phone_address_and_contact():
    row = PatientFactory(
        preferred_name="Gracie", city="Albany", emergency_contact_name="Alan", emergency_contact_phone="+12125550100"
    )
    row.refresh_from_db()

    resource = patient(row)

    assert resource["name"][1] == {"use": "usual", "text": "Gracie"}
    assert resource["telecom"][0]["value"] == "+12125550123"
    assert resource["address"] == [{"use": "home", "state": "NY", "country": "US", "city": "Albany"}]
    assert resource["contact"][0]["telecom"] == [{"system": "phone", "value": "+12125550100"}]
    assert (resource["gender"], resource["birthDate"]) == ("female", "1985-03-08")
    json.dumps(resource)


def test_patient_without_contact_has_none():
    assert "contact" not in patient(PatientFactory())


def test_consent_carries_the_text_and_its_digest():
    row = ConsentFactory()

    resource = consent(row)

    assert (resource["status"], resource["dateTime"]) == ("active", "2026-06-01T15:00:00Z")
    assert base64.b64decode(resource["sourceAttachment"]["data"]).decode() == row.document.body
    assert resource["policy"] == [{"uri": f"urn:sha256:{row.document_sha256}"}]
    assert "provision" not in resource


def test_consent_withdrawn_ends():
    signer = PatientFactory()
    row = ConsentFactory(patient=signer, status="inactive", withdrawn_at=NOW, withdrawn_by=signer.user)

    assert consent(row)["provision"]["period"]["end"] == "2026-06-01T15:00:00Z"


def test_flag_names_its_rule_and_when_it_ended():
    row = FlagFactory(status="inactive", superseded_at=NOW)

    resource = flag(row)

    assert resource["code"]["coding"][0]["code"] == row.rule.code
    assert resource["period"] == {"start": "2026-06-01T15:00:00Z", "end": "2026-06-01T15:00:00Z"}


def test_questionnaire_is_as_published_under_its_own_id():
    row = QuestionnaireFactory()

    assert questionnaire(row) == {**row.definition, "id": str(row.pk), "status": "active"}


def test_questionnaire_response_follows_the_questionnaire():
    row = QuestionnaireResponseFactory(
        answers={
            "harm": NO,
            "hours": 6,
            "medicine[0]/medicine-name": "A",
            "medicine[1]/medicine-name": "B",
            "medicine[1]/medicine-dose": "2 mg",
            "born": "2020-02-03",
        },
        authored_at=NOW,
    )

    resource = questionnaire_response(row)

    nights, mood = resource["item"]
    assert resource["questionnaire"] == row.questionnaire.canonical
    assert (resource["authored"], resource["status"]) == ("2026-06-01T15:00:00Z", "in-progress")
    assert [item["linkId"] for item in nights["item"]] == ["hours"]
    assert nights["item"][0]["answer"] == [{"valueInteger": 6}]
    assert [item["linkId"] for item in mood["item"]] == ["harm", "medicine", "medicine", "born"]
    assert mood["item"][0]["answer"] == [{"valueCoding": NO}]
    assert mood["item"][2]["item"][1]["answer"] == [{"valueString": "2 mg"}]
    assert mood["item"][3]["answer"] == [{"valueDate": "2020-02-03"}]
