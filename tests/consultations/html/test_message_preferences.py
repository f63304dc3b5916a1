"""Which messages a person gets, how and when; and the link that ends them."""

from datetime import time

import pytest
from django.test import Client

from consultations.adapters import links
from consultations.adapters.links import Purpose
from consultations.domain.codes import CommunicationKind
from consultations.models import Communication, CommunicationPreference
from tests.consultations.html.reading import assert_shows, text_of
from tests.factories.consultations import AppointmentFactory
from tests.factories.intake import PatientFactory
from tests.factories.providers import NINE, HealthcareServiceFactory, clinician

pytestmark = pytest.mark.django_db
PAGE = "/account/messages/"
CHOICE = {"channel": "sms", "optional_mail": "no", "quiet_from": "21:00", "quiet_until": "07:30"}


@pytest.fixture(autouse=True)
def texts(settings):
    settings.TEXT_MESSAGES = "twilio"


def test_a_choice_is_kept_and_shown_again(browse):
    browser = browse(PatientFactory().user)

    assert_shows(browser.post(PAGE, CHOICE, follow=True), "Saved.")

    kept = CommunicationPreference.objects.get()
    assert (kept.quiet_from, kept.quiet_until) == (time(21), time(7, 30))
    assert kept.unsubscribed_at
    assert kept.texts_wanted_at
    assert '<option value="07:30" selected>' in browser.get(PAGE).content.decode()


def test_hours_are_named_by_the_zone_of_the_reader(browse):
    page = browse(PatientFactory(time_zone="America/Denver").user).get(PAGE)

    assert_shows(page, "Hours are by the clock: Denver time.")


def test_what_was_typed_stays_when_it_is_refused(browse):
    page = browse(PatientFactory().user).post(PAGE, {**CHOICE, "quiet_until": "20:30"})

    assert_shows(page, "Leave at least four hours of the day for messages.", status=422)
    assert '<option value="20:30" selected>' in page.content.decode()
    assert not CommunicationPreference.objects.filter(quiet_from=time(21)).exists()


def test_without_a_carrier_no_texts_are_offered(browse, settings):
    settings.TEXT_MESSAGES = ""

    assert "By text message" not in text_of(browse(PatientFactory().user).get(PAGE))


def test_only_who_is_signed_in_sees_it():
    assert Client().get(PAGE).status_code == 302


@pytest.fixture
def link():
    visit = AppointmentFactory()
    Communication.objects.plan(
        subject=visit, kind=CommunicationKind.VISIT_IN_A_DAY, recipient_id=visit.patient.user_id, due_at=NINE
    )
    return f"/u/{links.token(Purpose.UNSUBSCRIBE, Communication.objects.get().pk)}/"


def test_the_mail_program_ends_mails_with_one_post_and_no_cookie(link):
    answer = Client(enforce_csrf_checks=True).post(link, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert CommunicationPreference.objects.get().unsubscribed_at


def test_a_person_is_asked_first(link):
    assert_shows(Client().get(link), "End these emails?", "We still write about your safety")
    assert CommunicationPreference.objects.get().unsubscribed_at is None


def test_a_made_up_link_ends_nothing(link):
    for token in ("made-up", links.token(Purpose.ANSWER, Communication.objects.get().pk)):
        assert Client().post(f"/u/{token}/").status_code == 404
    assert CommunicationPreference.objects.get().unsubscribed_at is None


def test_a_clinician_chooses_whether_to_be_told_of_each_visit(browse):
    browser = browse(clinician(HealthcareServiceFactory()).user)
    assert "visit_mail" in browser.get(PAGE).content.decode()

    browser.post(PAGE, {**CHOICE, "channel": "email", "visit_mail": "no"})

    assert CommunicationPreference.objects.get().visit_mail is False
    assert browser.get(PAGE).context["form"].initial["visit_mail"] == "no"


def test_patients_are_not_asked_about_visits_of_others(browse):
    assert "visit_mail" not in browse(PatientFactory().user).get(PAGE).content.decode()
