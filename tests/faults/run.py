"""One fault run: messages are planned, something breaks while they are sent, and what arrived is counted."""

import time
from collections import Counter, deque
from dataclasses import dataclass
from datetime import timedelta

import psycopg

from tests.faults import people
from tests.faults.stage import Gave

DUE = "status = 'in-progress' OR status = 'preparation' AND due_at <= public.clock_timestamp()"


@dataclass(frozen=True)
class Outcome:
    """
    What one run came to.

    bound      how many duplicates the fault may cause at most, because the mail server cannot know
    unsettled  rows that do not say what became of them
    wrong      messages that came in quiet hours though their kind may not
    """

    name: str
    planned: int
    accepted: int
    lost: int
    duplicates: int
    bound: int
    unsettled: int
    wrong: int
    seconds: float

    @property
    def is_kept(self):
        """Tell whether the promise held."""
        return not (self.lost or self.unsettled or self.wrong) and self.duplicates <= self.bound


class Run:
    """What a fault needs to strike at the right moment."""

    def __init__(self, stage, *, count, show):
        self.stage, self.count, self.show = stage, count, show
        # A slow machine sends twenty a second.
        self.slowest = count / 20

    def plan(self):
        """Plan reminders that are due at once."""
        people.plan_due(self.count, at=self.stage.now())

    def until(self, share, *, seconds=180):
        """Wait until a share of the messages has arrived; the fault has to strike while others are on their way."""
        wanted = share * self.count
        patience = max(seconds, self.slowest)
        self._wait(lambda: len(set(self.stage.accepted())) >= wanted, patience, f"{share:.0%} never arrived")

    def settle(self, *, seconds=300, skip=True):
        """Wait until no message is due or being sent; with `skip` the clock goes on over the waits between attempts."""
        deadline = time.monotonic() + max(seconds, self.slowest)
        while time.monotonic() < deadline:
            self._wait(self._is_idle, max(0, deadline - time.monotonic()), "the messages do not come to an end")
            later = self.stage.sql("SELECT min(due_at) FROM consultations_communication WHERE status = 'preparation'")
            if later[0][0] is None or not skip:
                return
            self.stage.set_clock(later[0][0] + timedelta(seconds=1))

    def settle_senders(self, *, seconds=120):
        """Wait until nobody is sending, though messages may be due; between two pages a sender holds none either."""
        held = "SELECT 1 FROM consultations_communication WHERE status = 'in-progress' LIMIT 1"
        looks = deque([True], maxlen=20)

        def is_quiet():
            looks.append(bool(self.stage.sql(held)))
            return len(looks) == looks.maxlen and not any(looks)

        self._wait(is_quiet, seconds, "the senders do not come to an end")

    def _is_idle(self):
        return not self.stage.sql(f"SELECT 1 FROM consultations_communication WHERE {DUE} LIMIT 1")

    def _wait(self, true, seconds, words):
        deadline = time.monotonic() + seconds
        while True:
            self.show(len(set(self.stage.accepted())))
            self.stage.tend()
            try:
                if true():
                    return
            except psycopg.OperationalError:
                time.sleep(0.3)
            if time.monotonic() > deadline:
                raise Gave(f"{words}\n{self.stage.log('worker')}")
            time.sleep(0.1)


def measure(name, fault, stage, *, count, show):
    """Run one fault from an empty ledger and return what it came to; the clock shows the real time again after."""
    stage.forget_mail()
    began = time.monotonic()
    bound = fault(Run(stage, count=count, show=show))
    stage.set_clock(None)
    return _outcome(name, stage, bound=bound, seconds=time.monotonic() - began)


def _outcome(name, stage, *, bound, seconds):
    planned = {f"<{pk}@anteroom>" for (pk,) in stage.sql("SELECT id FROM consultations_communication")}
    arrived = Counter(stage.accepted())
    (unsettled,) = stage.sql("SELECT count(*) FROM consultations_communication WHERE status <> 'completed'")[0]
    (wrong,) = stage.sql(
        """SELECT count(*) FROM consultations_communication
            WHERE kind = 'visit-in-a-day'
              AND (dialled_at AT TIME ZONE 'America/New_York')::time NOT BETWEEN '09:00' AND '20:00'"""
    )[0]
    return Outcome(
        name=name,
        planned=len(planned),
        accepted=arrived.total(),
        lost=len(planned - arrived.keys()),
        duplicates=arrived.total() - len(arrived),
        bound=bound,
        unsettled=unsettled,
        wrong=wrong,
        seconds=round(seconds, 1),
    )
