"""The browser, for the tests of pages and for journeys: one in a session, wherever it is asked for."""

import pytest
from django.db import connection
from django.utils import translation

from tests import emptying
from tests.browser.fixtures import chromium, complaints, look, open_page, phone

__all__ = ["chromium", "complaints", "look", "open_page", "phone"]

emptying.install()


@pytest.fixture(autouse=True)
def language_of_its_own():
    """End the language that a test's requests were answered in: it stays with the thread, and the next test is on it."""
    yield
    translation.deactivate()


ANYBODY_ELSE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Send away who holds on to the database at the end: a browser that left while it was answered may."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(ANYBODY_ELSE)


@pytest.fixture(scope="session")
def live_server(django_db_setup, live_server):
    """Return the server of the pages, which ends before its database does, also where a test of it comes first."""
    return live_server


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Put the long tests first: one that begins when the other cores have nothing left is waited for by all."""
    items.sort(key=_seconds, reverse=True)


def _seconds(item):
    mark = item.get_closest_marker("slow")
    return 0 if mark is None else mark.kwargs.get("seconds", 1)
