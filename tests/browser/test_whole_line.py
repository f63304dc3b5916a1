"""
The whole oxytocin line in a real browser, by keyboard alone and with JavaScript off.

The network goes away twice and the tab is killed once, and nothing is lost; axe finds nothing on any page.
"""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from intake.models import Questionnaire, QuestionnaireResponse
from tests.browser import pages
from tests.factories.intake import PatientFactory, QuestionnaireResponseFactory
from tests.journeys.hands import settle, wait_for_save

pytestmark = [pytest.mark.browser, pytest.mark.slow(seconds=40), pytest.mark.django_db(transaction=True)]
TICKS = "input[type=radio], input[type=checkbox]"
CALM = re.compile("none|no$|never|not-at-all")
PARTS = ["about-you", "medical-history", "gad-7", "phq-9", "hopes"]
# What has the focus: which question it belongs to, what it is, and what a calm person would do with it.
FOCUS = """() => {
  const node = document.activeElement;
  const box = node.closest("form[data-autosave] [data-path][data-type]");
  if (!box) return { kind: node.matches("button") ? "button" : "other", name: node.name || "", value: node.value || "" };
  const own = [...box.querySelectorAll("input:not([type=range]), select, textarea")].filter((one) => one.closest("[data-path]") === box);
  const ticks = own.filter((one) => one.name === node.name && one.matches("[type=radio], [type=checkbox]"));
  const calm = ticks.find((one) => /none|no$|never|not-at-all/.test(one.value)) || ticks[0];
  const isOpen = ticks.length ? !ticks.some((one) => one.checked) : node.value === "";
  const kind = node.matches("select, textarea") ? node.localName : node.type || node.localName;
  return { kind, name: node.name, isOpen, isCalm: node === calm, steps: ticks.indexOf(calm), type: box.dataset.type,
    place: own.indexOf(node), isLength: box.querySelector("[data-length]") !== null };
}"""


def kept(response):
    return QuestionnaireResponse.objects.get(pk=response.pk)


def fill(page, *, is_offline=False):
    """Answer all that is asked on a page, what the answers open included, by keys; stop on the button that goes on."""
    page.locator(".skip").focus()
    for _ in range(200):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        if at["kind"] == "button" and (at["name"], at["value"]) == ("go", "next"):
            break
        if at.get("isOpen") and keys(page.keyboard, at) and not is_offline:
            wait_for_save(page)
    else:
        raise AssertionError(f"the keys never reach the end of {page.url}")
    if is_offline:
        page.get_by_text("Not saved yet, trying again.").wait_for()


def keys(keyboard, at):
    """Press what answers the control that has the focus; False when it is left alone."""
    if at["kind"] == "radio":
        # Space takes the first one, each arrow the next.
        for key in ["ArrowDown"] * at["steps"] or ["Space"]:
            keyboard.press(key)
    elif at["kind"] == "checkbox" and at["isCalm"]:
        keyboard.press("Space")
    elif at["kind"] == "select":
        keyboard.press("ArrowDown")
    elif at["kind"] in {"text", "textarea", "time", "datetime-local"}:
        keyboard.type(typed(at["type"], at["name"], at["place"], is_length=at["isLength"]))
        keyboard.press("Tab")
        keyboard.press("Shift+Tab")
    else:
        return False
    return True


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
        faults = pages.accessibility_faults(page)
        assert not faults, "\n".join(faults)
        with page.expect_navigation():
            page.keyboard.press("Enter")
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
    elif not any(field.input_value() for field in fields.all()):
        if lists.count():
            lists.first.select_option(index=3 if kind == "date" else 0)
        is_length = box.locator("[data-length]").count() > 0
        for place, field in enumerate(fields.all(), start=1 if kind == "date" else 0):
            field.fill(typed(kind, field.get_attribute("name"), place, is_length=is_length))


def typed(kind, name, place=0, *, is_length=False):
    """Return what is typed into one field; `place` is which of the fields of its question it is."""
    if is_length:
        return ("5", "7", "")[place]
    if kind == "date":
        return ("", "8", "2026")[place]
    if kind == "quantity":
        return "150"
    if kind in {"integer", "decimal"}:
        return "120" if "systolic" in name else "80" if "diastolic" in name else "5"
    return "An answer"


def press(page, name):
    """Go to a button by keys and press it."""
    button = page.get_by_role("button", name=name)
    for _ in range(200):
        if button.evaluate("node => node === document.activeElement"):
            break
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")


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


def test_the_whole_line_is_answered_by_keyboard_alone_over_a_bad_network_with_nothing_lost(open_page, complaints):
    call_command("load_catalogue", stdout=StringIO())
    patient = PatientFactory()
    page = open_page(user=patient.user)
    trouble = {"about-you": {"cut_on": 2}, "medical-history": {"kill_on": 4}, "hopes": {"cut_on": 1}}

    for slug in PARTS:
        questionnaire = Questionnaire.objects.get(url__endswith=f"/{slug}", status="active")
        response = QuestionnaireResponseFactory(questionnaire=questionnaire, patient=patient)
        page = answer_all(page, response, **trouble.get(slug, {}))
        shown = page.locator("main").inner_text()
        before, faults = kept(response), pages.accessibility_faults(page)
        assert not faults, "\n".join(faults)
        press(page, "These answers are right")

        done = kept(response)
        assert done.status == "completed", (slug, shown[:600])
        assert done.answers == {path: value for path, value in before.answers.items() if path in done.answers}
        replayed = [one["link_id"] for row in done.ledger.order_by("revision") for one in row.changes]
        assert set(done.answers) <= set(replayed)
    complaints.clear()
