"""
The pictures of the README, taken from a running copy with demo data.

    python3 run.py                                                in one terminal, on a fresh state folder
    .venv/bin/python docs/pictures.py [http://localhost:8000]     in another

Needs the packages of `python3 run.py test` and a Chromium, Chrome or Edge. Changes one thing only: the clinician takes
Riley's case, so that the case screen shows what can be done. Writes docs/pictures/.
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from config.embedded import browser as found  # noqa: E402

PHONE = {"width": 390, "height": 780}
DESK = {"width": 1280, "height": 800}
PATIENT, CLINICIAN, ADMIN = "demo-patient-passphrase", "demo-clinician-passphrase", "demo-admin-passphrase"


def main(site: str) -> None:
    """Take every picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**found.launch_options())
        page = opened(browser, site, PHONE)
        page.goto("/")
        take(page, "start-phone")
        patients(browser, site)
        clinicians(browser, site)
        administrators(browser, site)
        browser.close()


def patients(browser: Browser, site: str) -> None:
    """Take what patients see: questions, whom to call, free times, a visit, a plan."""
    pat = signed_in(browser, site, PHONE, "pat@demo.example", PATIENT)
    follow(pat, "Mood (PHQ-9)")
    pat.get_by_text("Several days").first.click()
    pat.wait_for_timeout(1500)
    take(pat, "questions-phone")
    pat.goto("/home/")
    follow(pat, "Care plan without oxytocin")
    take(pat, "care-plan-phone")
    riley = signed_in(browser, site, PHONE, "riley@demo.example", PATIENT)
    follow(riley, "See where it is")
    take(riley, "crisis-phone")
    sam = signed_in(browser, site, PHONE, "sam@demo.example", PATIENT)
    follow(sam, "Pick a time")
    sam.locator("fieldset.times").first.evaluate("node => node.scrollIntoView()")
    take(sam, "times-phone")


def clinicians(browser: Browser, site: str) -> None:
    """Take the queue, and the case that a clinician holds."""
    rivera = signed_in(browser, site, DESK, "rivera@demo.example", CLINICIAN)
    take(rivera, "queue-desk")
    rivera.locator("table").get_by_role("link", name="Riley Urgent (demo)").first.click()
    rivera.wait_for_load_state()
    held = rivera.get_by_role("button", name="Take this case")
    if held.count():
        held.click()
    rivera.wait_for_load_state()
    take(rivera, "case-desk")


def administrators(browser: Browser, site: str) -> None:
    """Take the week of everybody, and the admin."""
    admin = signed_in(browser, site, DESK, "admin@demo.example", ADMIN)
    take(admin, "admin-desk")
    admin.goto("/clinic/schedules/")
    take(admin, "schedules-desk")


def opened(browser: Browser, site: str, size: dict[str, int]) -> Page:
    """Return a blank page of one size."""
    context = browser.new_context(viewport=size, base_url=site, timezone_id="America/New_York")
    return context.new_page()


def signed_in(browser: Browser, site: str, size: dict[str, int], email: str, password: str) -> Page:
    """Return a page on which somebody has signed in."""
    page = opened(browser, site, size)
    page.goto("/account/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_load_state()
    return page


def follow(page: Page, words: str) -> None:
    """Follow the first link with these words."""
    page.get_by_role("link", name=words).first.click()
    page.wait_for_load_state()


def take(page: Page, name: str) -> None:
    """Write what the window shows."""
    page.mouse.move(0, 0)
    page.screenshot(path=HERE / "pictures" / f"{name}.png")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000")
