import pytest

from config.core.models import Role
from intake.models import Patient
from tests.factories.core import UserFactory
from tests.factories.intake import PatientFactory

pytestmark = pytest.mark.django_db
GRACE = {
    "given_name": "Grace",
    "family_name": "Sample",
    "birth_date": "1985-03-08",
    "sex_at_birth": "F",
    "phone": "+12125550123",
    "state": "NY",
    "time_zone": "America/New_York",
}


def test_register_answers_with_the_record(sign_in):
    user = UserFactory()

    answer = sign_in(user).post("/api/v1/patients/", GRACE)

    assert answer.status_code == 201
    assert answer.json() == {
        **GRACE, "id": str(Patient.objects.get(user=user).pk), "preferred_name": "", "gender_identity": "",
        "address_line": "", "city": "", "postal_code": "", "preferred_language": "en", "emergency_contact_name": "",
        "emergency_contact_phone": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"phone": "212 555 0123"}, "phone", "not-a-phone-number"),
        ({"postal_code": "ABC"}, "postal_code", "not-a-zip-code"),
        ({"state": "New York"}, "state", "invalid-choice"),
        ({"time_zone": "EST5"}, "time_zone", "unknown"),
        ({"birth_date": "2015-01-01"}, "birth_date", "under-age"),
        ({"birth_date": "8 March"}, "birth_date", "invalid"),
        ({"given_name": ""}, "given_name", "blank"),
        ({"given_name": None}, "given_name", "null"),
        ({"given_name": "x" * 101}, "given_name", "max-length"),
        ({"sex_at_birth": 7}, "sex_at_birth", "invalid-choice"),
        ({"is_admin": True}, "is_admin", "unknown-field"),
    ],
)
def test_register_names_the_field_that_is_wrong(sign_in, changes, field, code):
    answer = sign_in(UserFactory()).post("/api/v1/patients/", {**GRACE, **changes})

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]
    assert not Patient.objects.exists()


@pytest.mark.parametrize("code", ["", "10001", "10001-1234"])
def test_register_takes_a_zip_code_in_either_length(sign_in, code):
    answer = sign_in(UserFactory()).post("/api/v1/patients/", {**GRACE, "postal_code": code})

    assert (answer.status_code, answer.json()["postal_code"]) == (201, code)


@pytest.mark.parametrize("body", [{}, [], "text", 7], ids=["empty", "list", "text", "number"])
def test_register_refuses_a_body_that_is_none(sign_in, body):
    answer = sign_in(UserFactory()).post("/api/v1/patients/", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_register_refuses_twice_and_refuses_people_who_work_here(sign_in):
    twice = sign_in(PatientFactory().user).post("/api/v1/patients/", GRACE)
    staff = sign_in(UserFactory(role=Role.PRACTITIONER)).post("/api/v1/patients/", GRACE)

    assert (twice.status_code, twice.json()["code"]) == (409, "already-registered")
    assert (staff.status_code, staff.json()["code"]) == (403, "not-a-patient")


def test_me_is_ones_own_record(sign_in, django_assert_num_queries):
    patient = PatientFactory()
    client = sign_in(patient.user)

    with django_assert_num_queries(1):
        answer = client.get("/api/v1/patients/me/")

    assert (answer.status_code, answer.json()["id"]) == (200, str(patient.pk))
    assert sign_in(UserFactory()).get("/api/v1/patients/me/").status_code == 404


def test_me_changes_what_is_sent(sign_in):
    patient = PatientFactory(city="Albany", gender_identity="woman")

    answer = sign_in(patient.user).patch("/api/v1/patients/me/", {"city": "Troy", "time_zone": "America/Chicago"})

    assert (answer.status_code, answer.json()["city"], answer.json()["time_zone"]) == (200, "Troy", "America/Chicago")
    patient.refresh_from_db()
    assert (patient.city, patient.gender_identity) == ("Troy", "woman")


def test_me_refuses_what_cannot_be_true(sign_in):
    client = sign_in(PatientFactory().user)

    wrong = client.patch("/api/v1/patients/me/", {"state": "ZZ"})
    unknown = client.patch("/api/v1/patients/me/", {"user": 1})

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert unknown.json()["errors"][0]["code"] == "unknown-field"


def test_strangers_are_asked_to_sign_in(client):
    for path in ("patients/me/", "consents/", "consent-documents/"):
        assert client.get(f"/api/v1/{path}").status_code == 401
