"""The browser, for the tests of pages and for journeys: one in a session, wherever it is asked for."""

from tests.browser.fixtures import chromium, complaints, look, open_page, phone

__all__ = ["chromium", "complaints", "look", "open_page", "phone"]
