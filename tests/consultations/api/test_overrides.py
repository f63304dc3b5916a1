"""What administrators did beyond the policy, and why, over HTTP."""

from datetime import timedelta

import pytest
import time_machine

from tests.factories.consultations import AppointmentFactory, PolicyOverrideFactory
from tests.factories.core import AdminFactory
from tests.factories.providers import NINE, NOW

pytestmark = pytest.mark.django_db
URL = "/api/v1/policy-overrides/"
HOUR = timedelta(hours=1)


@pytest.fixture
def boss():
    return AdminFactory()


@pytest.fixture
def admin(sign_in, boss):
    return sign_in(boss)


def ids(answer):
    return [row["id"] for row in answer.json()["results"]]


def test_a_kept_reason_says_what_was_done_why_when_and_by_whom(admin, boss):
    kept = PolicyOverrideFactory(reason="Fire alarm.", act="cancelled", revision=3, made_by=boss)

    [row] = admin.get(URL).json()["results"]

    assert row == {
        "id": str(kept.pk),
        "appointment": str(kept.appointment.pk),
        "patient": str(kept.appointment.patient.pk),
        "revision": 3,
        "act": "cancelled",
        "reason": "Fire alarm.",
        "made_at": "2026-05-31T23:00:00Z",
        "made_by": str(boss.pk),
        "made_by_email": boss.email,
    }


def test_a_cancellation_beyond_the_policy_is_on_the_list(admin, boss):
    visit = AppointmentFactory()

    with time_machine.travel(NINE - HOUR, tick=False):
        admin.post(f"/api/v1/appointments/{visit.pk}/cancel/", {"override_reason": "Fire alarm."}, format="json")

    assert [(row["act"], row["reason"]) for row in admin.get(URL).json()["results"]] == [("cancelled", "Fire alarm.")]


def test_the_latest_is_first_and_next_leads_through_all(admin):
    made = [PolicyOverrideFactory(made_at=NOW + number * HOUR) for number in (1, 0, 2)]

    first = admin.get(URL, {"limit": 2})
    second = admin.get(first.json()["next"])

    assert [*ids(first), *ids(second)] == [str(made[number].pk) for number in (2, 0, 1)]
    assert second.json()["next"] is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("appointment", lambda kept: kept.appointment.pk),
        ("patient", lambda kept: kept.appointment.patient.pk),
        ("made_by", lambda kept: kept.made_by.pk),
        ("start", lambda kept: kept.made_at.isoformat()),
    ],
)
def test_they_can_be_those_of_a_visit_a_person_or_a_period(admin, name, value):
    PolicyOverrideFactory(made_at=NOW - HOUR)
    kept = PolicyOverrideFactory(made_at=NOW)

    assert ids(admin.get(URL, {name: value(kept)})) == [str(kept.pk)]


def test_the_end_of_a_period_is_not_part_of_it(admin):
    kept, _ = PolicyOverrideFactory(made_at=NOW - HOUR), PolicyOverrideFactory(made_at=NOW)

    assert ids(admin.get(URL, {"end": NOW.isoformat()})) == [str(kept.pk)]


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"appointment": "7"}, "appointment"),
        ({"made_by": "me"}, "made_by"),
        ({"start": "2026-06-01T09:00:00"}, "start"),
        ({"start": "2026-06-02T00:00:00Z", "end": "2026-06-01T00:00:00Z"}, "end"),
        ({"cursor": "x"}, "cursor"),
    ],
)
def test_bad_questions_are_refused_by_field(admin, question, field):
    answer = admin.get(URL, question)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_nobody_else_reads_why(sign_in):
    visit = PolicyOverrideFactory().appointment

    for user in (visit.patient.user, visit.practitioner.user):
        answer = sign_in(user).get(URL)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-an-administrator")
