"""Callers of the API."""

from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from tests.factories.core import AdminFactory, UserFactory
from tests.factories.providers import NOW, PractitionerFactory


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def calling(user):
    """Return a client of the API signed in as `user`; None for nobody."""
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client


@pytest.fixture
def nobody():
    return calling(None)


@pytest.fixture
def admin():
    return calling(AdminFactory())


@pytest.fixture
def patient():
    return calling(UserFactory())


@pytest.fixture
def stranger():
    return calling(PractitionerFactory().user)


@pytest.fixture
def soon():
    return NOW + timedelta(minutes=5)
