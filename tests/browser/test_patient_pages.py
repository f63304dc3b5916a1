"""The patient's pages look right at both sizes, axe finds nothing, and they work without JavaScript and by keyboard."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from consultations.flows import plan_care, waitlist
from consultations.models import Appointment, WaitlistEntry, WaitlistOffer
from tests.consultations.html.test_patient_plans import measuring, scored
from tests.factories.clinic import planned
from tests.factories.consultations import (
    AppointmentFactory,
    ReviewTaskFactory,
    ServiceRequestFactory,
    SupportingInfoFactory,
    clinician,
    held,
)
from tests.factories.core import UserFactory
from tests.factories.intake import FlagFactory, PatientFactory
from tests.factories.providers import NINE, HealthcareServiceFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MORNING = datetime(2026, 5, 31, 23, tzinfo=UTC)
LINE = {
    "name": "Stress and anxiety",
    "summary": "Worry that does not stop, looked at by a clinician.",
    "what_is_asked": "Your health, your medicines and how you feel.",
}


@pytest.fixture(autouse=True)
def on_sunday():
    with time_machine.travel(MORNING, tick=True):
        yield


@pytest.fixture
def case():
    return ServiceRequestFactory(submitted=True, service=HealthcareServiceFactory(**LINE))


def test_public_pages_are_sound(look, case):
    look("/services/", name="services", schemes=("light", "dark"))
    look(f"/services/{case.service.slug}/", name="service")


def test_starting_is_sound(look, case):
    look(f"/services/{case.service.slug}/", name="service-start", user=PatientFactory().user)


def test_home_is_sound(look, case):
    ServiceRequestFactory(patient=case.patient, status="revoked")
    look("/home/", name="home", user=case.patient.user, schemes=("light", "dark"))
    look("/home/", name="home-empty", user=PatientFactory().user)


def test_a_draft_is_sound(look):
    case = ServiceRequestFactory(service__name=LINE["name"])
    info = SupportingInfoFactory(service_request=case, questionnaire_response__answers={"hours": 6, "snores": True})
    look(f"/cases/{case.pk}/", name="case-draft", user=case.patient.user)
    look(f"/cases/{case.pk}/submit/", name="submit-case", user=case.patient.user)
    FlagFactory(response=info.questionnaire_response)
    look(f"/cases/{case.pk}/", name="case-crisis", user=case.patient.user)


def test_a_submitted_case_is_sound(look, case):
    ReviewTaskFactory(service_request=case)
    case.asks.create(message="Which dose do you take?", asked_at=MORNING, asked_by=UserFactory())
    look(f"/cases/{case.pk}/", name="case-question", user=case.patient.user)
    look(f"/cases/{case.pk}/withdraw/", name="withdraw-case", user=case.patient.user)


def test_times_are_sound(look, case):
    for name in ("Hopper", "Noether"):
        clinician(case.service, family_name=name)
    look(f"/cases/{case.pk}/times/", name="pick-time", user=case.patient.user, schemes=("light", "dark"))
    hold = held(case, expires_at=MORNING + timedelta(minutes=10))
    look(f"/cases/{case.pk}/times/{hold.pk}/", name="confirm-time", user=case.patient.user)


def test_times_in_spanish_are_sound_and_a_month_without_any_says_so(look, case):
    for name in ("Hopper", "Noether"):
        clinician(case.service, family_name=name)
    case.patient.preferred_language = "es"
    case.patient.save()
    look(f"/cases/{case.pk}/times/", name="pick-time-es", user=case.patient.user)
    look(f"/cases/{case.pk}/times/?month=2027-05", name="pick-time-empty-month-es", user=case.patient.user)


def test_no_times_are_sound(look, case):
    look(f"/cases/{case.pk}/times/", name="pick-time-empty", user=case.patient.user)


def test_the_waitlist_is_sound(look, case):
    noon = MORNING - timedelta(hours=7)
    user = case.patient.user
    with time_machine.travel(noon, tick=True):
        look(f"/cases/{case.pk}/waitlist/", name="waitlist-join", user=user)
        waitlist.join(request_id=case.pk, wanted=waitlist.Wanted(before=NINE), by=user, now=noon)
        look(f"/cases/{case.pk}/waitlist/", name="waitlist", user=user)
        WaitlistEntry.objects.update(before=None)
        clinician(case.service)
        waitlist.work(clock=lambda: noon)
        offer = WaitlistOffer.objects.get()
        look(f"/offers/{offer.pk}/", name="offer", user=user, schemes=("light", "dark"))
        look("/home/", name="home-offer", user=user)
    look(f"/offers/{offer.pk}/", name="offer-over", user=user)


def test_a_visit_is_sound(look):
    visit = AppointmentFactory(service_request__service=HealthcareServiceFactory(**LINE))
    look(f"/visits/{visit.pk}/", name="visit", user=visit.patient.user)
    look(f"/visits/{visit.pk}/cancel/", name="cancel-visit", user=visit.patient.user)
    with time_machine.travel(NINE - timedelta(minutes=5), tick=True):
        look(f"/visits/{visit.pk}/", name="visit-check-in", user=visit.patient.user, schemes=("light", "dark"))


def test_a_care_plan_is_sound(look):
    written = planned()
    plan = plan_care.sign(care_plan_id=written.pk, by=written.recorded_by, now=written.recorded_at)
    scored(plan, measuring(plan), 9, days=10)
    look("/care-plans/", name="care-plans", user=plan.patient.user)
    look(f"/care-plans/{plan.pk}/", name="care-plan", user=plan.patient.user)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_visit_is_booked_moved_and_cancelled_by_keyboard_alone(open_page, case, javascript):
    clinician(case.service)
    page = open_page(user=case.patient.user, javascript=javascript)

    page.goto(f"/cases/{case.pk}/times/")
    pick(page, "9:00 AM")
    press(page, "Hold this time")
    press(page, "Book my visit")
    assert "9:00 AM" in page.inner_text("main")

    page.get_by_role("link", name="Move", exact=True).press("Enter")
    pick(page, "10:30 AM")
    press(page, "Hold this time")
    press(page, "Move my visit")
    assert "10:30 AM" in page.inner_text("main")

    page.get_by_role("link", name="Cancel", exact=True).press("Enter")
    press(page, "Cancel the visit")
    assert "Your visit is cancelled" in page.inner_text("main")
    assert Appointment.objects.get().status == "cancelled"


def pick(page, label):
    """Choose the first time of this label with the space bar."""
    page.get_by_role("radio", name=label).first.press("Space")


def press(page, name):
    """Press a button with the enter key."""
    page.get_by_role("button", name=name).press("Enter")
