import pytest
from rest_framework.test import APIClient


@pytest.fixture
def sign_in():
    """Return a function that gives a client of the API in which somebody is signed in."""

    def as_user(user):
        client = APIClient()
        client.force_authenticate(user)
        return client

    return as_user
