"""The whole oxytocin line in a real browser: the network goes away twice, the tab is killed once, nothing is lost."""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from intake.models import Questionnaire, QuestionnaireResponse
from tests.factories.intake import PatientFactory, QuestionnaireResponseFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
STILL = re.compile(r"^(Saved|One answer|Not saved\.|$)")
TICKS = "input[type=radio], input[type=checkbox]"
CALM = re.compile("none|no$|never|not-at-all")
PARTS = ["about-you", "medical-history", "gad-7", "phq-9", "hopes"]
# Answers the first choice of everything that is asked and open; the last, calm choice of a scale would do as well.
FILL = """() => {
  const fired = (node, name) => node.dispatchEvent(new Event(name, { bubbles: true }));
  let count = 0;
  for (const box of document.querySelectorAll("form[data-autosave] [data-path][data-type]")) {
    if (box.closest("[hidden]") || box.dataset.type === "group") continue;
    const own = [...box.querySelectorAll("input:not([type=range]), select, textarea")]
      .filter((one) => one.closest("[data-path]") === box && one.type !== "file");
    if (!own.length || own.some((one) => one.checked) || (!["radio", "checkbox"].includes(own[0].type) && own[0].value)) continue;
    const say = (node, text) => { node.value = text; fired(node, "change"); count += 1; };
    const ticks = own.filter((one) => ["radio", "checkbox"].includes(one.type));
    const none = ticks.find((one) => /none|no$|never|not-at-all/.test(one.value)) || ticks[0];
    if (none) { none.checked = true; fired(none, "change"); count += 1; }
    else if (box.dataset.type === "date") { own[0].value = "3"; own[1].value = "8"; say(own[2], "2026"); }
    else if (own[0].matches("select")) say(own[0], own[0].options[1].value);
    else if (box.dataset.type === "quantity") { if (own[1]) own[1].selectedIndex = 0; say(own[0], "150"); }
    else if (["integer", "decimal"].includes(box.dataset.type)) say(own[0], own[0].name.includes("systolic") ? "120" : own[0].name.includes("diastolic") ? "80" : "5");
    else say(own[0], "An answer");
  }
  return count;
}"""


def kept(response):
    return QuestionnaireResponse.objects.get(pk=response.pk)


def settle(page):
    expect(page.locator("form[data-ready]")).to_have_count(1)


def fill(page, *, is_offline=False):
    """Answer all that is asked on a page, what the answers open included."""
    for _ in range(6):
        count = page.evaluate(FILL)
        if is_offline:
            page.get_by_text("Not saved yet, trying again.").wait_for()
            return
        if not count:
            return
        expect(page.locator("[data-save-state]")).to_have_text(STILL)


def answer_all(page, response, *, cut_on=None, kill_on=None):
    """Go through a questionnaire page by page to its overview; return the page that is open at the end."""
    page.goto(f"/questions/{response.pk}/")
    for _ in range(40):
        if "/review/" in page.url:
            return page
        settle(page)
        number = int(re.search(r"/(\d+)/", page.url.rsplit("questions", 1)[1]).group(1))
        if number in (cut_on, kill_on):
            page.context.set_offline(True)
            fill(page, is_offline=True)
            if number == kill_on:
                context = page.context
                page.close()
                context.set_offline(False)
                page = context.new_page()
                page.goto(f"/questions/{response.pk}/{number}/")
                page.get_by_text("Answers that were kept on this device were saved").wait_for()
            else:
                page.context.set_offline(False)
                expect(page.locator("[data-save-state]")).to_contain_text("Saved ", timeout=40_000)
            cut_on, kill_on = (None if number == one else one for one in (cut_on, kill_on))
        fill(page)
        with page.expect_navigation():
            page.get_by_role("button", name=re.compile("^Save and (go on|check)")).last.click()
    raise AssertionError(f"stuck on {page.url}")


def fill_without_javascript(page):
    """Answer what a page shows and has no answer yet; every control as a person reaches it, none by a script."""
    for box in page.locator("form[data-autosave] [data-path][data-type]:not([data-type=group])").all():
        if box.is_visible():
            choose(box) if box.locator(TICKS).count() else write(box, box.get_attribute("data-type"))


def choose(box):
    """Choose the calm answer where there is one, unless something is chosen."""
    ticks = box.locator(TICKS).all()
    if not any(one.is_checked() for one in ticks):
        calm = [one for one in ticks if CALM.search(one.get_attribute("value") or "")]
        (calm or ticks)[0].check(force=True)


def write(box, kind):
    """Type, or pick from a list, unless something is there."""
    fields, lists = box.locator("input[type=text], input[type=number], textarea"), box.locator("select")
    if not fields.count():
        # A file, or words to read only, has neither.
        for one in lists.all():
            one.select_option(index=1)
    elif kind == "date":
        for field, text in zip(fields.all(), ("3", "8", "2026"), strict=True):
            field.fill(text)
    elif not fields.first.input_value():
        if lists.count():
            lists.first.select_option(index=0)
        fields.first.fill(typed(kind, fields.first.get_attribute("name")))


def typed(kind, name):
    """Return what is typed into one field."""
    if kind == "quantity":
        return "150"
    if kind in {"integer", "decimal"}:
        return "120" if "systolic" in name else "80" if "diastolic" in name else "5"
    return "An answer"


def test_the_whole_line_is_answered_without_javascript(open_page, complaints):
    call_command("load_catalogue", stdout=StringIO())
    patient = PatientFactory()
    page = open_page(user=patient.user, javascript=False)

    for slug in PARTS:
        response = QuestionnaireResponseFactory(
            questionnaire=Questionnaire.objects.get(url__endswith=f"/{slug}", status="active"), patient=patient
        )
        page.goto(f"/questions/{response.pk}/")
        for _ in range(40):
            if "/review/" in page.url:
                break
            fill_without_javascript(page)
            page.get_by_role("button", name=re.compile("^Save and (go on|check)")).last.click()
        page.get_by_role("button", name="These answers are right").click()

        assert kept(response).status == "completed", (slug, page.url, page.locator("main").inner_text()[:600])
    complaints.clear()


def test_the_whole_line_is_answered_over_a_bad_network_with_nothing_lost(open_page, complaints):
    call_command("load_catalogue", stdout=StringIO())
    patient = PatientFactory()
    page = open_page(user=patient.user)
    trouble = {"about-you": {"cut_on": 2}, "medical-history": {"kill_on": 4}, "hopes": {"cut_on": 1}}

    for slug in PARTS:
        questionnaire = Questionnaire.objects.get(url__endswith=f"/{slug}", status="active")
        response = QuestionnaireResponseFactory(questionnaire=questionnaire, patient=patient)
        page = answer_all(page, response, **trouble.get(slug, {}))
        shown = page.locator("main").inner_text()
        before = kept(response)
        with page.expect_navigation():
            page.get_by_role("button", name="These answers are right").click()

        done = kept(response)
        assert done.status == "completed", (slug, shown[:600])
        assert done.answers == {path: value for path, value in before.answers.items() if path in done.answers}
        replayed = [one["link_id"] for row in done.ledger.order_by("revision") for one in row.changes]
        assert set(done.answers) <= set(replayed)
    complaints.clear()
