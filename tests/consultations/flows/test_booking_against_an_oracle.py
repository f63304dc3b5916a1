"""Whatever people do and in whatever order: what is offered is what the oracle offers, and what is offered books."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
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
from consultations.flows import book
from consultations.models import Appointment
from providers.domain.codes import ExceptionKind
from providers.domain.hours import Change
from providers.flows import block_time, hold, open_times, qualify
from providers.flows.qualify import LicenceDraft
from providers.models import Practitioner, Qualification
from providers.queries import availability
from providers.queries.diaries import Asked
from tests.consultations.flows.booking_oracle import Oracle, Person, Taken
from tests.factories.consultations import ServiceRequestFactory
from tests.factories.core import AdminFactory
from tests.factories.intake import PatientFactory
from tests.factories.providers import NEW_YORK, HealthcareServiceFactory, clinician

# The Friday before clocks go forward in New York: the hours of Sunday night lose one.
FRIDAY = datetime(2026, 3, 6, 12, tzinfo=UTC)
DENVER = ZoneInfo("America/Denver")
EAST = [(5, time(9), time(11)), (7, time(1), time(4)), (7, time(22), time(23, 30)), (1, time(9), time(11))]
WEST = [(6, time(8), time(10)), (1, time(8), time(9))]
TERMS = {"duration_minutes": 30, "buffer_after_minutes": 15, "minimum_notice_minutes": 60, "horizon_days": 4,
         "max_visits_per_day": 3}  # fmt: skip
PEOPLE = 3


def minutes(clock):
    return clock.hour * 60 + clock.minute


class Bookings(RuleBasedStateMachine):
    """A clinic of two clinicians in two zones, three patients, an administrator and a clock."""

    @initialize()
    def open_the_clinic(self):
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE providers_healthcareservice, providers_practitioner, core_user CASCADE")
        self.now = FRIDAY
        self.service = HealthcareServiceFactory(**TERMS, change_notice_minutes=0, max_reschedules=99, hold_minutes=20)
        self.admin = AdminFactory()
        self.cases = [
            ServiceRequestFactory(submitted=True, service=self.service, patient=PatientFactory()) for _ in range(PEOPLE)
        ]
        people = []
        # Ids that are the same in every run: who of two equals is chosen follows from them.
        for number, (zone, hours) in enumerate(((NEW_YORK, EAST), (DENVER, WEST)), 1):
            one = clinician(self.service, weekdays=(), time_zone=zone, pk=UUID(int=number))
            schedule = one.schedules.get()
            for weekday, first, last in hours:
                schedule.available_times.create(weekday=weekday, start_minute=minutes(first), end_minute=minutes(last))
            people.append(Person(one.pk, zone, hours))
        self.oracle = Oracle(
            people, NEW_YORK, minutes=30, buffer_after=15, notice=60, days_ahead=4, a_day=TERMS["max_visits_per_day"]
        )
        self.visits, self.holds = {}, {}

    # What people do ------------------------------------------------------------------------------------------------

    @rule(who=st.integers(0, PEOPLE - 1), which=st.integers(0, 500))
    def hold_an_offered_time(self, who, which):
        offered = self.oracle.offered(self.now)
        if offered:
            self._hold(who, *offered[which % len(offered)])

    @rule(who=st.integers(0, PEOPLE - 1), quarter=st.integers(0, 400))
    def ask_for_any_time(self, who, quarter):
        at = FRIDAY + timedelta(minutes=15 * quarter)
        own = {key for key, one in self.oracle.taken.items() if one.expires and one.patient == who}
        allowed = {key for start, key in self.oracle.offered(self.now, without=own) if start == at}
        try:
            slot = self._ask(who, at, None)
        except (hold.NotOffered, hold.SlotTaken):
            assert not allowed
        else:
            assert slot.practitioner_id in allowed
            self._keep(who, slot)

    @precondition(lambda self: self.holds)
    @rule(which=st.integers(0, 9))
    def book_what_is_held(self, which):
        who = sorted(self.holds)[which % len(self.holds)]
        slot, case = self.holds.pop(who), self.cases[who]
        old = self.visits.get(who)
        expired = self.oracle.taken[slot.pk].expires <= self.now
        try:
            if old is None:
                visit = book.book(request_id=case.pk, hold_id=slot.pk, by=case.patient.user, now=self.now)
            else:
                visit = book.reschedule(
                    appointment_id=old, hold_id=slot.pk, by=case.patient.user, now=self.now
                )  # fmt: skip
        except book.HoldExpired:
            assert expired
            self.oracle.taken.pop(slot.pk)
            return
        assert not expired
        for key in [key for key, one in self.oracle.taken.items() if one.patient == who and key != slot.pk]:
            self.oracle.taken.pop(key)
        self.oracle.taken[slot.pk].expires = None
        self.visits[who] = visit.pk

    @precondition(lambda self: self.visits)
    @rule(which=st.integers(0, 9))
    def cancel(self, which):
        who = sorted(self.visits)[which % len(self.visits)]
        visit = Appointment.objects.get(pk=self.visits[who])
        try:
            book.cancel(appointment_id=visit.pk, reason="", by=self.cases[who].patient.user, now=self.now)
        except Refusal:
            assert visit.start_at <= self.now
            return
        self.visits.pop(who)
        self.oracle.taken.pop(visit.slot_id)

    @rule(number=st.integers(0, 1), day=st.integers(0, 3), first=st.integers(0, 22))
    def take_time_off(self, number, day, first):
        person, date = self.oracle.people[number], FRIDAY.date() + timedelta(days=day)
        change = Change(ExceptionKind.OFF, person.zone, date, date, first * 60, (first + 1) * 60)
        booked = Practitioner.objects.get(pk=person.key).slots.booked().values_list("pk", flat=True)
        block_time.block(
            practitioner_id=person.key, change=change, by=self.admin, now=self.now, accept=list(booked)
        )  # fmt: skip
        person.off.append((date, time(first), time(first + 1)))
        self._lose_holds(person)

    @rule(number=st.integers(0, 1), last=st.sampled_from([None, 1, 2, 5]))
    def change_a_licence(self, number, last):
        person = self.oracle.people[number]
        until = None if last is None else FRIDAY.date() + timedelta(days=last)
        row = Qualification.objects.get(practitioner=person.key)
        booked = row.practitioner.slots.booked().values_list("pk", flat=True)
        qualify.qualify(
            practitioner_id=person.key, qualification_id=row.pk,
            draft=LicenceDraft("NY", row.number, row.valid_from, until), by=self.admin, now=self.now,
            accept=list(booked),
        )  # fmt: skip
        person.licensed_until = until
        self._lose_holds(person)

    @rule(number=st.integers(0, 1))
    def work_the_table_out(self, number):
        open_times.refresh(practitioner_id=self.oracle.people[number].key, now=self.now)

    @rule(passed=st.sampled_from([5, 21, 60, 600]))
    def wait(self, passed):
        self.now += timedelta(minutes=passed)

    # What is always so ---------------------------------------------------------------------------------------------

    @invariant()
    def what_is_offered_is_what_the_oracle_offers(self):
        asked = Asked(service=self.service, state="NY")
        page = availability.search(asked, start=self.now, end=self.now + timedelta(days=9), now=self.now, limit=100)

        found = [(one.start_at, one.practitioner) for one in page.results]

        assert sorted(found, key=lambda one: (one[0], str(one[1]))) == self.oracle.offered(self.now)[:100]

    @invariant()
    def nobody_is_in_two_places(self):
        live = Appointment.objects.live().select_related("slot").order_by("start_at")
        for column in ("practitioner_id", "patient_id"):
            ends = {}
            for visit in live:
                assert ends.get(getattr(visit, column), visit.start_at) <= visit.start_at
                ends[getattr(visit, column)] = visit.end_at

    # Steps -----------------------------------------------------------------------------------------------------------

    def _hold(self, who, start, key):
        """Hold a time that the oracle offers: that must succeed."""
        self._keep(who, self._ask(who, start, key))

    def _ask(self, who, start, key):
        case = self.cases[who]
        return hold.hold(
            service_id=self.service.pk, state="NY", start_at=start, practitioner_id=key, by=case.patient.user,
            reference=case.pk, now=self.now,
        )  # fmt: skip

    def _keep(self, who, slot):
        before = self.holds.pop(who, None)
        if before is not None:
            self.oracle.taken.pop(before.pk, None)
        self.holds[who] = slot
        self.oracle.taken[slot.pk] = Taken(slot.practitioner_id, who, slot.start_at, slot.expires_at)

    def _lose_holds(self, person):
        """A hold ends when its hours or its licence end; a visit stays, since somebody accepted that it does."""
        for who, slot in list(self.holds.items()):
            quarters = [slot.start_at, slot.start_at + timedelta(minutes=15)]
            stands = self._licensed(slot) and all(person.works(at) for at in quarters)
            if slot.practitioner_id == person.key and not stands and slot.expires_at > self.now:
                self.holds.pop(who)
                self.oracle.taken.pop(slot.pk)

    def _licensed(self, slot):
        [person] = [one for one in self.oracle.people if one.key == slot.practitioner_id]
        day = slot.start_at.astimezone(self.oracle.state_zone).date()
        return person.licensed_until is None or day <= person.licensed_until


@pytest.mark.slow
@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_bookings_follow_the_oracle():
    run_state_machine_as_test(
        Bookings,
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None,
            suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        ),
    )  # fmt: skip
