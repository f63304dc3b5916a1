"""Letters leave in pages: read and dialled together, settled one by one, and what dies leaves one of them in doubt."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.core.unawaited import Unawaited
from consultations.adapters.outcome import Outcome, Result
from consultations.domain.codes import Channel, CommunicationKind, CommunicationStatus
from consultations.flows import remind
from consultations.models import Communication
from tests.factories.consultations import AppointmentFactory
from tests.factories.providers import NINE, NOW

pytestmark = pytest.mark.django_db
Status = CommunicationStatus
LATER = NOW + remind.LEASE


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch):
    """Let pages stay new and batches go on however busy the machine is; who tests their age sets another one."""
    monkeypatch.setattr(remind, "_FRESH_SECONDS", 600)
    monkeypatch.setattr(remind, "_BATCH_SECONDS", 600)


class Killed(BaseException):
    """The process is gone: nothing that is written in Python runs any more."""


class Post:
    """Takes letters, by name, and does something at one of them."""

    def __init__(self, *, at=0, act=lambda: Result.SENT):
        self.at, self.act, self.arrived = at, act, Counter()

    def __call__(self, letter):
        self.arrived[letter.message_id] += 1
        return self.act() if self.arrived.total() == self.at else Result.SENT


def killed():
    raise Killed


def plan(count, visit=None):
    visit = visit or AppointmentFactory()
    for number in range(count):
        Communication.objects.plan(
            subject=visit,
            kind=CommunicationKind.VISIT_IN_AN_HOUR,
            recipient_id=visit.patient.user_id,
            due_at=NOW,
            expires_at=NINE,
            occurrence=f"{number:02}",
        )
    return visit


def dispatch(post, *, now=NOW):
    return remind.dispatch(send=post, clock=lambda: now)


def fates():
    return Counter(Communication.objects.values_list("status", "status_reason", "attempts"))


def statements(count):
    """Return how many statements so many letters cost, but for the clinic's own words, read once in some seconds."""
    Communication.objects.all().delete()
    plan(count)
    with CaptureQueriesContext(connection) as found:
        assert dispatch(Post()) == count
    return len([one for one in found if "SAVEPOINT" not in one["sql"] and "messagewords" not in one["sql"]])


def test_one_more_letter_of_a_page_costs_no_statement_that_is_waited_for():
    assert statements(20) == statements(10)


def test_a_sender_that_dies_leaves_one_letter_in_doubt():
    plan(5)
    post = Post(at=3, act=killed)

    with pytest.raises(Killed):
        dispatch(post)

    assert fates() == {(Status.COMPLETED, "", 1): 2, (Status.IN_PROGRESS, "", 1): 3}
    assert dispatch(post, now=LATER) == 3
    assert sorted(post.arrived.values()) == [1, 1, 1, 1, 2]


def test_letters_that_failed_before_are_dialled_one_by_one(monkeypatch):
    plan(3)
    Communication.objects.update(attempts=1)
    pages = []
    monkeypatch.setattr(remind, "dial_page", lambda **page: pages.append(page) or [])

    assert dispatch(Post()) == 3
    assert pages == []


def test_what_a_broken_down_database_forgot_is_written_again(monkeypatch):
    plan(5)
    monkeypatch.setattr(Unawaited, "send", lambda *_sent: None)

    assert dispatch(Post()) == 5

    assert fates() == {(Status.COMPLETED, "", 1): 5}


def test_what_the_database_did_not_take_is_settled_before_the_letter_after_the_next(monkeypatch):
    plan(3)
    monkeypatch.setattr(Unawaited, "send", lambda *_sent: None)
    monkeypatch.setattr(Unawaited, "wait", lambda _under_way: False)

    with pytest.raises(Killed):
        dispatch(Post(at=3, act=killed))

    assert fates() == {(Status.COMPLETED, "", 1): 1, (Status.IN_PROGRESS, "", 1): 2}


def test_a_page_that_has_become_old_is_asked_for_anew(monkeypatch):
    visit = plan(5)
    monkeypatch.setattr(remind, "_FRESH_SECONDS", 0.05)

    def slow():
        # The visit moves while a letter of the page is with a slow mail server.
        visit.revision += 1
        visit.save(update_fields=["revision"])
        time.sleep(0.06)
        return Result.SENT

    assert dispatch(Post(at=2, act=slow)) == 2
    assert fates() == {(Status.COMPLETED, "", 1): 2, (Status.STOPPED, "visit-moved", 0): 3}


def test_a_slow_mail_server_gets_every_letter_once(monkeypatch):
    plan(6)
    monkeypatch.setattr(remind, "_FRESH_SECONDS", -1)
    post = Post()

    assert dispatch(post) == 6
    assert set(post.arrived.values()) == {1}
    assert fates() == {(Status.COMPLETED, "", 1): 6}


def test_letters_behind_one_that_nobody_took_are_called_back_unharmed():
    plan(4)
    gone = Outcome(Result.RETRY, why="no-connection", is_reachable=False)

    assert dispatch(Post(at=2, act=lambda: gone)) == 1
    assert fates() == {
        (Status.COMPLETED, "", 1): 1,
        (Status.PREPARATION, "no-connection", 0): 1,
        (Status.PREPARATION, "", 0): 2,
    }
    assert (
        not Communication.objects.filter(status=Status.PREPARATION, dialled_at__isnull=False)
        .exclude(status_reason="no-connection")
        .exists()
    )


def test_one_letter_that_is_refused_ends_alone():
    plan(4)

    assert dispatch(Post(at=2, act=lambda: Result.REFUSED)) == 3
    assert fates() == {(Status.COMPLETED, "", 1): 3, (Status.NOT_DONE, "refused", 1): 1}


def test_what_is_taken_and_not_dialled_can_still_be_voided():
    visit = plan(3)
    taken = remind.take(now=NOW, limit=3)
    assert remind.dial(taken=taken[0], now=NOW) is not None

    assert Communication.objects.stop(subject_id=visit.pk, now=NOW, reason="cancelled") == 2

    assert remind.dial_page(taken=taken[1:], now=NOW).letters == {}
    assert remind.settle(taken=taken[0], result=Result.SENT, now=NOW)
    assert fates() == {(Status.COMPLETED, "", 1): 1, (Status.STOPPED, "cancelled", 0): 2}


def test_a_sender_that_was_frozen_calls_nothing_back_that_another_one_holds():
    plan(2)
    taken = remind.take(now=NOW, limit=2)
    assert list(remind.dial_page(taken=taken, now=NOW).letters) == taken
    again = remind.take(now=LATER, limit=2)

    remind.end_page(done=[remind.Done(taken[0], Outcome(Result.SENT))], left=taken[1:], now=LATER)
    remind.give_back(taken=taken, now=LATER)

    assert Communication.objects.filter(token=again[0].token, status=Status.IN_PROGRESS).count() == 2
    assert remind.dial_page(taken=taken, now=LATER).letters == {}
    assert all(remind.dial(taken=one, now=LATER + timedelta(seconds=1)) for one in again)


def test_texts_are_dialled_one_by_one(settings, monkeypatch):
    settings.TEXT_MESSAGES = "twilio"
    plan(2)
    Communication.objects.update(channel=Channel.SMS)
    monkeypatch.setattr(remind, "dial_page", lambda **_page: pytest.fail("a text was dialled before its turn"))

    dispatch(Post())
