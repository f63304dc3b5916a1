"""The clinic's pages in a real browser: sound at both sizes, usable without JavaScript and by keyboard alone."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command

from consultations.flows import review, visit
from consultations.models import Appointment, ReviewTask
from intake.domain.codes import Severity
from providers.models import Practitioner
from tests.browser import pages
from tests.factories.clinic import accepted, answered, decided, flagged, planned, recorded, waiting
from tests.factories.consultations import AppointmentFactory, ReviewTaskFactory, ServiceRequestFactory, clinician
from tests.factories.core import AdminFactory
from tests.factories.providers import HealthcareServiceFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GAD_7 = {
    "instrument": "gad-7",
    "title": "GAD-7: anxiety",
    "items": ["q1"],
    "rule": "sum",
    "missing": "require-all",
    "minimum": 0,
    "maximum": 21,
    "bands": [
        {"from": 0, "to": 4, "label": "Minimal"},
        {"from": 5, "to": 9, "label": "Mild"},
        {"from": 10, "to": 14, "label": "Moderate"},
        {"from": 15, "to": 21, "label": "Severe"},
    ],
}


@pytest.fixture
def now():
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def case(now):
    """Return a case with answers, flags, a score with its course, an earlier case, a question and an answer."""
    service = HealthcareServiceFactory(name="Stress and anxiety")
    task = waiting(service, tier=1, due_at=now + timedelta(minutes=50))
    request = task.service_request
    practitioner = clinician(service, given_name="Ana", family_name="Rivera", credentials="MD")
    scored = answered(
        request,
        questionnaire__title="GAD-7",
        questionnaire__scores=[GAD_7],
        scores=[{"instrument": "gad-7", "value": 16, "band": "Severe"}],
    )
    other = HealthcareServiceFactory(name="Sleep")
    practitioner.roles.create(service=other)
    earlier = ServiceRequestFactory(patient=request.patient, service=other, submitted=True)
    answered(
        earlier,
        questionnaire=scored.questionnaire,
        answers={"q1": False, "q2": "Less sleep"},
        scores=[{"instrument": "gad-7", "value": 9, "band": "Mild"}],
    )
    flagged(request, severity=Severity.EMERGENCY)
    flagged(request, severity=Severity.CAUTION)
    claimed = review.claim(task_id=task.pk, by=practitioner.user, now=now)
    review.save_note(task_id=task.pk, fence=claimed.fence, note="Call in the morning.", by=practitioner.user, now=now)
    waiting(service, due_at=now - timedelta(hours=3))
    waiting(service, tier=0, due_at=now + timedelta(hours=1))
    return task, practitioner


def test_queue_and_case_are_sound(look, case):
    task, practitioner = case

    look("/clinic/queue/", name="clinic-queue", user=practitioner.user)
    look("/clinic/queue/?show=decided", name="clinic-queue-empty", user=practitioner.user)
    look(f"/clinic/cases/{task.pk}/", name="clinic-case", user=practitioner.user, schemes=("light", "dark"))


def test_case_to_take_is_sound(look, case):
    task = ReviewTask.objects.filter(tier=0).get()

    look(f"/clinic/cases/{task.pk}/", name="clinic-case-to-take", user=case[1].user)


def test_visits_and_a_visit_are_sound(look, now):
    practitioner = clinician(HealthcareServiceFactory())
    task = waiting(HealthcareServiceFactory())
    booked = AppointmentFactory(service_request=task.service_request, practitioner=practitioner, start_at=now)
    practitioner.roles.create(service=task.service)
    checked = visit.check_in(
        appointment_id=booked.pk, state="NY", identity_confirmed=True, by=booked.patient.user, now=now
    )
    look("/clinic/visits/", name="clinic-visits", user=practitioner.user)
    look(f"/clinic/visits/{booked.pk}/", name="clinic-visit-checked-in", user=practitioner.user)
    visit.begin(encounter_id=checked.pk, by=practitioner.user, now=now)
    look(f"/clinic/visits/{booked.pk}/", name="clinic-visit-going-on", user=practitioner.user)


def test_determination_is_sound(look):
    draft = recorded()
    user = draft.recorded_by

    look(f"/clinic/visits/{draft.encounter.appointment_id}/determination/", name="clinic-determination", user=user)


def test_determination_without_a_visit_is_sound(look):
    task, practitioner = accepted()
    user = practitioner.user

    look(f"/clinic/cases/{task.pk}/", name="clinic-case-accepted", user=user)
    look("/clinic/visits/", name="clinic-visits-accepted", user=user)
    decided(task, by=user)
    look(f"/clinic/cases/{task.pk}/determination/", name="clinic-case-determination", user=user)


def test_plan_is_sound(look):
    plan = planned()

    look(f"/clinic/determinations/{plan.determination_id}/care-plan/", name="clinic-plan", user=plan.recorded_by)


def test_next_case_is_taken_and_accepted_by_keyboard_without_javascript(open_page, now):
    task = waiting(due_at=now + timedelta(hours=1))
    practitioner = clinician(task.service)
    page = open_page(size=pages.PHONE, javascript=False, user=practitioner.user)

    page.goto("/clinic/queue/")
    page.get_by_role("button", name="Take the next case").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/clinic/cases/**")
    page.locator("summary", has_text="Accept").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Accept the case").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/clinic/queue/")

    task.refresh_from_db()
    assert task.outcome == "accepted"


def test_work_is_sound(look, case, now):
    task, _ = case
    for week in range(1, 9):
        for minutes in (40, 90 + 20 * week, 400):
            sent = now - timedelta(weeks=week)
            ReviewTaskFactory(
                service_request__service=task.service, service_request__submitted_at=sent, status="cancelled",
                first_claimed_at=sent + timedelta(minutes=minutes),
            )  # fmt: skip

    look("/clinic/workload/", name="clinic-workload", user=AdminFactory(), schemes=("light", "dark"))


def test_new_emergency_appears_without_a_reload_and_focus_stays(open_page, now):
    task = waiting(due_at=now + timedelta(hours=1))
    page = open_page(size=pages.DESK, user=clinician(task.service).user)
    page.goto("/clinic/queue/")
    page.get_by_role("link", name=task.service_request.patient.full_name).focus()

    urgent = waiting(task.service, tier=0, due_at=now + timedelta(hours=1))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    page.get_by_role("link", name=urgent.service_request.patient.full_name).wait_for()
    assert page.locator("[data-live-news]").inner_text() == "1 new emergency case."
    assert page.evaluate("document.activeElement.dataset.key") == f"open-{task.pk}"


def test_shortcuts_are_shown_by_a_key_and_can_be_switched_off(open_page, now):
    task = waiting(due_at=now + timedelta(hours=1))
    page = open_page(size=pages.DESK, user=clinician(task.service).user)
    page.goto("/clinic/queue/")

    page.keyboard.press("?")
    assert page.get_by_role("dialog").get_by_text("Take the next case").is_visible()
    page.get_by_label("Use single keys on this device").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    assert page.url.endswith("/clinic/queue/")
    page.keyboard.press("?")
    page.get_by_label("Use single keys on this device").check()
    page.keyboard.press("Escape")
    page.keyboard.press("n")

    page.wait_for_url("**/clinic/cases/**")


def test_note_is_kept_while_it_is_typed(open_page, case):
    task, practitioner = case
    page = open_page(size=pages.DESK, user=practitioner.user)
    page.goto(f"/clinic/cases/{task.pk}/")

    page.get_by_label("Draft note").fill("Typed, and never sent by a button.")
    page.get_by_text("Note kept").wait_for()

    assert task.notes.get().text == "Typed, and never sent by a button."


@pytest.mark.slow
def test_demo_goes_from_the_queue_to_a_signed_plan(open_page, look, tmp_path, monkeypatch, now):
    monkeypatch.setenv("ANTEROOM_STATE", str(tmp_path))
    call_command("seed_demo", stdout=StringIO())
    booked = Appointment.objects.select_related("patient__user").get(patient__given_name="Kim")
    task = ReviewTask.objects.select_related("service_request").get(service_request=booked.service_request_id)
    rivera = Practitioner.objects.get(user__email="rivera@demo.example")
    page = open_page(size=pages.DESK, user=rivera.user)

    accept(page, "Sam Sample (demo)")
    visit.check_in(
        appointment_id=booked.pk, state="NY", identity_confirmed=True, by=booked.patient.user, now=now
    )  # fmt: skip
    see(page, booked)
    determine(page)
    look(f"/clinic/visits/{booked.pk}/determination/", name="clinic-demo-determination", user=rivera.user)
    plan(page)

    page.get_by_text("Signed. The patient can read the plan now.").wait_for()
    look(f"/clinic/cases/{task.pk}/", name="clinic-demo-case", user=rivera.user)
    look(urlsplit(page.url).path, name="clinic-demo-plan", user=rivera.user)
    task.service_request.refresh_from_db()
    assert task.service_request.status == "completed"


def accept(page, name):
    page.goto("/clinic/queue/")
    page.get_by_role("button", name=f"the case of {name}").click()
    page.wait_for_url("**/clinic/cases/**")
    page.locator("summary", has_text="Accept").click()
    page.get_by_role("button", name="Accept the case").click()


def see(page, booked):
    page.goto(f"/clinic/visits/{booked.pk}/")
    page.get_by_role("button", name="Begin the visit").click()
    page.get_by_label("Note of the visit").fill("We talked about worry and sleep.")
    page.get_by_role("button", name="Finish the visit").click()
    page.wait_for_url("**/determination/")


def determine(page):
    for question in page.get_by_role("group").filter(has=page.get_by_label("Not met", exact=True)).all():
        question.get_by_text("Not met", exact=True).click()
    page.get_by_text("Not suitable", exact=True).click()
    page.get_by_label("Why?").fill("Established care comes first.")
    page.get_by_role("button", name="Keep as a draft").click()
    page.get_by_text("Recorded as a draft.").wait_for()


def plan(page):
    page.get_by_text("I have read this").click()
    page.get_by_role("button", name="Sign the determination").click()
    page.get_by_role("button", name="Write the plan").click()
    for box in page.get_by_label("How").all():
        box.fill(box.input_value().replace("____", "As we agreed."))
    page.get_by_role("button", name="Keep the plan").click()
    page.get_by_text("I have read this").click()
    page.get_by_role("button", name="Sign the care plan").click()
