"""
Random walks of one visit, one person and two senders that may die at any step.

Counts at the receiver: each planned message arrives at most once, but for a mail whose sender died between handing it
over and writing that down; none arrives that is void, refused or in quiet hours; and none is forgotten.
"""

from base64 import urlsafe_b64decode
from collections import Counter
from dataclasses import dataclass
from datetime import time as wall
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.core.errors import Refusal
from consultations.adapters.mail import Letter
from consultations.adapters.outcome import Outcome, Result
from consultations.adapters.sms import Text
from consultations.domain.codes import LIVE_APPOINTMENTS, Channel, CommunicationKind, CommunicationStatus
from consultations.domain.wishes import rule
from consultations.flows import book, prefer, receive, remind
from consultations.models import Appointment, Communication, CommunicationPreference
from consultations.models.communication_preference import READ, wishes_of
from tests.factories.consultations import HALF_HOUR, ServiceRequestFactory, clinician, held
from tests.factories.providers import NINE, NOW, HealthcareServiceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Status = CommunicationStatus
SENDERS = 2
ZONES = ("America/New_York", "Pacific/Honolulu", "Europe/Paris", "Asia/Kolkata")
RESULTS = (Result.SENT, Result.SENT, Result.RETRY, Result.REFUSED, Result.UNKNOWN)
_AFTER = {CommunicationKind.BOOKING_CANCELLED}


@dataclass
class Hand:
    """What one sender has in its hand: a message that it took, then dialled, then handed over."""

    taken: remind.Taken | None = None
    message: Letter | Text | None = None
    outcome: Outcome | None = None


class Walk:
    """One walk; every move may be made at any time, and does nothing where it cannot be made."""

    def __init__(self):
        # The walks of one test share its database.
        Communication.objects.all().delete()
        service = HealthcareServiceFactory(max_reschedules=99)
        self.request = ServiceRequestFactory(submitted=True, service=service)
        self.user = self.request.patient.user
        self.practitioner = clinician(service)
        self.now = NOW - timedelta(days=3)
        self.slots = 0
        self.hands = [Hand() for _ in range(SENDERS)]
        self.arrived, self.excused = Counter(), Counter()

    def step(self, move, number):
        getattr(self, move)(number)

    # The visit -----------------------------------------------------------------------------------------------------

    def book(self, number):
        attempt(book.book, request_id=self.request.pk, hold_id=self.hold(number), by=self.user, now=self.now)

    def move(self, number):
        if visit := self.visit():
            attempt(
                book.reschedule, appointment_id=visit.pk, hold_id=self.hold(number), by=self.user, now=self.now
            )  # fmt: skip

    def cancel(self, _number):
        if visit := self.visit():
            attempt(book.cancel, appointment_id=visit.pk, reason="", by=self.user, now=self.now)

    def visit(self):
        return Appointment.objects.live().filter(patient__user=self.user).first()

    def hold(self, number):
        """Hold a time that nobody had before, in the days to come."""
        self.slots += 1
        start_at = NINE + timedelta(days=number % 3) + self.slots * HALF_HOUR
        until = self.now + timedelta(minutes=10)
        return held(self.request, practitioner=self.practitioner, start_at=start_at, expires_at=until).pk

    # The person ----------------------------------------------------------------------------------------------------

    def choose(self, number):
        quiet_from, quiet_until = ((wall(20), wall(9)), (wall(0), wall(12)), (wall(13), wall(5)))[number % 3]
        choice = prefer.Choice(
            optional_mail=number % 2 == 0, texts=number % 5 > 1, quiet_from=quiet_from, quiet_until=quiet_until
        )
        prefer.change(choice=choice, by=self.user, now=self.now)

    def unsubscribe(self, _number):
        for pk in Communication.objects.values_list("pk", flat=True)[:1]:
            attempt(prefer.unsubscribe, communication_id=pk, now=self.now)

    def stop(self, _number):
        receive.stop(phone=str(self.request.patient.phone), now=self.now)

    def start(self, _number):
        receive.start(phone=str(self.request.patient.phone), now=self.now)

    def move_zone(self, number):
        self.request.patient.time_zone = ZONES[number % len(ZONES)]
        self.request.patient.save(update_fields=["time_zone"])

    def follow_moves(self, _number):
        prefer.follow_moves(now=self.now)

    # Time ----------------------------------------------------------------------------------------------------------

    def wait(self, number):
        self.now += timedelta(minutes=(1, 2, 20, 60, 240, 600)[number % 6])

    # The senders ---------------------------------------------------------------------------------------------------

    def take(self, number):
        hand = self.hands[number % SENDERS]
        if hand.taken is None:
            found = remind.take(now=self.now, limit=1)
            hand.taken = found[0] if found else None

    def dial(self, number):
        hand = self.hands[number % SENDERS]
        if hand.taken and hand.message is None:
            hand.message = remind.dial(taken=hand.taken, now=self.now)
            if hand.message is None:
                self.crash(number)
            else:
                self.check(hand.taken.communication_id)

    def hand_over(self, number):
        hand = self.hands[number % SENDERS]
        if hand.message and hand.outcome is None:
            hand.outcome = Outcome(RESULTS[number % len(RESULTS)], why="told")
            # An answer that was lost may have been a yes.
            if hand.outcome.result in {Result.SENT, Result.UNKNOWN}:
                self.arrived[hand.taken.communication_id] += 1

    def settle(self, number):
        hand = self.hands[number % SENDERS]
        if hand.outcome:
            is_mine = remind.settle(taken=hand.taken, result=hand.outcome, now=self.now)
            if not is_mine and isinstance(hand.message, Letter):
                self.excuse(hand)
            self.hands[number % SENDERS] = Hand()

    def crash(self, number):
        """Forget everything; a mail that was handed over and not written down may come again."""
        hand = self.hands[number % SENDERS]
        if hand.outcome and isinstance(hand.message, Letter):
            self.excuse(hand)
        self.hands[number % SENDERS] = Hand()

    def excuse(self, hand):
        self.excused[hand.taken.communication_id] += hand.outcome.result in {Result.SENT, Result.UNKNOWN}

    def tick(self, number):
        for one in range(SENDERS):
            self.crash(one)
        remind.dispatch(send=self.post, clock=lambda: self.now, limit=1 + number)

    def post(self, message):
        pk = named(message)
        self.check(pk)
        self.arrived[pk] += 1
        return Result.SENT

    # What must be true ---------------------------------------------------------------------------------------------

    def check(self, pk):
        """Look at a message at the moment at which it leaves."""
        row = Communication.objects.select_related("recipient", *(f"recipient__{name}" for name in READ)).get(pk=pk)
        visit = Appointment.objects.get(pk=row.subject_id)
        wishes = wishes_of(row.recipient)
        assert visit.revision == row.subject_revision
        assert (visit.status in LIVE_APPOINTMENTS) != (row.kind in _AFTER)
        assert row.expires_at is None or self.now < row.expires_at
        assert wishes.refusal(CommunicationKind(row.kind), Channel(row.channel)) == ""
        if not rule(row.kind).at_any_hour:
            preference = CommunicationPreference.objects.get(user=row.recipient)
            local = self.now.astimezone(ZoneInfo(str(row.recipient.patient.time_zone))).time()
            assert not is_between(local, preference.quiet_from, preference.quiet_until)

    def end(self):
        """Let the senders work until there is nothing left; then every message says what became of it."""
        left = Communication.objects.filter(status__in=[Status.PREPARATION, Status.IN_PROGRESS])
        for _ in range(60):
            if (first := left.order_by("due_at").first()) is None:
                break
            self.now = max(self.now + remind.LEASE, first.due_at)
            self.tick(9)
        assert not left.exists()
        for row in Communication.objects.all():
            assert self.arrived[row.pk] <= 1 + self.excused[row.pk]
            assert row.status != Status.COMPLETED or self.arrived[row.pk] >= 1
            if row.channel == Channel.SMS:
                assert self.arrived[row.pk] <= 1


