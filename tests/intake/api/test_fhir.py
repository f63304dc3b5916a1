"""The FHIR doors, as another system uses them."""

import json
from datetime import date

import pytest

from config.core.models import AuditEvent
from intake.models import Answer, Questionnaire, QuestionnaireResponse
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.intake import (
    NOW,
    SLEEP,
    SYSTEM,
    PatientFactory,
    QuestionnaireFactory,
    QuestionnaireResponseFactory,
)

pytestmark = pytest.mark.django_db
JSON = "application/fhir+json"
NO = {"valueCoding": {"system": SYSTEM, "code": "no", "display": "No"}}


@pytest.fixture
def questionnaire():
    return QuestionnaireFactory()


def item(link_id, *answers, **more):
    return {"linkId": link_id, "answer": list(answers), **more}


def response_to(questionnaire, *, status="in-progress", hours=7, **more):
    nights = [item("hours", {"valueInteger": hours}), item("snores", {"valueBoolean": False})]
    pages = [{"linkId": "night-page", "item": nights}, {"linkId": "mood-page", "item": [item("harm", NO)]}]
    return {
        "resourceType": "QuestionnaireResponse", "questionnaire": questionnaire.canonical, "status": status,
        "item": pages, **more,
    }  # fmt: skip


def send(client, method, path, body, **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return getattr(client, method)(f"/fhir/{path}", raw, content_type=JSON, headers=headers)


def issues(answer):
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert answer.headers["Content-Type"].startswith(JSON)
    return [
        (one["severity"], one["details"]["coding"][0]["code"])
        for one in answer.json()["issue"]
        if "coding" in one["details"]
    ]


def test_metadata_says_what_these_doors_can_do_to_anybody(client):
    told = client.get("/fhir/metadata")

    assert (told.status_code, told.json()["resourceType"], told.json()["fhirVersion"]) == (
        200, "CapabilityStatement", "4.0.1",
    )  # fmt: skip
    named = {one["type"] for one in told.json()["rest"][0]["resource"]}
    assert named == {"Questionnaire", "QuestionnaireResponse"}


def test_doors_are_closed_to_strangers(client, questionnaire):
    told = client.get(f"/fhir/Questionnaire/{questionnaire.pk}")

    assert told.status_code == 401
    assert issues(told) == [("error", "not-signed-in")]


def test_questionnaires_are_found_by_what_they_are_called(sign_in, questionnaire):
    QuestionnaireFactory(title="Other", status="draft")
    client = sign_in(UserFactory())

    for query in (f"url={questionnaire.url}", "status=active", "title=Your", f"_id={questionnaire.pk}"):
        bundle = client.get(f"/fhir/Questionnaire?{query}").json()
        assert [one["resource"]["id"] for one in bundle["entry"]] == [str(questionnaire.pk)], query
    assert client.get("/fhir/Questionnaire?title=Other").json()["total"] == 0
    assert issues(client.get("/fhir/Questionnaire?colour=red")) == [("error", "malformed")]


def test_a_search_comes_in_pages(sign_in):
    for _ in range(3):
        QuestionnaireFactory()
    client = sign_in(UserFactory())

    first = client.get("/fhir/Questionnaire?_count=2").json()
    links = {one["relation"]: one["url"] for one in first["link"]}
    second = client.get(links["next"]).json()

    assert (first["total"], len(first["entry"]), len(second["entry"])) == (3, 2, 1)


def test_a_questionnaire_comes_in_as_a_draft_and_goes_out_byte_for_byte(sign_in):
    source = b'{ "resourceType":"Questionnaire", "url":"https://example.org/q","status":"active","item":[]}\r\n'
    client = sign_in(AdminFactory())

    told = send(client, "post", "Questionnaire", source)
    back = client.get(f"/fhir/Questionnaire/{told.json()['id']}/$source")

    assert (told.status_code, Questionnaire.objects.get().status) == (201, "draft")
    assert told.headers["Location"].endswith(told.json()["id"])
    assert back.content == source


def test_a_questionnaire_is_taken_from_administrators_only(sign_in):
    told = send(sign_in(UserFactory()), "post", "Questionnaire", SLEEP)

    assert (told.status_code, issues(told)) == (403, [("error", "only-administrators")])


def test_validate_of_a_questionnaire_names_each_place(sign_in):
    twice = {**SLEEP, "item": [{"linkId": "a", "type": "string", "text": "A"}] * 2}

    told = send(sign_in(UserFactory()), "post", "Questionnaire/$validate", twice)

    assert told.status_code == 200
    assert told.json()["issue"][0]["expression"] == ["a"]


def test_a_response_is_created_completed_and_read(sign_in, questionnaire):
    patient = PatientFactory()
    client = sign_in(patient.user)

    told = send(client, "post", "QuestionnaireResponse", response_to(questionnaire, status="completed"))
    read = client.get(told.headers["Location"])

    row = QuestionnaireResponse.objects.get()
    assert (told.status_code, row.status, row.answers["hours"]) == (201, "completed", 7)
    assert Answer.objects.count() == 1
    assert (read.json()["status"], read.headers["ETag"]) == ("completed", 'W/"1"')
    assert read.json()["item"][0]["item"][0]["answer"] == [{"valueInteger": 7}]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        pytest.param({"status": "completed", "item": []}, 422, "required", id="open questions"),
        pytest.param({"item": [item("nothing", {"valueInteger": 1})]}, 422, None, id="unknown linkId"),
        pytest.param({"status": "stopped"}, 422, "not-conforming", id="status"),
        pytest.param({"subject": {"reference": "Patient/other"}}, 422, "not-conforming", id="subject"),
        pytest.param({"questionnaire": "https://example.org/none"}, 422, "not-published", id="questionnaire"),
        pytest.param({"resourceType": "Patient"}, 400, "malformed", id="resource"),
    ],
)
def test_a_response_that_does_not_conform_is_refused_and_leaves_nothing(sign_in, questionnaire, change, status, code):
    client = sign_in(PatientFactory().user)
    audited = AuditEvent.objects.count()

    told = send(client, "post", "QuestionnaireResponse", {**response_to(questionnaire), **change})

    assert told.status_code == status
    assert code is None or code in {one for _, one in issues(told)}
    assert not QuestionnaireResponse.objects.exists()
    assert AuditEvent.objects.count() == audited


