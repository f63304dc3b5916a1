"""Readiness: a worker that is up and raises no alert is not ready."""

from datetime import timedelta

import pytest

from config.core.clock import database_now
from consultations import tasks
from consultations.html import health
from consultations.models import Heartbeat

pytestmark = pytest.mark.django_db
BEATS = sorted(set(health.SIGNS.values()))


@pytest.fixture(autouse=True)
def broker(monkeypatch):
    monkeypatch.setattr(health, "_broker_answers", lambda: True)


def beat(*names, ago=timedelta(0)):
    for name in names:
        Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": database_now() - ago})


def test_ready_when_every_tick_left_a_sign_of_life(client):
    beat(*BEATS)

    answer = client.get("/healthz/ready")

    assert (answer.status_code, set(answer.json()["checks"].values())) == (200, {True})


@pytest.mark.parametrize("check", health.SIGNS)
def test_not_ready_and_says_which_tick_is_late(client, check):
    beat(*BEATS)
    beat(health.SIGNS[check], ago=health.LATE)

    answer = client.get("/healthz/ready")

    assert answer.status_code == 503
    assert [name for name, well in answer.json()["checks"].items() if not well] == [check]


def test_ticks_that_keep_people_safe_leave_their_sign():
    tasks.escalate_flags()
    tasks.watch_over_reviews()

    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"escalations", "reviews"}


def test_ready_takes_two_queries(client, django_assert_num_queries):
    beat(*BEATS)

    with django_assert_num_queries(2):
        client.get("/healthz/ready")
