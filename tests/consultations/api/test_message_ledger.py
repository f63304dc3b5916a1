"""The ledger of messages, by the API: what was planned, what became of it, and sending again."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from config.core.clock import database_now
from config.core.models import AuditEvent
from consultations.domain.codes import CommunicationKind, CommunicationStatus
from consultations.models import Communication, Heartbeat
from tests.factories.consultations import AppointmentFactory
from tests.factories.core import AdminFactory
from tests.factories.providers import NINE

pytestmark = pytest.mark.django_db
LIST = "/api/v1/messages/"
Status, Kind = CommunicationStatus, CommunicationKind


@pytest.fixture(autouse=True)
def now(db):
    """Stop the clock at what the database shows; the board asks the database."""
    at = database_now()
    with time_machine.travel(at, tick=False):
        yield at


@pytest.fixture
def me(sign_in):
    return sign_in(AdminFactory())


@pytest.fixture
def visit():
    return AppointmentFactory(patient__phone="+12125550187", patient__user__email="rare@mail.example")


def message(visit, *, ago=0, kind=Kind.VISIT_IN_A_DAY, status=Status.COMPLETED, **facts):
    """Store a message to the patient of a visit that was due so many minutes ago."""
    at = timezone.now() - timedelta(minutes=ago)
    given = {"sent_at": at if status == Status.COMPLETED else None, "occurrence": f"{ago}", **facts}
    return Communication.objects.create(
        subject_type="consultations.appointment", subject_id=visit.pk, kind=kind, status=status,
        recipient=visit.patient.user, service_request=visit.service_request, due_at=at, **given,
    )  # fmt: skip


def found(client, **query):
    return [row["id"] for row in client.get(LIST, query).json()["results"]]


def test_the_ledger_says_what_became_of_each_message_and_why(me, visit):
    failed = message(visit, status=Status.NOT_DONE, status_reason="smtp-550", attempts=1, token=visit.pk)

    (row,) = me.get(LIST).json()["results"]

    assert row == me.get(f"{LIST}{failed.pk}/").json()
    assert {name: row[name] for name in ("id", "kind", "channel", "status", "reason", "attempts", "person")} == {
        "id": str(failed.pk), "kind": "visit-in-a-day", "channel": "email", "status": "not-done", "reason": "smtp-550",
        "attempts": 1, "person": str(visit.patient.user_id),
    }  # fmt: skip
    assert (row["subject"], row["service_request"]) == (str(visit.pk), str(visit.service_request_id))


def test_nothing_tells_who_a_person_is(me, visit):
    message(visit)

    said = me.get(LIST).content.decode()

    for private in ("rare@mail.example", "5550187", visit.patient.family_name, visit.patient.given_name, "token"):
        assert private not in said


def test_each_filter_finds_its_own(me, visit, now):
    other = message(AppointmentFactory(start_at=NINE + timedelta(hours=3)), ago=1)
    planned = message(visit, ago=10, status=Status.PREPARATION)
    failed = message(visit, ago=20, status=Status.NOT_DONE, status_reason="gave-up")
    text = message(visit, ago=30, kind=Kind.BOOKING_MOVED, channel="sms")

    assert found(me) == [str(one.pk) for one in (other, planned, failed, text)]
    assert found(me, status="not-done") == found(me, reason="gave-up") == [str(failed.pk)]
    assert found(me, kind="booking-moved") == found(me, channel="sms") == [str(text.pk)]
    assert found(me, person=visit.patient.user_id) == [str(one.pk) for one in (planned, failed, text)]
    assert found(me, service_request=visit.service_request_id) == found(me, subject=visit.pk)
    assert found(
        me, since=(now - timedelta(minutes=20)).isoformat(), until=(now - timedelta(minutes=1)).isoformat()
    ) == [
        str(planned.pk),
        str(failed.pk),
    ]


@pytest.mark.parametrize(
    ("name", "value"), [("status", "lost"), ("kind", "x"), ("channel", "fax"), ("person", "me"), ("since", "then")]
)
def test_a_filter_that_cannot_be_is_refused_by_its_name(me, name, value):
    refused = me.get(LIST, {name: value})

    assert (refused.status_code, [error["field"] for error in refused.json()["errors"]]) == (422, [name])


@pytest.mark.parametrize("status", [Status.NOT_DONE, Status.UNKNOWN])
def test_what_failed_or_is_unknown_is_sent_again_with_all_its_attempts(me, visit, status):
    failed = message(visit, status=status, status_reason="gave-up", attempts=6)

    again = me.post(f"{LIST}{failed.pk}/send-again/", {}, format="json")

    assert (again.status_code, again.json()["status"], again.json()["attempts"]) == (200, "preparation", 0)
    assert AuditEvent.objects.get(event="consultations.message.sent_again").detail["reason"] == "gave-up"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"status": Status.COMPLETED}, "not-failed"),
        ({"status": Status.NOT_DONE, "kind": Kind.ACCOUNT_CODE}, "has-secret"),
        ({"status": Status.NOT_DONE}, "too-late"),
    ],
)
def test_what_cannot_be_sent_again_says_why_and_stays(me, visit, now, facts, code):
    row = message(visit, expires_at=now + timedelta(hours=-1 if code == "too-late" else 1), **facts)

    refused = me.post(f"{LIST}{row.pk}/send-again/", {}, format="json")

    assert (refused.status_code, refused.json()["code"]) == (409, code)
    row.refresh_from_db()
    assert row.status == facts["status"]


def test_the_board_says_what_waits_how_late_it_is_and_what_failed(me, visit, now):
    Heartbeat.objects.create(name="tick", beat_at=now)
    message(visit, ago=5, status=Status.PREPARATION)
    message(visit, ago=6, status=Status.NOT_DONE, status_reason="smtp-550")
    message(visit, ago=7)

    figures = me.get(f"{LIST}figures/").json()

    assert (figures["due"], figures["dead"], figures["unknown"], figures["faulty_words"]) == (1, 1, 0, 0)
    assert figures["reasons"] == [{"reason": "smtp-550", "number": 1}]
    assert figures["channels"] == [{"channel": "email", "sent": 1, "failed": 1}]
    assert len(figures["hours"]) == 24


def test_only_administrators_have_a_ledger(sign_in, visit):
    row = message(visit, status=Status.NOT_DONE)

    for user in (visit.patient.user, visit.practitioner.user):
        client = sign_in(user)
        answers = [client.get(path) for path in (LIST, f"{LIST}{row.pk}/", f"{LIST}figures/")]
        answers.append(client.post(f"{LIST}{row.pk}/send-again/", {}, format="json"))
        assert {answer.status_code for answer in answers} == {403}