def test_put_changes_a_draft_that_the_sender_has_seen(sign_in, questionnaire):
    response = QuestionnaireResponseFactory(questionnaire=questionnaire)
    client = sign_in(response.patient.user)
    address = f"QuestionnaireResponse/{response.pk}"

    first = send(client, "put", address, response_to(questionnaire), **{"If-Match": 'W/"0"'})
    stale = send(client, "put", address, response_to(questionnaire, hours=9), **{"If-Match": 'W/"0"'})
    blind = send(client, "put", address, response_to(questionnaire, hours=9))
    emptied = send(
        client, "put", address, {**response_to(questionnaire), "item": []}, **{"If-Match": first.headers["ETag"]}
    )

    assert [one.status_code for one in (first, stale, blind, emptied)] == [200, 412, 412, 200]
    assert issues(stale) == [("error", "stale")]
    response.refresh_from_db()
    assert (response.answers, response.revision) == ({}, 2)


def test_responses_are_found_among_ones_own(sign_in, questionnaire):
    mine = QuestionnaireResponseFactory(questionnaire=questionnaire, authored_at=NOW)
    QuestionnaireResponseFactory(questionnaire=questionnaire)
    client = sign_in(mine.patient.user)

    for query in (
        "", f"questionnaire={questionnaire.url}", f"questionnaire={questionnaire.canonical}", "status=in-progress",
        f"patient=Patient/{mine.patient_id}", f"subject={mine.patient_id}", "authored=2026-06-01", "authored=ge2026-05-01",
    ):  # fmt: skip
        bundle = client.get(f"/fhir/QuestionnaireResponse?{query}").json()
        assert [one["resource"]["id"] for one in bundle["entry"]] == [str(mine.pk)], query
    for query in ("status=completed", "authored=lt2026-05-01", f"patient={PatientFactory().pk}", "_id=nothing"):
        assert client.get(f"/fhir/QuestionnaireResponse?{query}").json()["total"] == 0, query
    assert client.get("/fhir/QuestionnaireResponse?authored=soon").status_code == 400


def test_a_response_of_another_does_not_exist(sign_in, questionnaire):
    other = QuestionnaireResponseFactory(questionnaire=questionnaire)
    client = sign_in(PatientFactory().user)

    assert client.get(f"/fhir/QuestionnaireResponse/{other.pk}").status_code == 404
    told = send(client, "put", f"QuestionnaireResponse/{other.pk}", response_to(questionnaire), **{"If-Match": 'W/"0"'})
    assert told.status_code == 404


def test_validate_of_a_response_stores_nothing(sign_in, questionnaire):
    client = sign_in(PatientFactory().user)

    sound = send(client, "post", "QuestionnaireResponse/$validate", response_to(questionnaire, status="completed"))
    wrong = send(
        client, "post", "QuestionnaireResponse/$validate", response_to(questionnaire, status="completed", hours="7")
    )

    assert [one["severity"] for one in sound.json()["issue"]] == ["information"]
    assert "error" in {severity for severity, _ in issues(wrong)}
    assert not QuestionnaireResponse.objects.exists()


def test_populate_offers_what_the_record_and_earlier_answers_say(sign_in):
    expression = {"language": "text/fhirpath", "expression": "%patient.birthDate"}
    initial = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-initialExpression"
    born = {
        "linkId": "birth",
        "type": "date",
        "text": "Born",
        "extension": [{"url": initial, "valueExpression": expression}],
    }
    questionnaire = QuestionnaireFactory(definition={**SLEEP, "item": [*SLEEP["item"], born]})
    patient = PatientFactory(birth_date=date(1985, 3, 8))
    QuestionnaireResponseFactory(
        questionnaire=questionnaire, patient=patient, status="completed", completed_at=NOW, completed_by=patient.user,
        answers={"hours": 6},
    )  # fmt: skip

    told = sign_in(patient.user).get(f"/fhir/Questionnaire/{questionnaire.pk}/$populate").json()

    assert told["status"] == "in-progress"
    assert told["item"][0]["item"][0]["answer"] == [{"valueInteger": 6}]
    assert told["item"][1]["answer"] == [{"valueDate": "1985-03-08"}]
    assert QuestionnaireResponse.objects.count() == 1
