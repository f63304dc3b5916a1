"""What a person does on pages: reading a label, pressing a button, answering every question that is on a page."""

import re

from playwright.sync_api import expect

from intake.html.fields import name_of
from intake.html.lengths import typed

STILL = re.compile(r"^(Saved|One answer|Not saved\.|$)")


def press(page, name):
    """Press the button that says `name`."""
    page.get_by_role("button", name=name, exact=True).last.click()


def follow(page, name):
    """Follow the link that says `name`."""
    page.get_by_role("link", name=name).first.click()


def answer_page(page, answers):
    """Answer each question of a page of questions that `answers` knows, those too that open meanwhile."""
    done = set()
    settle(page)
    while fresh := [path for path in asked(page, answers) if path not in done]:
        give(page, fresh[0], answers[fresh[0]])
        done.add(fresh[0])
        wait_for_save(page)


def settle(page):
    """Wait until a page of questions listens."""
    expect(page.locator("form[data-ready]")).to_have_count(1)


def wait_for_save(page):
    """Wait until the answers are saved, and the questions that they open are shown."""
    expect(page.locator("[data-save-state]")).to_have_text(STILL)


def asked(page, answers):
    """Return the paths of `answers` that are asked on the page at this moment, from top to bottom."""
    # Asked of the page at once: most of the answers belong to other pages, and each question to a browser takes time.
    names = page.evaluate("() => [...document.querySelectorAll('[name]')].map(node => node.name)")
    there = [
        path
        for path, value in answers.items()
        if value is not None and any(name.startswith(name_of(path)) for name in names)
    ]
    return [
        path for path in there if page.locator(f"[name^='{name_of(path)}']").first.is_visible() or is_choice(page, path)
    ]


def is_choice(page, path):
    """Tell whether a question with cards is shown; the controls in them are for screen readers."""
    controls = page.locator(f"[name='{name_of(path)}']")
    return controls.count() > 1 and label_of(page, controls.first).is_visible()


def label_of(page, control):
    """Return the label that a person touches instead of a control."""
    return page.locator(f"label[for='{control.get_attribute('id')}']").first


def give(page, path, value):
    """Give one answer, with the control that the page has for it."""
    name = name_of(path)
    if isinstance(value, dict) and page.locator(f"[name='{name}_2']").count():
        for control, part in zip(page.locator(f"[name^='{name}_']").all(), typed(value), strict=True):
            if part is not None:
                control.fill(str(part))
        return
    if isinstance(value, dict):
        page.locator(f"[name='{name}_0']").fill(str(value["value"]))
        page.locator(f"[name='{name}_1']").select_option(value["code"])
        return
    control = page.locator(f"[name='{name}']")
    kind = control.first.evaluate("node => node.type")
    words = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
    if kind in {"radio", "checkbox"}:
        for one in words if isinstance(words, list) else [words]:
            label_of(page, page.locator(f"[name='{name}'][value='{one}']")).click()
    elif kind == "select-one":
        control.select_option(str(words))
    else:
        control.fill("\n".join(words) if isinstance(words, list) else str(words))
        control.blur()
