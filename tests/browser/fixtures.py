"""A real Chromium, one context a test: phone first, JavaScript on or off, signed in or not."""

import os
import time
from contextlib import ExitStack

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import expect, sync_playwright

from config.core.http import LANGUAGE
from config.embedded import browser as found
from intake.models import Patient
from tests.browser import pages


@pytest.fixture(scope="session")
def chromium():
    """Return the browser; started once."""
    # Playwright's synchronous interface keeps an event loop on this thread; Django would refuse its own database calls.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**found.launch_options())
        # What a page comes to, a busy machine comes to later.
        expect.set_options(timeout=20_000)
        yield browser
        browser.close()


@pytest.fixture
def complaints():
    """Return what the browser's console said in this test; the `page` fixtures fail on any of it."""
    return []


@pytest.fixture
def open_page(chromium, live_server, complaints):
    """Return a function that opens a blank page: `open_page(size=pages.DESK, javascript=False, user=patient.user)`."""
    with ExitStack() as stack:

        def open_one(*, size=pages.PHONE, javascript=True, user=None, scheme="light"):
            context = chromium.new_context(
                viewport=size, java_script_enabled=javascript, color_scheme=scheme, base_url=live_server.url
            )
            context.set_default_timeout(60_000)
            stack.callback(context.close)
            if user is not None:
                context.add_cookies([session_cookie(user, live_server.url)])
            page = context.new_page()
            page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            return page

        yield open_one


@pytest.fixture
def phone(open_page):
    """Return a page at phone size, nobody signed in."""
    return open_page()


@pytest.fixture
def look(open_page, complaints):
    """
    Return a function that opens a path, looks at it at 390 and 1280 px and fails on any fault.

    look("/services/", name="services", user=None, act=None, schemes=("light",)); `act(page)` runs before the look.
    """

    def look_at(path, *, name, user=None, act=None, schemes=("light",)):
        page = open_page(user=user)
        page.goto(path)
        if act:
            act(page)
        faults = pages.inspect_all(page, name, schemes)
        assert not faults, "\n".join(map(str, faults))
        assert not complaints, "\n".join(complaints)

    return look_at


def session_cookie(user, url):
    """Return the cookie of a session that is already signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    patient = Patient.objects.filter(user=user).first()
    if patient:
        session[LANGUAGE] = patient.preferred_language
    # As after a password just now: pages that ask again before a change show themselves.
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session.create()
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": url}
