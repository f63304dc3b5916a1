"""Random walks through the review with several clinicians and a moving clock, against a small model of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.core.errors import Conflict
from consultations.domain.codes import TaskStatus
from consultations.domain.standing import ANSWERED
from consultations.flows import review
from consultations.models import CommunicationRequest, ReviewTask
from tests.factories.clinic import waiting
from tests.factories.consultations import clinician
from tests.factories.providers import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CLINICIANS = 3
MOVES = ["claim", "claim_next", "renew", "note", "release", "ask", "answer", "accept", "decline", "wait", "sleep"]


@dataclass
class Model:
    """What must be true of the case: who holds it until when, and what each clinician believes."""

    status: str = "ready"
    holder: int | None = None
    fence: int = 0
    until: datetime = NOW
    asker: int | None = None
    answered_at: datetime | None = None
    known: dict[int, int] = field(default_factory=dict)

    def is_held(self, now):
        return self.status == "in-progress" and self.until > now

    def is_free(self, now):
        return self.status == "ready" or (self.status == "in-progress" and self.until <= now)

    def may_write(self, who, now):
        return self.is_held(now) and self.holder == who and self.known.get(who) == self.fence

    def take(self, who, fence, now):
        self.status, self.holder, self.fence, self.until = "in-progress", who, fence, now + review.LEASE
        self.known[who] = fence
        self.asker = None

    def is_promised(self, who, now):
        return (
            self.status == "ready"
            and self.asker is not None
            and self.asker != who
            and now - self.answered_at < ANSWERED
        )


class Walk:
    """One walk over one case."""

    def __init__(self):
        self.task = waiting()
        self.users = [clinician(self.task.service).user for _ in range(CLINICIANS)]
        self.patient = self.task.service_request.patient.user
        self.model = Model()
        self.now = NOW

    def step(self, move, who):
        if move in {"wait", "sleep"}:
            self.now += timedelta(minutes=4 if move == "wait" else 16)
        elif move == "answer":
            self.answer()
        elif move in {"claim", "claim_next"}:
            getattr(self, move)(who)
        else:
            self.write(move, who)
        self.check()

    def claim(self, who):
        free = self.model.is_free(self.now) or (self.model.is_held(self.now) and self.model.holder == who)
        taken = attempt(review.claim, task_id=self.task.pk, by=self.users[who], now=self.now)
        assert bool(taken) == free
        if taken:
            self.model.take(who, taken.fence, self.now)

    def claim_next(self, who):
        free = self.model.is_free(self.now) and not self.model.is_promised(who, self.now)
        taken = review.claim_next(by=self.users[who], now=self.now)
        assert bool(taken) == free
        if taken:
            self.model.take(who, taken.fence, self.now)

    def write(self, move, who):
        held = {"task_id": self.task.pk, "fence": self.model.known.get(who, 0), "by": self.users[who], "now": self.now}
        done = attempt(FLOWS[move], **held)
        assert bool(done) == self.model.may_write(who, self.now)
        if done:
            AFTER[move](self.model, who, self.now)

    def answer(self):
        ask = CommunicationRequest.objects.waiting().filter(service_request=self.task.service_request).first()
        assert bool(ask) == (self.model.status == "on-hold")
        if ask:
            review.answer_ask(ask_id=ask.pk, answer="Yes.", by=self.patient, now=self.now)
            self.model.status, self.model.asker, self.model.answered_at = "ready", self.model.holder, self.now

    def check(self):
        task = ReviewTask.objects.get(pk=self.task.pk)
        assert task.status == self.model.status
        assert task.fence == self.model.fence
        if task.status == TaskStatus.IN_PROGRESS:
            assert task.owner.user == self.users[self.model.holder]
            assert task.lease_expires_at == self.model.until


def attempt(flow, **arguments):
    try:
        return flow(**arguments)
    except Conflict:
        return None


FLOWS = {
    "renew": review.renew,
    "note": lambda **held: review.save_note(note="A note.", **held),
    "release": review.release,
    "ask": lambda **held: review.ask_patient(message="How?", **held),
    "accept": review.accept,
    "decline": lambda **held: review.decline(reason="No.", **held),
}


def hold(model, _who, now):
    model.until = now + review.LEASE


def leave(status):
    def moved(model, _who, _now):
        model.status = status

    return moved


AFTER = {
    "renew": hold,
    "note": hold,
    "release": leave("ready"),
    "ask": leave("on-hold"),
    "accept": leave("completed"),
    "decline": leave("completed"),
}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, CLINICIANS - 1)), max_size=25))
def test_review_does_what_its_model_says(steps):
    walk = Walk()

    for move, who in steps:
        walk.step(move, who)


def test_every_case_is_always_reachable_or_waits_for_a_named_person():
    walk = Walk()
    walk.step("claim", 0)
    walk.step("ask", 0)
    assert ReviewTask.objects.get().owner is not None
    walk.step("answer", 0)
    walk.step("sleep", 0)
    walk.step("sleep", 0)
    walk.step("claim_next", 1)
    walk.step("sleep", 1)
    walk.step("claim_next", 2)

    assert walk.model.holder == 2
