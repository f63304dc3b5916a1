"""
A state machine over the review of one case: several clinicians, a supervisor, a patient, a worker and a moving clock.

After every step the rows are what a small model of them says: never two owners, no write by somebody whose claim is
over, one decision at most; whoever is referred to another service has a case there. At the end of every walk the case
is decided, or somebody can still take it.
"""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from config.core.errors import Refusal
from consultations.domain.asking import EXPIRES
from consultations.domain.standing import ANSWERED, ASSIGNED
from consultations.flows import ask_patient, decide, reassign, refer, review, shift, watch
from consultations.models import Communication, CommunicationRequest, Referral, ReviewTask, ServiceRequest
from tests.factories.clinic import waiting
from tests.factories.consultations import asking_service, clinician
from tests.factories.providers import NOW, HealthcareServiceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CLINICIANS = 3
people = st.integers(0, CLINICIANS - 1)


class Review(RuleBasedStateMachine):
    """One case, and what must be true of it."""

    @initialize(second_name=st.booleans())
    def begin(self, second_name):
        service = HealthcareServiceFactory(second_sign_off=second_name)
        self.second_name = second_name
        self.task = waiting(service)
        self.staff = [clinician(service) for _ in range(CLINICIANS)]
        self.boss = clinician(service, is_supervisor=True).user
        self.patient = self.task.service_request.patient.user
        self.now, self.until, self.fence = NOW, NOW, 0
        self.status, self.holder, self.proposer, self.kept = "ready", None, None, (None, NOW)
        self.asked_at, self.decisions, self.referrals, self.refers = None, 0, 0, False
        self.elsewhere = asking_service()
        self.known = dict.fromkeys(range(CLINICIANS), 0)

    # What the model knows

    def is_held(self):
        return self.status == "in-progress" and self.until > self.now

    def is_free(self):
        return self.status == "ready" or (self.status == "in-progress" and not self.is_held())

    def may_write(self, who):
        return self.is_held() and self.holder == who and self.known[who] == self.fence

    def is_kept_from(self, who):
        return self.status == "ready" and self.kept[0] not in {None, who} and self.kept[1] > self.now

    def taken(self, who, task):
        self.fence += 1
        assert task.fence == self.fence
        self.status, self.holder, self.until, self.kept = "in-progress", who, self.now + review.LEASE, (None, NOW)
        self.known[who] = self.fence

    def given_back(self, kept_for=None, *, until=NOW):
        self.status, self.kept = "ready", (kept_for, until)

    def tried(self, flow, **words):
        try:
            return flow(now=self.now, **words)
        except Refusal:
            return None

    def write(self, flow, who, **words):
        held = {"task_id": self.task.pk, "fence": self.known[who], "by": self.staff[who].user}
        return bool(self.tried(flow, **held, **words))

    # Time

    @rule(minutes=st.sampled_from([1, 6, 16, 31, 9 * 60, 8 * 24 * 60]))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    # Taking the case

    @rule(who=people)
    def claim(self, who):
        own = self.is_held() and self.holder == who
        allowed = (self.is_free() or own) and self.proposer != who
        task = self.tried(review.claim, task_id=self.task.pk, by=self.staff[who].user)
        assert bool(task) == allowed
        if task:
            self.taken(who, task)

    @rule(who=people)
    def claim_next(self, who):
        allowed = self.is_free() and self.proposer != who and not self.is_kept_from(who)
        task = review.claim_next(by=self.staff[who].user, now=self.now)
        assert bool(task) == allowed
        if task:
            self.taken(who, task)

    # Writing

    @rule(who=people, flow=st.sampled_from(["renew", "note"]))
    def hold(self, who, flow):
        allowed = self.may_write(who)
        act = review.renew if flow == "renew" else review.save_note
        assert self.write(act, who, **({} if flow == "renew" else {"note": "A note."})) == allowed
        if allowed:
            self.until = self.now + review.LEASE

    @rule(who=people)
    def release(self, who):
        allowed = self.may_write(who)
        assert self.write(review.release, who) == allowed
        if allowed:
            self.given_back()

    @rule(who=people)
    def ask(self, who):
        allowed = self.may_write(who)
        assert self.write(ask_patient.put_question, who, message="How?") == allowed
        if allowed:
            self.status, self.asked_at = "on-hold", self.now

    @rule(who=people, flow=st.sampled_from(["accept", "decline"]))
    def decide(self, who, flow):
        allowed = self.may_write(who)
        words = {} if flow == "accept" else {"reason": "No."}
        assert self.write(getattr(decide, flow), who, **words) == allowed
        if allowed:
            self.decided(who, refers=False)

    def decided(self, who, *, refers):
        self.refers = refers
        if self.second_name:
            self.proposer = who
            self.given_back()
        else:
            self.status, self.decisions = "completed", self.decisions + 1

    @rule(who=people, to=people)
    def refer_to_colleague(self, who, to):
        allowed = self.may_write(who) and to not in {who, self.proposer}
        words = {"to": self.staff[to].pk, "reason": "You know this better."}
        assert self.write(refer.to_colleague, who, **words) == allowed
        if allowed:
            self.given_back(to, until=self.now + ASSIGNED)
            self.referrals += 1

    @rule(who=people)
    def refer_to_service(self, who):
        allowed = self.may_write(who)
        assert self.write(decide.refer_to_service, who, to=self.elsewhere.pk, reason="Fits you.") == allowed
        if allowed:
            self.referrals += 1
            self.decided(who, refers=True)

    @rule(who=people)
    def sign_off(self, who):
        allowed = self.may_write(who) and self.proposer is not None
        assert self.write(decide.sign_off, who) == allowed
        if allowed:
            assert self.proposer != who
            self.status, self.decisions = "completed", self.decisions + 1

    @rule(who=people)
    def send_back(self, who):
        allowed = self.may_write(who) and self.proposer is not None
        assert self.write(decide.send_back, who, handover="Look again.") == allowed
        if allowed:
            self.given_back(self.proposer, until=self.now + ASSIGNED)
            self.proposer, self.refers = None, False

    # The patient, the supervisor, the worker

    @precondition(lambda self: self.status == "on-hold")
    @rule()
    def answer(self):
        ask = CommunicationRequest.objects.waiting().get(service_request=self.task.service_request)
        ask_patient.answer_question(ask_id=ask.pk, answer="Yes.", by=self.patient, now=self.now)
        self.given_back(self.holder, until=self.now + ANSWERED)

    @precondition(lambda self: self.status == "on-hold")
    @rule()
    def expire(self):
        is_over = self.now >= self.asked_at + EXPIRES
        ask = CommunicationRequest.objects.waiting().get(service_request=self.task.service_request)
        assert watch.expire(ask_id=ask.pk, now=self.now) == is_over
        if is_over:
            self.given_back(self.holder, until=self.now + ANSWERED)

    @rule()
    def tick(self):
        has_ended = self.status == "in-progress" and not self.is_held()
        assert watch.return_ended(now=self.now) == has_ended
        watch.look(now=self.now)
        if has_ended:
            self.given_back()

    @rule(to=people)
    def reassign(self, to):
        allowed = self.status != "completed" and self.proposer != to
        given = self.tried(reassign.reassign, task_id=self.task.pk, to=self.staff[to].pk, by=self.boss)
        assert bool(given) == allowed
        if allowed:
            self.fence += 1
            if self.status == "on-hold":
                self.holder = to
            else:
                self.given_back(to, until=self.now + ASSIGNED)

    @rule(who=people)
    def end_shift(self, who):
        holds = self.status == "in-progress" and self.holder == who
        assert shift.end(by=self.staff[who].user, now=self.now) == holds
        if holds:
            self.given_back()
        elif self.status == "ready" and self.kept[0] == who and self.kept[1] > self.now:
            self.kept = (None, NOW)

    # What is true after every step

    @invariant()
    def rows_are_what_the_model_says(self):
        task = ReviewTask.objects.select_related("owner", "proposed_by", "reserved_for").get(pk=self.task.pk)
        assert (task.status, task.fence) == (self.status, self.fence)
        assert task.proposed_by == (None if self.proposer is None else self.staff[self.proposer])
        if self.status == "in-progress":
            assert (task.owner, task.lease_expires_at) == (self.staff[self.holder], self.until)
        if self.status == "on-hold":
            assert task.owner == self.staff[self.holder]
            assert CommunicationRequest.objects.waiting().filter(service_request=task.service_request_id).count() == 1
        if self.status == "ready" and self.kept[0] is not None:
            assert (task.reserved_for, task.reserved_until) == (self.staff[self.kept[0]], self.kept[1])

    @invariant()
    def it_is_decided_once_at_most(self):
        told = Communication.objects.filter(subject_id=self.task.pk, kind="review-decided").count()
        assert self.decisions == told <= 1

    @invariant()
    def a_referral_is_kept_and_leads_on_once_it_is_decided(self):
        said = Referral.objects.filter(task=self.task)
        assert said.count() == self.referrals
        goes_on = ServiceRequest.objects.filter(service=self.elsewhere, patient=self.task.service_request.patient)
        assert goes_on.count() == (self.refers and self.status == "completed")
        assert said.filter(new_request__isnull=False).count() == goes_on.count()

    def teardown(self):
        """Find the case again: it is decided, or waits for a named patient until a day, or somebody can take it."""
        if not hasattr(self, "task") or self.status == "completed":
            return
        self.now += timedelta(days=30)
        if self.status == "on-hold":
            ask = CommunicationRequest.objects.waiting().get(service_request=self.task.service_request)
            assert watch.expire(ask_id=ask.pk, now=self.now)
            self.now += timedelta(days=1)
        assert any(review.claim_next(by=one.user, now=self.now) for one in self.staff)


def test_review_does_what_its_model_says():
    run_state_machine_as_test(
        Review,
        settings=settings(
            max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
