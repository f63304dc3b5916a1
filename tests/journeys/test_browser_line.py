"""The whole line on a phone, in a real Chromium: a patient's and a clinician's, to a signed care plan."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from consultations.management import demo
from consultations.models import Appointment, ServiceRequest
from providers.models import AvailableTime, HealthcareService
from tests.factories.consultations import clinician
from tests.journeys.hands import answer_page, follow, label_of, press
from tests.journeys.program import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow(seconds=35), pytest.mark.django_db(transaction=True)]
LINE = "Stress and anxiety: could oxytocin therapy help?"


@pytest.fixture
def doctor(clinic):
    """Return a clinician of the line with a password, who works every weekday."""
    found = clinician(HealthcareService.objects.get(slug="stress-and-anxiety"), given_name="Ana", family_name="Rivera")
    found.user.set_password(PASSWORD)
    found.user.save()
    EmailAddress.objects.create(user=found.user, email=found.user.email, verified=True, primary=True)
    hours = AvailableTime.objects.get()
    for weekday in range(2, 6):
        AvailableTime.objects.create(schedule=hours.schedule, weekday=weekday, start_minute=540, end_minute=1020)
    return found


def test_a_patient_and_a_clinician_go_from_the_front_page_to_a_signed_plan(doctor, open_page, clock):
    patient, clinic = open_page(), open_page()

    # The patient signs up, says who they are, signs, answers everything, submits and books.
    sign_up(patient)
    say_who(patient)
    start(patient)
    do_every_part(patient)
    submit(patient)
    visit = book(patient)

    # The clinician takes the case and accepts it.
    sign_in(clinic, doctor.user.email)
    take(clinic)

    # On the day of the visit both sign in again; the patient checks in, the clinician does the rest.
    clock.move_to(visit.start_at - timedelta(minutes=5))
    sign_in(patient, visit.patient.user.email)
    check_in(patient, visit)
    sign_in(clinic, doctor.user.email)
    see(clinic, visit)
    determine(clinic)
    plan(clinic)

    # The patient reads the plan.
    patient.goto("/care-plans/")
    patient.locator("main a[href^='/care-plans/']").first.click()
    patient.get_by_role("heading", name="What to do").wait_for()
    assert ServiceRequest.objects.get().status == "completed"


def sign_up(page):
    page.goto("/")
    follow(page, "Get started")
    page.get_by_label("Email").fill("grace.sample@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Create account")
    page.get_by_role("heading", name="Check your email").wait_for()
    page.get_by_label("Code").fill(re.search(r"^ {4}(\S+)$", mail.outbox[-1].body, re.MULTILINE).group(1))
    press(page, "Confirm")
    page.wait_for_url("**/register/**")


def say_who(page):
    for label, words in (("First name", "Grace"), ("Last name", "Sample"), ("Mobile phone", "212 555 0123")):
        page.get_by_label(label).fill(words)
    page.locator("[name=birth_date_0]").select_option("3")
    page.locator("[name=birth_date_1]").fill("8")
    page.locator("[name=birth_date_2]").fill("1985")
    label_of(page, page.locator("[name=sex_at_birth][value=F]")).click()
    page.get_by_label("State where you are").select_option("NY")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(lambda url: "/register/" not in url)


def start(page):
    page.goto("/services/")
    follow(page, LINE)
    page.get_by_label("Which state will you be in during the visit?").select_option("NY")
    press(page, "Start")
    page.wait_for_url("**/cases/**")


def do_every_part(page):
    """Read and sign, and answer, whatever the case still lists."""
    case = page.url
    while (left := page.locator(".parts li:not(.is-done) a")).count():
        left.first.click()
        page.wait_for_url(lambda url: url != case)
        while (page.url != case and "/consent/" in page.url) or "/questions/" in page.url:
            one_page(page)
        page.goto(case)


def one_page(page):
    """Finish the page that is open."""
    here = page.url
    if "/consent/" in here:
        page.get_by_label("Your full name").fill("Grace Sample")
        page.locator("label[for=id_agreed]").click()
        press(page, "Sign")
    elif "/review/" in here:
        press(page, "These answers are right")
    else:
        answer_page(page, demo.ANSWERS)
        page.locator("main form .actions button[value=next]").click()
    page.wait_for_url(lambda url: url != here)


def submit(page):
    page.goto(f"{page.url}submit/")
    press(page, "Submit")
    page.get_by_text("Submitted. A clinician will look at your answers.").wait_for()


def book(page):
    follow(page, "Pick a time")
    page.locator("main form label:has(input[type=radio])").first.click()
    press(page, "Hold this time")
    press(page, "Book my visit")
    page.get_by_text("Your visit is booked.").wait_for()
    return Appointment.objects.select_related("patient__user").get()


def sign_in(page, email):
    page.context.clear_cookies()
    page.goto("/account/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")
    page.wait_for_url(lambda url: "/login/" not in url)


def take(page):
    page.goto("/clinic/queue/")
    press(page, "Take the next case")
    page.wait_for_url("**/clinic/cases/**")
    page.locator("summary", has_text="Accept").click()
    press(page, "Accept the case")
    page.wait_for_url("**/clinic/queue/**")


def check_in(page, visit):
    page.goto(f"/visits/{visit.pk}/")
    page.get_by_label("Which state are you in right now?").select_option("NY")
    page.locator("label[for=id_identity_confirmed]").click()
    press(page, "Check in")
    page.get_by_role("heading", name="You are checked in").wait_for()


def see(page, visit):
    page.goto(f"/clinic/visits/{visit.pk}/")
    press(page, "Begin the visit")
    page.get_by_label("Note of the visit").fill("We talked about worry and sleep.")
    press(page, "Finish the visit")
    page.wait_for_url("**/determination/")


def determine(page):
    for question in page.get_by_role("group").filter(has=page.get_by_label("Not met", exact=True)).all():
        question.get_by_text("Not met", exact=True).click()
    page.get_by_text("Not suitable", exact=True).click()
    page.get_by_label("Why?").fill("Established care comes first.")
    press(page, "Keep as a draft")
    page.get_by_text("Recorded as a draft.").wait_for()
    page.get_by_text("I have read this").click()
    press(page, "Sign the determination")


def plan(page):
    press(page, "Write the plan")
    for box in page.get_by_label("How").all():
        box.fill(box.input_value().replace("____", "As we agreed."))
    press(page, "Keep the plan")
    page.get_by_text("I have read this").click()
    press(page, "Sign the care plan")
    page.get_by_text("Signed. The patient can read the plan now.").wait_for()
