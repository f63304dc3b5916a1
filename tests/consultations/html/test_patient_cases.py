from datetime import UTC, datetime, timedelta

import pytest

from consultations.models import ServiceRequest
from tests.consultations.html.reading import assert_shows, text_of
from tests.factories.consultations import (
    AppointmentFactory,
    ReviewTaskFactory,
    ServiceRequestFactory,
    SupportingInfoFactory,
)
from tests.factories.core import UserFactory
from tests.factories.intake import ConsentDocumentFactory, FlagFactory, PatientFactory
from tests.factories.providers import NOW

pytestmark = pytest.mark.django_db


def url(case, path=""):
    return f"/cases/{case.pk}/{path}"


def test_a_draft_names_what_is_missing_with_a_way_there(browse):
    case = ServiceRequestFactory()
    response = SupportingInfoFactory(service_request=case).questionnaire_response
    document = ConsentDocumentFactory(title="Telehealth consent")
    document.services.add(case.service)

    answer = browse(case.patient.user).get(url(case))

    assert_shows(answer, "Your turn", "Telehealth consent", "to read and sign", "Your sleep", "about 3 minutes")
    assert_shows(answer, "Next: Telehealth consent")
    page = answer.content.decode()
    assert f"/consent/{document.pk}/?next={url(case)}" in page
    assert f"/questions/{response.pk}/" in page


def test_a_draft_ticks_off_what_is_done(browse):
    case = ServiceRequestFactory()
    SupportingInfoFactory(service_request=case, finished=True)
    left = SupportingInfoFactory(service_request=case).questionnaire_response

    page = browse(case.patient.user).get(url(case)).content.decode()

    assert page.count('class="is-done"') == 1
    assert f"Next: {left.questionnaire.title}" in page


def test_a_finished_draft_leads_to_submitting(browse):
    case = ServiceRequestFactory()
    SupportingInfoFactory(service_request=case, finished=True)

    assert_shows(browse(case.patient.user).get(url(case)), "Look over and submit")


def test_a_submitted_case_says_by_when_it_is_looked_at(browse):
    case = ServiceRequestFactory(submitted=True, service__pathway="review-first")

    answer = browse(case.patient.user).get(url(case))

    assert_shows(answer, "Your clinician is next", "A clinician looks at it by Tue, Jun 2, 7:00 PM EDT")


def test_a_declined_case_shows_why(browse):
    task = ReviewTaskFactory(
        status="completed", outcome="declined", decided_at=NOW, decided_by=UserFactory(),
        service_request__status="revoked", service_request__decision_note="Please see a doctor in person.",
    )  # fmt: skip

    answer = browse(task.service_request.patient.user).get(url(task.service_request))

    assert_shows(answer, "could not take this further", "Please see a doctor in person.")
    assert "Withdraw" not in text_of(answer)


def test_a_question_of_the_clinician_is_answered_on_the_page(browse):
    case = ServiceRequestFactory(submitted=True, status="on-hold")
    ask = case.asks.create(message="Which dose do you take?", asked_at=NOW, asked_by=UserFactory())
    browser = browse(case.patient.user)

    assert_shows(browser.get(url(case)), "Your clinician asks", "Which dose do you take?")
    sent = browser.post(url(case, f"questions/{ask.pk}/"), {"answer": "Ten milligrams."}, follow=True)

    assert_shows(sent, "Your answer is with your clinician.", "Questions you answered", "Ten milligrams.")


def test_a_question_that_is_answered_already_says_so(browse):
    case = ServiceRequestFactory(submitted=True, status="on-hold")
    ask = case.asks.create(message="Which dose?", asked_at=NOW, asked_by=UserFactory())
    browser = browse(case.patient.user)

    answers = [browser.post(url(case, f"questions/{ask.pk}/"), {"answer": "Ten."}, follow=True) for _ in range(2)]

    assert_shows(answers[1], "already answered")


def test_an_empty_answer_is_asked_for_again(browse):
    case = ServiceRequestFactory(submitted=True, status="on-hold")
    ask = case.asks.create(message="Which dose?", asked_at=NOW, asked_by=UserFactory())

    answer = browse(case.patient.user).post(url(case, f"questions/{ask.pk}/"), {"answer": " "})

    assert_shows(answer, "Write your answer first.", status=422)


@pytest.mark.parametrize("path", ["", "submit/", "withdraw/", "times/"])
def test_a_case_of_somebody_else_does_not_exist(browse, path):
    case = ServiceRequestFactory(submitted=True)

    assert browse(PatientFactory().user).get(url(case, path)).status_code == 404


def test_submit_shows_every_answer_and_submits(browse):
    case = ServiceRequestFactory()
    info = SupportingInfoFactory(
        service_request=case, questionnaire_response__answers={"hours": 6, "snores": True, "snores-since": "2020"}
    )
    browser = browse(case.patient.user)

    assert_shows(
        browser.get(url(case, "submit/")), "Your sleep", "How many hours do you sleep?", "6", "Do you snore?", "Yes",
        "Since when?", "2020", "Still missing",
    )  # fmt: skip
    _finish(info.questionnaire_response)
    assert_shows(browser.post(url(case, "submit/"), follow=True), "Submitted.")
    assert ServiceRequest.objects.get().status == "active"


