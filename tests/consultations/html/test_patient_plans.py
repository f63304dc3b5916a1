from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from consultations.flows import determine, plan_care
from consultations.models import ActivityOutcome
from tests.consultations.html.reading import assert_shows, text_of
from tests.factories.clinic import accepted, decided, planned
from tests.factories.intake import PatientFactory, QuestionnaireFactory, QuestionnaireResponseFactory
from tests.factories.providers import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    written = planned()
    return plan_care.sign(care_plan_id=written.pk, by=written.recorded_by, now=written.recorded_at)


def url(plan, path=""):
    return f"/care-plans/{plan.pk}/{path}"


def test_a_signed_plan_says_what_to_do(browse, plan):
    activity = plan.activities.order_by("position").first()

    answer = browse(plan.patient.user).get(url(plan))

    assert_shows(answer, plan.title, "Signed by", "What to do", activity.title)


def test_a_plan_that_is_not_signed_does_not_exist(browse):
    written = planned()

    assert browse(written.patient.user).get(url(written)).status_code == 404


def test_the_list_shows_signed_plans_and_says_when_there_is_none(browse, plan):
    assert_shows(browse(plan.patient.user).get("/care-plans/"), plan.title)
    assert_shows(browse(PatientFactory().user).get("/care-plans/"), "No care plan yet")


def test_an_activity_is_marked_as_done_once(browse, plan):
    browser = browse(plan.patient.user)
    activity = plan.activities.exclude(kind="measure").first()
    done = url(plan, f"activities/{activity.pk}/done/")

    assert_shows(browser.post(done, follow=True), "Marked as done.")
    assert_shows(browser.post(done, follow=True), "This is done already, or was stopped.")
    activity.refresh_from_db()
    assert activity.status == "completed"


def test_due_questions_are_one_click_away(browse, plan):
    measure = plan.activities.create(kind="measure", title="Questions about your sleep", position=9)
    response = QuestionnaireResponseFactory(patient=plan.patient)
    ActivityOutcome.objects.create(activity=measure, due_date=date(2026, 6, 8), questionnaire_response=response)

    answer = browse(plan.patient.user).get(url(plan))

    assert f"/questions/{response.pk}/" in answer.content.decode()


def scored(plan, questionnaire, value, *, days):
    return QuestionnaireResponseFactory(
        patient=plan.patient, questionnaire=questionnaire, status="completed", completed_at=NOW + timedelta(days=days),
        completed_by=plan.patient.user, scores=[{"instrument": "worry", "value": value, "answered": 7, "of": 7}],
    )  # fmt: skip


def measuring(plan):
    """Return a questionnaire that a plan asks again, with one score from before."""
    bands = [
        {"from": 0, "to": 9, "code": "mild", "label": "Mild"},
        {"from": 10, "to": 21, "code": "high", "label": "High"},
    ]
    asked = QuestionnaireFactory(
        scores=[{"instrument": "worry", "title": "Worry", "minimum": 0, "maximum": 21, "bands": bands}]
    )
    plan.activities.create(kind="measure", title="Questions about worry", position=9, questionnaire_url=asked.url)
    scored(plan, asked, 16, days=-20)
    return asked


def test_a_plan_shows_how_its_scores_went_as_a_picture_and_in_words(browse, plan, django_assert_num_queries):
    asked = measuring(plan)
    scored(plan, asked, 9, days=10)
    scored(SimpleNamespace(patient=PatientFactory()), asked, 3, days=5)
    browser = browse(plan.patient.user)
    browser.get(url(plan))

    with django_assert_num_queries(7):
        answer = browser.get(url(plan))

    page = answer.content.decode()
    assert_shows(answer, "How it has gone so far", "From 0 to 21", "mild", "high")
    assert "over time: " in page
    assert page.index(">9</strong>") < page.index(">16</strong>")
    assert ">3</strong>" not in page


def test_a_plan_with_one_score_says_that_a_picture_comes_later(browse, plan):
    measuring(plan)

    answer = browse(plan.patient.user).get(url(plan))

    assert_shows(answer, "high", "Once you have answered these questions again")
    assert "<svg viewBox" not in answer.content.decode()


def test_a_plan_without_scores_says_nothing_about_them(browse, plan):
    assert "How it has gone so far" not in text_of(browse(plan.patient.user).get(url(plan)))


def test_a_plan_of_somebody_else_does_not_exist(browse, plan):
    stranger = browse(PatientFactory().user)
    activity = plan.activities.exclude(kind="measure").first()

    assert stranger.get(url(plan)).status_code == 404
    stranger.post(url(plan, f"activities/{activity.pk}/done/"))
    activity.refresh_from_db()
    assert activity.status != "completed"


def test_a_completed_case_leads_to_its_plan(browse, plan):
    case = plan.determination.encounter.appointment.service_request

    answer = browse(plan.patient.user).get(f"/cases/{case.pk}/")

    assert_shows(answer, "Read your care plan", "This is complete.")
    assert "Withdraw" not in text_of(answer)


def test_home_offers_the_questions_of_a_plan_that_are_due(browse, plan):
    activity = plan.activities.first()
    response = QuestionnaireResponseFactory(patient=plan.patient)
    ActivityOutcome.objects.create(activity=activity, due_date=date(2026, 6, 15), questionnaire_response=response)

    answer = browse(plan.patient.user).get("/home/")

    assert_shows(answer, "Questions from your care plan", response.questionnaire.title)
    assert f"/questions/{response.pk}/" in answer.content.decode()
    assert "Nothing is waiting" not in text_of(answer)


def test_a_case_without_a_visit_waits_for_its_clinician_and_then_leads_to_their_plan(browse):
    task, practitioner = accepted()
    case = task.service_request
    browser = browse(case.patient.user)

    waiting_page = text_of(browser.get(f"/cases/{case.pk}/"))
    draft = decided(task, by=practitioner.user)
    written = planned(determine.sign(determination_id=draft.pk, by=practitioner.user, now=NOW))
    plan_care.sign(care_plan_id=written.pk, by=practitioner.user, now=NOW)

    assert "Your clinician writes down what comes next." in waiting_page
    assert "Pick a time" not in waiting_page
    assert_shows(browser.get(f"/cases/{case.pk}/"), "Read your care plan", "This is complete.")
    assert_shows(browser.get(url(written)), f"Signed by {practitioner.display_name}")
    assert_shows(browser.get("/care-plans/"), practitioner.display_name)