def named(message):
    """Return the id of the row that a message was written from."""
    if isinstance(message, Letter):
        return UUID(message.message_id[1:].partition("@")[0])
    return UUID(bytes=urlsafe_b64decode(message.reference + "=="))


def is_between(local, starts, ends):
    return starts <= local < ends if starts <= ends else local >= starts or local < ends


def attempt(step, **words):
    try:
        return step(**words)
    except Refusal:
        return None


MOVES = [
    "book", "move", "cancel", "choose", "unsubscribe", "stop", "start", "move_zone", "follow_moves", "wait", "wait",
    "take", "dial", "hand_over", "settle", "crash", "tick",
]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 9)), max_size=40))
def test_each_message_arrives_once_and_only_where_and_when_it_is_wanted(settings, steps):
    settings.TEXT_MESSAGES = "twilio"
    walk = Walk()

    walk.step("book", 0)
    for move, number in steps:
        walk.step(move, number)

    walk.end()


@pytest.mark.parametrize("result", [Result.SENT, Result.UNKNOWN])
def test_the_walk_finds_a_message_that_is_sent_twice(settings, result, monkeypatch):
    """A walk that cannot fail proves nothing: without the token, a late sender settles what another one sends."""
    monkeypatch.setattr(remind, "_held", lambda taken: Communication.objects.filter(pk=taken.communication_id))
    walk = Walk()
    walk.step("book", 0)
    for number in (0, 1):
        walk.step("take", number)
        walk.step("dial", number)
        walk.hands[number].outcome = Outcome(result)
        walk.arrived[walk.hands[number].taken.communication_id] += 1
        walk.now += remind.LEASE

    assert max(walk.arrived.values()) == 2
