from datetime import timedelta

import pytest
import time_machine

from consultations.models import Appointment, Encounter
from tests.consultations.html.reading import assert_shows, text_of
from tests.factories.consultations import AppointmentFactory, ServiceRequestFactory, clinician
from tests.factories.intake import PatientFactory
from tests.factories.providers import NINE

pytestmark = pytest.mark.django_db


def url(visit, path=""):
    return f"/visits/{visit.pk}/{path}"


@pytest.fixture
def visit():
    case = ServiceRequestFactory(submitted=True)
    return AppointmentFactory(service_request=case, practitioner=clinician(case.service))


def test_a_visit_names_the_zone_of_its_reader(browse, visit):
    visit.patient.time_zone = "America/Los_Angeles"
    visit.patient.save()

    answer = browse(visit.patient.user).get(url(visit))

    assert_shows(
        answer, "Monday, June 1, 2026 at 6:00 AM PDT", "For your clinician it is 9:00 AM EDT", "Add to my calendar"
    )


def test_a_visit_says_when_check_in_opens_and_what_can_be_changed(browse, visit):
    answer = browse(visit.patient.user).get(url(visit))

    assert_shows(answer, "Check-in opens Mon, Jun 1, 8:30 AM EDT", "Move", "Cancel", "until 4 hours before it starts")


def test_close_to_the_visit_only_calling_helps(browse, visit):
    with time_machine.travel(NINE - timedelta(hours=1), tick=False):
        answer = browse(visit.patient.user).get(url(visit))

    assert_shows(answer, "It is too late for that now")
    assert url(visit, "cancel/") not in answer.content.decode()


def test_checking_in_says_where_one_is_and_who(browse, visit):
    with time_machine.travel(NINE - timedelta(minutes=10), tick=False):
        browser = browse(visit.patient.user)
        assert_shows(browser.get(url(visit)), "Which state are you in right now?", visit.patient.full_name)
        answer = browser.post(url(visit, "check-in/"), {"state": "NY", "identity_confirmed": "on"}, follow=True)

    assert_shows(answer, "You are checked in.")
    assert Encounter.objects.get().identity_confirmed


@pytest.mark.parametrize("words", [{}, {"state": "NY"}, {"identity_confirmed": "on"}, {"state": "ZZ"}])
def test_checking_in_needs_both(browse, visit, words):
    with time_machine.travel(NINE, tick=False):
        answer = browse(visit.patient.user).post(url(visit, "check-in/"), words)

    assert answer.status_code == 422
    assert not Encounter.objects.exists()


def test_checking_in_where_the_clinician_has_no_licence_says_so(browse, visit):
    with time_machine.travel(NINE, tick=False):
        words = {"state": "NJ", "identity_confirmed": "on"}
        answer = browse(visit.patient.user).post(url(visit, "check-in/"), words, follow=True)

    assert_shows(answer, "cannot take place while you are there")
    assert not Encounter.objects.exists()


def test_home_asks_to_check_in_when_it_is_time(browse, visit):
    with time_machine.travel(NINE - timedelta(minutes=10), tick=False):
        answer = browse(visit.patient.user).get("/home/")

    assert_shows(answer, "Your visit is about to start. Please check in.", "Check in")


def test_cancelling_asks_first_and_names_the_policy(browse, visit):
    browser = browse(visit.patient.user)

    assert_shows(browser.get(url(visit, "cancel/")), "Cancel your visit?", "until 4 hours before it starts")
    assert_shows(
        browser.post(url(visit, "cancel/"), {"reason": "Away."}, follow=True), "Your visit is cancelled.", "Pick a time"
    )
    assert Appointment.objects.get().cancel_reason == "Away."


def test_cancelling_too_late_says_whom_to_call(browse, visit):
    with time_machine.travel(NINE - timedelta(hours=1), tick=False):
        browser = browse(visit.patient.user)
        assert_shows(browser.get(url(visit, "cancel/")), "too late to cancel this visit here")
        browser.post(url(visit, "cancel/"), {"reason": ""})

    assert Appointment.objects.get().status == "booked"


@pytest.mark.parametrize(("status", "words"), [("cancelled", "was cancelled"), ("noshow", "We missed you")])
def test_a_visit_that_is_over_says_what_comes_next(browse, status, words):
    visit = AppointmentFactory(status=status)

    answer = browse(visit.patient.user).get(url(visit))

    assert_shows(answer, words, "See what comes next")
    assert "Add to my calendar" not in text_of(answer)


def test_the_calendar_file_is_downloaded(browse, visit):
    answer = browse(visit.patient.user).get(url(visit, "calendar.ics"))

    assert answer["Content-Type"].startswith("text/calendar")
    assert b"SEQUENCE:0" in answer.content


@pytest.mark.parametrize("path", ["", "cancel/", "calendar.ics"])
def test_a_visit_of_somebody_else_does_not_exist(browse, visit, path):
    readers = [PatientFactory().user, visit.practitioner.user]

    assert [browse(reader).get(url(visit, path)).status_code for reader in readers] == [404, 404]


def test_a_visit_that_was_moved_as_often_as_it_can_be_says_so(browse, visit):
    visit.reschedules = visit.service_request.change_policy.max_reschedules
    visit.save(update_fields=["reschedules"])

    answer = browse(visit.patient.user).get(url(visit))

    assert_shows(answer, "moved as often as it can be. You can still cancel it.", "Call us")


def test_cancelling_what_is_over_leads_to_the_visit_and_calls_nothing_late(browse):
    visit = AppointmentFactory(status="cancelled")

    answer = browse(visit.patient.user).get(url(visit, "cancel/"), follow=True)

    assert_shows(answer, "This visit was cancelled")
    assert "too late" not in text_of(answer)


def test_the_address_to_check_in_at_leads_to_the_visit_when_it_is_opened(browse, visit):
    assert browse(visit.patient.user).get(url(visit, "check-in/")).url == url(visit)
