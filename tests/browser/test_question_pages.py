"""The pages about oneself and the questions, looked at and used in a real browser."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from playwright.sync_api import expect

from intake.models import Questionnaire, QuestionnaireResponse
from intake.queries.questions import outline_of
from tests.browser import pages
from tests.browser.fixtures import session_cookie
from tests.factories.core import UserFactory
from tests.factories.intake import (
    NOW,
    ConsentDocumentFactory,
    ConsentFactory,
    FlagRuleFactory,
    PatientFactory,
    QuestionnaireResponseFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def response():
    made = QuestionnaireResponseFactory()
    FlagRuleFactory(questionnaire_url=made.questionnaire.url)
    return made


def kept(response):
    return QuestionnaireResponse.objects.get(pk=response.pk).answers


def saved(page):
    expect(page.locator("[data-save-state]")).to_contain_text("Saved ")


def test_pages_about_oneself_are_sound(look):
    consent = ConsentFactory()

    look("/register/", name="register", user=UserFactory())
    look("/details/", name="details", user=consent.patient.user)
    look("/consent/", name="consents", user=consent.patient.user)
    look(f"/consent/{ConsentDocumentFactory().pk}/", name="sign-consent", user=consent.patient.user)


def save_and_wait(page):
    """Press the button, and look only when the page that comes back is there."""
    with page.expect_navigation():
        page.get_by_role("button", name="Save and go on").last.click()


def test_pages_of_questions_are_sound(look, response):
    user = response.patient.user

    look(f"/questions/{response.pk}/1/", name="questions", user=user)
    look(f"/questions/{response.pk}/2/", name="questions-repeating", user=user)
    look(
        f"/questions/{response.pk}/1/", name="questions-refused", user=user,
        act=save_and_wait,
    )  # fmt: skip
    look(f"/questions/{response.pk}/review/", name="review-answers", user=user)


@pytest.mark.parametrize("slug", ["about-you", "medical-history", "gad-7", "phq-9", "hopes"])
def test_pages_of_the_shipped_line_are_sound(look, slug):
    call_command("load_catalogue", stdout=StringIO())
    questionnaire = Questionnaire.objects.get(url__endswith=f"/{slug}")
    made = QuestionnaireResponseFactory(questionnaire=questionnaire)

    for page in outline_of(questionnaire.pk).pages():
        look(f"/questions/{made.pk}/{page.number}/", name=f"{slug}-{page.number}", user=made.patient.user)


def test_offers_and_a_row_taken_out_are_sound(look, response):
    user, questionnaire = response.patient.user, response.questionnaire
    QuestionnaireResponseFactory(
        patient=response.patient, questionnaire=questionnaire, status="completed", completed_at=NOW, completed_by=user,
        answers={"hours": 6, "medicine[0]/medicine-name": "A"},
    )  # fmt: skip

    look(f"/questions/{response.pk}/1/", name="questions-offer", user=user)
    look(f"/questions/{response.pk}/2/?undo=1", name="questions-undo", user=user)


def test_answers_are_saved_as_they_are_given_and_open_what_follows(open_page, response):
    page = open_page(user=response.patient.user)
    page.goto(f"/questions/{response.pk}/1/")

    page.get_by_label("How many hours do you sleep?").fill("7")
    page.get_by_text("Yes", exact=True).click()
    page.get_by_label("Since when?").fill("2019")
    page.get_by_label("Since when?").blur()
    saved(page)

    assert kept(response) == {"hours": 7, "snores": True, "snores-since": "2019"}
    page.get_by_role("button", name="Save and go on").last.click()
    page.wait_for_url(f"**/questions/{response.pk}/2/")


def test_an_alarming_answer_shows_whom_to_call_and_what_to_do_at_once(open_page, response):
    FlagRuleFactory(
        questionnaire_url=response.questionnaire.url, severity="caution", is_crisis=False,
        patient_text="Talk to your doctor first.",
    )  # fmt: skip
    page = open_page(user=response.patient.user)
    page.goto(f"/questions/{response.pk}/2/")

    page.get_by_text("Yes", exact=True).click()

    page.get_by_role("link", name="Call 988").wait_for()
    page.get_by_role("alert").get_by_text("Talk to your doctor first.").wait_for()
    assert kept(response)["harm"]["code"] == "yes"
    page.get_by_text("No", exact=True).click()
    page.get_by_role("link", name="Call 988").wait_for(state="detached")
    page.get_by_text("Talk to your doctor first.").wait_for(state="detached")


def test_two_tabs_do_not_overwrite_each_other(open_page, response):
    first, second = (open_page(user=response.patient.user) for _ in range(2))
    for page in (first, second):
        page.goto(f"/questions/{response.pk}/1/")

    first.get_by_label("How many hours do you sleep?").fill("7")
    first.get_by_text("No", exact=True).click()
    saved(first)
    second.get_by_label("How many hours do you sleep?").fill("9")
    second.get_by_label("How many hours do you sleep?").blur()
    second.get_by_text("On another device you answered “7”").wait_for()
    assert kept(response) == {"hours": 7, "snores": False}

    second.get_by_role("button", name="Keep “9”").click()
    saved(second)
    assert kept(response) == {"hours": 9, "snores": False}


def test_a_page_in_spanish_speaks_it_while_one_answers(open_page):
    made = QuestionnaireResponseFactory(patient__preferred_language="es")
    first, second = open_page(user=made.patient.user), open_page(user=made.patient.user)
    for page in (first, second):
        page.goto(f"/questions/{made.pk}/1/")
        page.locator("form[data-ready]").wait_for()

    first.get_by_label("How many hours do you sleep?").fill("7")
    expect(first.locator("[data-save-state]")).to_contain_text("Guardado: ")
    second.get_by_label("How many hours do you sleep?").fill("5")

    second.get_by_text("En otro dispositivo usted respondió “7”").wait_for()
    second.get_by_role("button", name="Conservar “5”").wait_for()
    assert pages.inspect(second, "questions-collided-es") == []


def test_an_answer_of_another_device_appears_with_the_next_save(open_page, response):
    first, second = (open_page(user=response.patient.user) for _ in range(2))
    for page in (first, second):
        page.goto(f"/questions/{response.pk}/1/")

    first.get_by_label("How many hours do you sleep?").fill("7")
    first.get_by_label("How many hours do you sleep?").blur()
    saved(first)
    second.get_by_text("No", exact=True).click()

    expect(second.get_by_label("How many hours do you sleep?")).to_have_value("7")
    second.get_by_text("Changed on another device at").wait_for()


def test_answers_of_a_tab_that_was_killed_offline_come_back(open_page, response, complaints):
    page = open_page(user=response.patient.user)
    page.goto(f"/questions/{response.pk}/1/")
    page.context.set_offline(True)
    page.get_by_label("How many hours do you sleep?").fill("7")
    page.get_by_text("No", exact=True).click()
    page.get_by_text("Not saved yet, trying again.").wait_for()
    page.close()

    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(f"/questions/{response.pk}/2/")
    again.get_by_text("Answers that were kept on this device were saved").wait_for()

    assert kept(response) == {"hours": 7, "snores": False}
    complaints.clear()


def test_answers_given_after_the_sign_in_ended_wait_for_it_and_are_hidden_from_others(open_page, response, complaints):
    page = open_page(user=response.patient.user)
    page.goto(f"/questions/{response.pk}/1/")
    cookies = page.context.cookies()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_label("How many hours do you sleep?").fill("7")
    page.get_by_label("How many hours do you sleep?").blur()
    page.get_by_text("you were signed out").wait_for()
    stored = page.evaluate("JSON.stringify(localStorage)")
    page.close()

    other = PatientFactory()
    page.context.add_cookies([session_cookie(other.user, page.url.split("/questions")[0])])
    strange = page.context.new_page()
    strange.goto(f"/questions/{QuestionnaireResponseFactory(patient=other).pk}/1/")
    expect(strange.locator("form[data-ready]")).to_have_count(1)
    expect(strange.get_by_label("How many hours do you sleep?")).to_have_value("")
    strange.close()
    assert "hours" not in stored
    assert str(response.pk) not in stored
    assert kept(response) == {}

    page.context.clear_cookies()
    page.context.add_cookies(cookies)
    own = page.context.new_page()
    own.goto(f"/questions/{response.pk}/1/")
    expect(own.get_by_label("How many hours do you sleep?")).to_have_value("7")
    own.get_by_text("Answers that were kept on this device were saved").wait_for()
    assert kept(response) == {"hours": 7}
    complaints.clear()


def test_what_is_being_typed_is_saved_without_leaving_the_field(open_page, response):
    page = open_page(user=response.patient.user)
    page.goto(f"/questions/{response.pk}/1/")

    page.get_by_label("How many hours do you sleep?").press_sequentially("7")
    saved(page)

    assert kept(response) == {"hours": 7}


def test_a_page_of_questions_is_answered_with_the_keyboard_alone(open_page, response):
    page = open_page(user=response.patient.user)
    page.goto(f"/questions/{response.pk}/1/")

    page.get_by_label("How many hours do you sleep?").focus()
    page.keyboard.type("7")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    saved(page)
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/questions/{response.pk}/2/")
    assert kept(response) == {"hours": 7, "snores": False}


def test_answers_wait_for_the_network_and_say_so(open_page, response, complaints):
    page = open_page(user=response.patient.user)
    page.goto(f"/questions/{response.pk}/1/")
    page.context.set_offline(True)

    page.get_by_label("How many hours do you sleep?").fill("7")
    page.get_by_text("No", exact=True).click()
    page.get_by_text("Not saved yet, trying again.").wait_for()
    page.context.set_offline(False)
    saved(page)

    assert kept(response)["hours"] == 7
    complaints.clear()


def test_questions_are_answered_without_javascript(open_page, response):
    page = open_page(user=response.patient.user, javascript=False)
    page.goto(f"/questions/{response.pk}/1/")

    page.get_by_label("How many hours do you sleep?").fill("7")
    page.get_by_text("Yes", exact=True).click()
    page.get_by_role("button", name="Save and go on").last.click()
    page.get_by_label("Since when?").fill("2019")
    page.get_by_role("button", name="Save and go on").last.click()
    page.get_by_text("No", exact=True).click()
    page.get_by_role("button", name="Save and check your answers").click()

    page.get_by_role("heading", name="Check your answers").wait_for()
    assert kept(response)["snores-since"] == "2019"
