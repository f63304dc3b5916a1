"""Every address that takes a POST takes an `Idempotency-Key` with it."""

import pytest
import time_machine

from tests.contracts import openapi
from tests.contracts.test_bad_input import ENDPOINTS, path
from tests.contracts.test_idempotency import keyed
from tests.factories.providers import NOW

pytestmark = pytest.mark.django_db
POSTS = [route for method, route in ENDPOINTS if method == "post"]


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.mark.parametrize("route", POSTS)
def test_every_post_answers_the_same_key_with_the_same_answer_and_another_body_with_422(there, route):
    user, address = there.ours[0], path(route, there.rows.__getitem__)
    body = openapi.plausible(openapi.body_of("post", route), ids=openapi.unknown_ids())

    first, again = (keyed(user, address, body) for _ in range(2))
    other = keyed(user, address, {**body, "surprise": 1})

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again["Content-Type"] == first["Content-Type"]
    assert again["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
