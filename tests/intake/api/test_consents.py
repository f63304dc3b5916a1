import uuid

import pytest

from intake.models import Consent
from tests.factories.core import UserFactory
from tests.factories.intake import ConsentDocumentFactory, ConsentFactory, PatientFactory
from tests.factories.providers import HealthcareServiceFactory

pytestmark = pytest.mark.django_db


def test_consent_documents_are_the_present_ones_of_a_service(sign_in, django_assert_num_queries):
    service, document = HealthcareServiceFactory(), ConsentDocumentFactory()
    document.services.add(service)
    ConsentDocumentFactory(is_current=False).services.add(service)
    other = ConsentDocumentFactory()
    client = sign_in(UserFactory())

    with django_assert_num_queries(1):
        of_service = client.get("/api/v1/consent-documents/", {"service": service.slug}).json()
    everything = client.get("/api/v1/consent-documents/").json()

    assert [row["id"] for row in of_service["results"]] == [str(document.pk)]
    assert of_service["results"][0]["body"] == document.body
    assert {row["id"] for row in everything["results"]} == {str(document.pk), str(other.pk)}
    assert client.get("/api/v1/consent-documents/", {"service": "a\x00b"}).json()["results"] == []


def test_sign_answers_with_what_was_signed(sign_in):
    patient, document = PatientFactory(), ConsentDocumentFactory()
    client = sign_in(patient.user)

    answer = client.post(
        "/api/v1/consents/", {"document": str(document.pk), "signed_name": "Grace Sample"}, HTTP_USER_AGENT="browser"
    )

    body = answer.json()
    assert answer.status_code == 201
    assert (body["document_sha256"], body["version"], body["status"]) == (document.sha256, "1.0.0", "active")
    assert Consent.objects.get().user_agent == "browser"


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "invalid", "document"),
        ({"document": "x", "signed_name": "Grace"}, "invalid", "document"),
        ({"document": str(uuid.uuid4()), "signed_name": "Grace"}, "document-unknown", "document"),
        ({"document": str(uuid.uuid4()), "signed_name": " "}, "invalid", "signed_name"),
        ({"document": str(uuid.uuid4()), "signed_name": "Grace", "signed_at": "now"}, "invalid", "signed_at"),
    ],
)
def test_sign_names_what_is_wrong(sign_in, body, code, field):
    answer = sign_in(PatientFactory().user).post("/api/v1/consents/", body)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["field"] == field
    assert not Consent.objects.exists()


def test_sign_with_the_same_key_signs_once(sign_in):
    document = ConsentDocumentFactory()
    client = sign_in(PatientFactory().user)
    body = {"document": str(document.pk), "signed_name": "Grace Sample"}

    first = client.post("/api/v1/consents/", body, headers={"Idempotency-Key": "k"})
    again = client.post("/api/v1/consents/", body, headers={"Idempotency-Key": "k"})
    without = client.post("/api/v1/consents/", body)

    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert (without.status_code, without.json()["code"]) == (409, "already-signed")


def test_consents_are_ones_own(sign_in, django_assert_num_queries):
    mine, _other = ConsentFactory(), ConsentFactory()
    client = sign_in(mine.patient.user)

    with django_assert_num_queries(1):
        answer = client.get("/api/v1/consents/")

    assert [row["id"] for row in answer.json()["results"]] == [str(mine.pk)]


def test_withdraw_ends_ones_own_signature_and_does_not_know_others(sign_in):
    mine = ConsentFactory()
    client = sign_in(mine.patient.user)

    answer = client.post(f"/api/v1/consents/{mine.pk}/withdraw/")

    assert (answer.status_code, answer.json()["status"]) == (200, "inactive")
    assert client.post(f"/api/v1/consents/{mine.pk}/withdraw/").status_code == 409
    assert client.post(f"/api/v1/consents/{ConsentFactory().pk}/withdraw/").status_code == 404