def test_submit_too_early_says_what_is_missing(browse):
    case = ServiceRequestFactory()
    SupportingInfoFactory(service_request=case)

    answer = browse(case.patient.user).post(url(case, "submit/"), follow=True)

    assert_shows(answer, "One thing is still missing.", "Still missing")


def test_submit_of_a_submitted_case_leads_to_it(browse):
    case = ServiceRequestFactory(submitted=True)

    assert browse(case.patient.user).post(url(case, "submit/")).url == url(case)


@pytest.mark.parametrize("path", ["", "submit/"])
def test_somebody_who_may_be_in_danger_sees_whom_to_call(browse, path):
    case = ServiceRequestFactory()
    FlagFactory(response=SupportingInfoFactory(service_request=case).questionnaire_response)

    assert_shows(browse(case.patient.user).get(url(case, path)), "Call 911", "Call 988", "Text 988")


def test_flags_are_not_shown_to_patients(browse):
    case = ServiceRequestFactory()
    FlagFactory(response=SupportingInfoFactory(service_request=case).questionnaire_response)

    assert "Thoughts of self-harm" not in text_of(browse(case.patient.user).get(url(case)))


def test_withdraw_asks_first(browse):
    case, browser = (made := ServiceRequestFactory()), browse(made.patient.user)

    assert_shows(browser.get(url(case, "withdraw/")), "Withdraw this request?")
    assert_shows(browser.post(url(case, "withdraw/"), follow=True), "You can start again whenever you like.")
    assert ServiceRequest.objects.get().status == "revoked"


def test_a_draft_that_was_withdrawn_does_not_say_that_its_questions_are_done(browse):
    case = ServiceRequestFactory(status="revoked", closed_at=NOW)

    page = text_of(browse(case.patient.user).get(url(case)))

    assert "Your questions" not in page
    assert "Step by step" not in page


def test_withdraw_leads_to_cancelling_the_visit_first(browse):
    visit = AppointmentFactory(start_at=NOW + timedelta(days=3))
    browser = browse(visit.patient.user)

    assert_shows(browser.get(url(visit.service_request, "withdraw/")), "Cancel the visit first.")
    assert_shows(browser.post(url(visit.service_request, "withdraw/"), follow=True), "Cancel your visit first")


def _finish(response):
    response.status, response.completed_at, response.completed_by = "completed", NOW, response.patient.user
    response.save()


def test_a_case_that_waits_says_how_long_such_cases_waited(browse):
    now = datetime.now(UTC)
    task = ReviewTaskFactory(service_request__submitted_at=now, service_request__service__pathway="review-first")
    for minutes in range(1, 22):
        ReviewTaskFactory(
            service_request__service=task.service,
            service_request__submitted_at=now - timedelta(days=1),
            first_claimed_at=now - timedelta(days=1) + timedelta(minutes=minutes),
        )

    answer = browse(task.service_request.patient.user).get(url(task.service_request))

    assert_shows(answer, "seen to within 11 minutes, nine of ten within 19 minutes")


def test_a_case_that_waits_longer_than_nine_of_ten_says_so(browse):
    now = datetime.now(UTC)
    sent = now - timedelta(hours=5)
    task = ReviewTaskFactory(service_request__submitted_at=sent, service_request__service__pathway="review-first")
    for minutes in range(1, 22):
        ReviewTaskFactory(
            service_request__service=task.service,
            service_request__submitted_at=sent - timedelta(days=1),
            first_claimed_at=sent - timedelta(days=1) + timedelta(minutes=minutes),
        )

    answer = browse(task.service_request.patient.user).get(url(task.service_request))

    assert_shows(answer, "Yours is taking longer than that. It keeps its place")


def test_a_case_that_waits_says_nothing_from_too_little_history(browse):
    task = ReviewTaskFactory(service_request__service__pathway="review-first")

    assert "nine of ten" not in text_of(browse(task.service_request.patient.user).get(url(task.service_request)))


def test_a_case_whose_visit_comes_first_promises_no_later_look(browse):
    visit = AppointmentFactory(service_request=ServiceRequestFactory(submitted=True))

    answer = browse(visit.patient.user).get(url(visit.service_request))

    assert_shows(answer, "A clinician looks at your answers before it.")
    assert "A clinician looks at it by" not in text_of(answer)


def test_an_address_that_takes_a_form_says_so_when_it_is_opened(browse):
    case = ServiceRequestFactory()

    answer = browse(case.patient.user).get(url(case, f"questions/{case.pk}/"))

    assert answer.headers["Allow"] == "POST"
    assert_shows(answer, "It takes only what a form sends.", status=405)
