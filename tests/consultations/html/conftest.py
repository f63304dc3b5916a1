import pytest
import time_machine
from django.test import Client

from tests.factories.providers import NOW


@pytest.fixture(autouse=True)
def on_sunday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def browse():
    """Return a function that gives a browser in which somebody is signed in."""

    def as_user(user):
        browser = Client()
        browser.force_login(user)
        return browser

    return as_user
