"""Every type of question, looked at and used in a real browser."""

import pytest
from playwright.sync_api import expect

from intake.models import QuestionnaireResponse
from tests.browser import pages
from tests.factories.intake import QuestionnaireResponseFactory
from tests.factories.questions import EVERY_TYPE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def response():
    return QuestionnaireResponseFactory(questionnaire__definition=EVERY_TYPE)


def kept(response):
    return QuestionnaireResponse.objects.get(pk=response.pk).answers


def saved(page):
    expect(page.locator("[data-save-state]")).to_contain_text("Saved ")


def test_pages_of_every_type_are_sound(look, response):
    for number in (1, 2, 3):
        look(f"/questions/{response.pk}/{number}/", name=f"every-type-{number}", user=response.patient.user)


def test_a_table_and_a_slider_save_as_they_are_used(open_page, response):
    page = open_page(size=pages.DESK, user=response.patient.user)
    page.goto(f"/questions/{response.pk}/2/")
    page.get_by_role("radio", name="were you tired?: Some days").check(force=True)
    saved(page)
    page.goto(f"/questions/{response.pk}/1/")
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    saved(page)

    assert (kept(response)["tired"]["code"], kept(response)["pain"]) == ("some", 1)


def test_a_page_reads_from_right_to_left(open_page, response):
    page = open_page(user=response.patient.user)
    page.goto(f"/questions/{response.pk}/2/")

    page.evaluate("document.documentElement.dir = 'rtl'")

    assert not [fault for fault in pages.layout_faults(page) if "sideways" in fault]
    pages.picture(page, "every-type-rtl")
