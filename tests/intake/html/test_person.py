import pytest

from intake.models import Patient
from tests.factories.core import UserFactory
from tests.factories.intake import PatientFactory

pytestmark = pytest.mark.django_db
GRACE = {
    "given_name": "Grace",
    "family_name": "Sample",
    "birth_date_0": "3",
    "birth_date_1": "8",
    "birth_date_2": "1985",
    "sex_at_birth": "F",
    "phone": "(212) 555-0123",
    "state": "IL",
    "preferred_language": "en",
}


def test_register_takes_numbers_as_people_write_them_and_the_zone_of_the_state(client):
    user = UserFactory()
    client.force_login(user)

    assert client.get("/register/").status_code == 200
    answer = client.post("/register/", {**GRACE, "next": "/services/"})

    patient = Patient.objects.get(user=user)
    assert answer.headers["Location"] == "/services/"
    assert (str(patient.phone), str(patient.time_zone)) == ("+12125550123", "America/Chicago")
    assert client.get("/register/").headers["Location"] == "/home/"


def test_register_keeps_what_was_typed_and_names_what_is_wrong(client):
    client.force_login(UserFactory())

    answer = client.post("/register/", {**GRACE, "birth_date_2": "2015", "phone": "12"})

    page = answer.content.decode()
    assert "You must be 18 or older" in page
    assert "Enter a phone number with its area code" in page
    assert 'value="Grace"' in page
    assert 'id="error-summary"' in page
    assert not Patient.objects.exists()


def test_register_goes_nowhere_else(client):
    client.force_login(UserFactory())

    assert client.post("/register/", {**GRACE, "next": "https://evil.example/"}).headers["Location"] == "/home/"


def test_details_are_shown_and_changed(client):
    patient = PatientFactory(city="Albany")
    client.force_login(patient.user)

    page = client.get("/details/").content.decode()
    answer = client.post("/details/", {**GRACE, "city": "Troy", "state": "NY"})

    assert "(212) 555-0123" in page
    assert "Albany" in page
    assert answer.status_code == 302
    patient.refresh_from_db()
    assert (patient.city, str(patient.time_zone)) == ("Troy", "America/New_York")


def test_details_of_somebody_unknown_are_asked_first(client):
    client.force_login(UserFactory())

    assert client.get("/details/").headers["Location"] == "/register/"


def test_pages_ask_strangers_to_sign_in(client):
    for path in ("/register/", "/details/", "/consent/"):
        assert client.get(path).headers["Location"].startswith("/account/login/")


def test_a_phone_of_another_country_can_be_saved_again_as_it_is_shown(client):
    patient = PatientFactory(phone="+34600123456")
    client.force_login(patient.user)
    shown = client.get("/details/").context["form"].initial["phone"]

    answer = client.post("/details/", {**GRACE, "phone": shown})

    patient.refresh_from_db()
    assert (answer.status_code, str(patient.phone)) == (302, "+34600123456")
