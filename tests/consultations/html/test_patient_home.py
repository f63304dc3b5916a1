import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.core.models import Role
from consultations.models import ServiceRequest
from tests.consultations.html.reading import assert_shows
from tests.factories.consultations import AppointmentFactory, ServiceRequestFactory, asking_service
from tests.factories.core import UserFactory
from tests.factories.intake import PatientFactory
from tests.factories.providers import HealthcareServiceFactory

pytestmark = pytest.mark.django_db


def test_home_asks_somebody_new_who_they_are(browse):
    assert browse(UserFactory()).get("/home/").url == "/register/"


@pytest.mark.parametrize(("role", "page"), [(Role.PRACTITIONER, "/clinic/queue/"), (Role.ADMIN, "/admin/")])
def test_home_leads_people_who_work_here_to_their_pages(browse, role, page):
    assert browse(UserFactory(role=role)).get("/home/").url == page


def test_home_without_a_case_offers_the_services(browse):
    assert_shows(browse(PatientFactory().user).get("/home/"), "Nothing is waiting for you", "Choose a service")


def test_home_says_whose_turn_it_is_and_what_to_do(browse):
    case = ServiceRequestFactory(submitted=True)

    answer = browse(case.patient.user).get("/home/")

    assert_shows(answer, "Hello, Grace", case.service.name, "Your turn", "Pick a time")


def test_home_shows_the_visit_in_the_zone_of_the_patient(browse):
    visit = AppointmentFactory()

    assert_shows(browse(visit.patient.user).get("/home/"), "Monday, June 1, 2026 at 9:00 AM EDT", "See your visit")


def test_home_keeps_cases_that_are_over_apart(browse):
    case = ServiceRequestFactory(status="revoked")

    assert_shows(browse(case.patient.user).get("/home/"), "Earlier", "You withdrew this.")


def test_home_shows_nothing_of_other_patients(browse):
    other = ServiceRequestFactory(submitted=True, service__name="A line of somebody else")

    assert b"A line of somebody else" not in browse(PatientFactory().user).get("/home/").content
    assert other


def test_home_takes_as_many_queries_for_many_cases_as_for_few(browse):
    counts = []
    for number in (5, 20):
        patient = PatientFactory()
        for _ in range(number):
            AppointmentFactory(service_request__patient=patient, status="cancelled")
        browser = browse(patient.user)
        browser.get("/home/")
        with CaptureQueriesContext(connection) as captured:
            browser.get("/home/")
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_services_are_there_for_everybody():
    HealthcareServiceFactory(name="Sleep")
    HealthcareServiceFactory(name="Retired line", is_active=False)

    answer = Client().get("/services/")

    assert_shows(answer, "What we can help with", "Sleep")
    assert b"Retired line" not in answer.content


def test_a_service_without_visits_speaks_of_none():
    HealthcareServiceFactory(name="In writing", pathway="asynchronous")

    assert "minute visit" not in Client().get("/services/").content.decode()


def test_a_service_says_what_it_takes_and_how_to_begin():
    line = HealthcareServiceFactory(name="Sleep", what_is_asked="Nights and days.")

    assert_shows(
        Client().get(f"/services/{line.slug}/"), "Sleep", "Nights and days.", ["New Jersey", "New York"][0],
        "Create an account", "Sign in",
    )  # fmt: skip


def test_a_service_of_many_states_counts_them_and_names_them_below():
    line = HealthcareServiceFactory(states=["NY", "NJ", "CA", "TX", "FL", "OH", "WA", "OR", "ME", "DC"])

    assert_shows(Client().get(f"/services/{line.slug}/"), "9 states and District of Columbia", "Florida, Maine")


def test_a_retired_service_does_not_exist():
    assert Client().get(f"/services/{HealthcareServiceFactory(is_active=False).slug}/").status_code == 404


def test_somebody_not_registered_is_asked_to(browse):
    line = HealthcareServiceFactory()

    assert_shows(browse(UserFactory()).get(f"/services/{line.slug}/"), "Tell us who you are")


def test_starting_makes_a_case(browse):
    patient, line = PatientFactory(), asking_service()

    answer = browse(patient.user).post(f"/services/{line.slug}/", {"state": "NJ"})

    case = ServiceRequest.objects.get()
    assert (answer.url, case.state, case.status) == (f"/cases/{case.pk}/", "NJ", "draft")


def test_starting_twice_leads_to_the_open_case(browse):
    patient, line = PatientFactory(), asking_service()
    browser = browse(patient.user)

    answers = [browser.post(f"/services/{line.slug}/", {"state": "NY"}) for _ in range(2)]

    assert answers[0].url == answers[1].url


@pytest.mark.parametrize("state", ["", "CA"])
def test_starting_needs_a_state_that_is_served(browse, state):
    line = asking_service()

    answer = browse(PatientFactory().user).post(f"/services/{line.slug}/", {"state": state})

    assert answer.status_code == 200
    assert answer.context["form"].errors["state"]
    assert not ServiceRequest.objects.exists()


def test_starting_under_age_says_from_when(browse):
    line = asking_service(minimum_age_years=99)

    answer = browse(PatientFactory().user).post(f"/services/{line.slug}/", {"state": "NY"}, follow=True)

    assert_shows(answer, "for people aged 99 and over")


def test_starting_without_signing_in_asks_to():
    line = asking_service()

    assert Client().post(f"/services/{line.slug}/", {"state": "NY"}).url.startswith("/account/login/?next=")
