from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from consultations.domain.codes import Priority
from consultations.flows import book, waitlist
from consultations.models import Communication, CommunicationPreference, WaitlistEntry, WaitlistOffer
from consultations.models.waitlist import ONE_OFFER_A_PATIENT
from providers.flows import hold, open_times
from providers.models import Slot
from tests.consultations.racing import at_once, names
from tests.factories.consultations import AppointmentFactory, ServiceRequestFactory, booked_slot, clinician
from tests.factories.intake import PatientFactory
from tests.factories.providers import NINE, HealthcareServiceFactory

pytestmark = pytest.mark.django_db
HALF_HOUR = timedelta(minutes=30)
# Noon in New York on the Sunday before the Monday of the hours: nobody sleeps.
NOON = datetime(2026, 5, 31, 16, tzinfo=UTC)
LAST = NINE + 5 * HALF_HOUR


@pytest.fixture
def line():
    return HealthcareServiceFactory(offer_minutes=30)


@pytest.fixture
def doctor(line):
    """The only clinician of the line, booked from nine until eleven thirty; half an hour is left."""
    found = clinician(line)
    for number in range(5):
        booked_slot(found, service=line, start_at=NINE + number * HALF_HOUR)
    return found


def waits(line, *, now=NOON, priority=Priority.ROUTINE, patient=None, **wanted):
    case = ServiceRequestFactory(submitted=True, service=line, priority=priority, patient=patient or PatientFactory())
    wanted = waitlist.Wanted(**{"before": LAST, **wanted})
    return waitlist.join(request_id=case.pk, wanted=wanted, by=case.patient.user, now=now)


def free(doctor, start_at=NINE):
    Slot.objects.get(practitioner=doctor, start_at=start_at, status="busy").delete()


def work(now=NOON, **options):
    return waitlist.work(clock=lambda: now, **options)


def open_offers():
    return list(WaitlistOffer.objects.open().values_list("entry", "start_at"))


def test_a_freed_time_is_held_for_who_waits_and_they_are_told(line, doctor):
    entry = waits(line)
    free(doctor)

    made = work()

    offer = WaitlistOffer.objects.get()
    message = Communication.objects.get(kind="waitlist-offer")
    assert (made, offer.entry, offer.start_at, offer.expires_at) == (1, entry, NINE, NOON + HALF_HOUR)
    assert (offer.slot.status, offer.slot.holder) == ("busy-tentative", entry.patient.user)
    assert (message.recipient, message.subject_id, message.expires_at) == (
        entry.patient.user, offer.pk, offer.expires_at,
    )  # fmt: skip


def test_nobody_is_asked_while_no_time_is_free(line, doctor):
    waits(line)

    assert work() == 0


def test_the_more_urgent_case_is_asked_first(line, doctor):
    waits(line)
    urgent = waits(line, now=NOON + HALF_HOUR, priority=Priority.URGENT)
    free(doctor)

    work(NOON + HALF_HOUR)

    assert open_offers() == [(urgent.pk, NINE)]


def test_of_equal_cases_who_waits_longest_is_asked_first(line, doctor):
    later = waits(line, now=NOON + timedelta(minutes=1))
    first = waits(line, now=NOON)
    free(doctor)

    work(NOON + HALF_HOUR)

    assert open_offers() == [(first.pk, NINE)]
    assert later.status == "waiting"


def test_two_times_go_to_two_people(line, doctor):
    first, second = waits(line), waits(line, now=NOON + timedelta(minutes=1))
    free(doctor)
    free(doctor, NINE + HALF_HOUR)

    work(NOON + HALF_HOUR)

    assert open_offers() == [(first.pk, NINE), (second.pk, NINE + HALF_HOUR)]


def test_a_person_has_one_offer_at_a_time(line, doctor):
    waits(line)
    free(doctor)
    free(doctor, NINE + HALF_HOUR)

    work()
    work()

    assert len(open_offers()) == 1


def test_what_nobody_answers_goes_to_the_next_without_a_gap(line, doctor):
    first, second = waits(line), waits(line, now=NOON + timedelta(minutes=1))
    free(doctor)
    work(NOON + timedelta(minutes=2))
    later = NOON + timedelta(minutes=32)
    slot = WaitlistOffer.objects.get().slot

    waitlist.settle(now=later)
    between = hold_as_stranger(line, now=later)
    work(later)

    assert isinstance(between, hold.SlotTaken)
    assert open_offers() == [(second.pk, NINE)]
    assert WaitlistOffer.objects.get(entry=first).status == "expired"
    assert WaitlistOffer.objects.get(entry=second).slot == slot


def test_the_same_time_is_not_offered_to_the_same_case_again(line, doctor):
    waits(line)
    free(doctor)
    work()

    work(NOON + timedelta(minutes=31))
    work(NOON + timedelta(minutes=32))

    assert open_offers() == []
    assert not Slot.objects.reserved(NOON + timedelta(minutes=32)).exists()


def test_a_time_that_nobody_wants_is_given_back(line, doctor):
    waits(line, before=NINE + HALF_HOUR)
    visit = a_visit(line, doctor, at=NINE + HALF_HOUR)
    book.cancel(appointment_id=visit.pk, reason="", by=visit.patient.user, now=NOON)

    work()

    assert not isinstance(hold_as_stranger(line, now=NOON, start_at=NINE + HALF_HOUR), Exception)


def test_a_cancelled_visit_goes_to_who_waits_before_anybody_else_can_have_it(line, doctor):
    entry = waits(line)
    visit = a_visit(line, doctor, at=NINE)

    book.cancel(appointment_id=visit.pk, reason="", by=visit.patient.user, now=NOON)
    between = hold_as_stranger(line, now=NOON)
    work()

    assert isinstance(between, hold.SlotTaken)
    assert open_offers() == [(entry.pk, NINE)]


def test_quiet_hours_are_respected(line, doctor):
    sleeper = waits(line)
    awake = waits(line, now=NOON + timedelta(minutes=1))
    prefer(awake.patient.user, quiet_from="05:00", quiet_until="06:00")
    free(doctor)
    at_night = datetime(2026, 6, 1, 3, tzinfo=UTC)

    work(at_night)

    assert open_offers() == [(awake.pk, NINE)]
    assert sleeper.status == "waiting"


def test_nobody_is_asked_who_falls_asleep_before_the_offer_ends(line, doctor):
    waits(line)
    free(doctor)

    assert work(datetime(2026, 5, 31, 23, 45, tzinfo=UTC)) == 0


@pytest.mark.parametrize(
    "wanted",
    [
        {"before": NINE},
        {"not_before": NINE + HALF_HOUR},
        {"language": "es"},
        {"notice_minutes": 24 * 60},
    ],
    ids=["before", "not before", "language", "notice"],
)
def test_only_what_a_person_waits_for_is_offered(line, doctor, wanted):
    clinician(line, state="NJ", languages=["es"])
    waits(line, **wanted)
    free(doctor)

    assert work() == 0


def test_only_the_wanted_clinician_is_offered(line, doctor):
    other = clinician(line)
    waits(line, practitioner_id=doctor.pk)

    assert work() == 0
    free(doctor)
    work()
    assert WaitlistOffer.objects.get().practitioner != other


def test_nobody_is_offered_a_clinician_who_may_not_see_them(line, doctor):
    doctor.roles.update(accepts_new_patients=False)
    waits(line)
    free(doctor)

    assert work() == 0


def test_who_has_a_visit_is_offered_earlier_times_only(line, doctor):
    mine = a_visit(line, doctor, at=NINE + 2 * HALF_HOUR)
    waitlist.join(request_id=mine.service_request_id, wanted=waitlist.Wanted(), by=mine.patient.user, now=NOON)
    free(doctor, NINE + 3 * HALF_HOUR)
    later = work()
    free(doctor, NINE + HALF_HOUR)

    earlier = work()

    assert (later, earlier) == (0, 1)
    assert WaitlistOffer.objects.get().start_at == NINE + HALF_HOUR


def test_accept_books_the_time_and_ends_the_waiting(line, doctor):
    entry = waits(line)
    free(doctor)
    work()
    offer = WaitlistOffer.objects.get()

    visit = book.accept(offer_id=offer.pk, by=entry.patient.user, now=NOON + timedelta(minutes=5))

    for row in (offer, entry):
        row.refresh_from_db()
    assert (visit.start_at, visit.slot, visit.service_request) == (NINE, offer.slot, entry.service_request)
    assert (offer.status, entry.status) == ("accepted", "booked")


def test_accept_moves_the_visit_that_was_booked_and_its_time_goes_on(line, doctor):
    mine = a_visit(line, doctor, at=NINE + 2 * HALF_HOUR)
    waitlist.join(request_id=mine.service_request_id, wanted=waitlist.Wanted(), by=mine.patient.user, now=NOON)
    second = waits(line, now=NOON + timedelta(minutes=1))
    prefer(second.patient.user, quiet_from="05:00", quiet_until="06:00")
    free(doctor)
    work(NOON + timedelta(minutes=2))
    offer = WaitlistOffer.objects.get()

    moved = book.accept(offer_id=offer.pk, by=mine.patient.user, now=NOON + timedelta(minutes=3))
    work(NOON + timedelta(minutes=3))

    assert (moved.pk, moved.start_at, moved.reschedules) == (mine.pk, NINE, 1)
    assert open_offers() == [(second.pk, NINE + 2 * HALF_HOUR)]


def sooner_than_offered(line, doctor):
    """Return an open offer whose case has booked a sooner visit itself meanwhile."""
    entry = waits(line)
    free(doctor)
    work()
    slot = booked_slot(clinician(line), service=line, start_at=NINE - HALF_HOUR)
    AppointmentFactory(service_request=entry.service_request, patient=entry.patient, slot=slot)
    return WaitlistOffer.objects.get()


def test_an_offer_ends_when_a_sooner_visit_was_booked_meanwhile(line, doctor):
    offer = sooner_than_offered(line, doctor)

    waitlist.settle(now=NOON + timedelta(minutes=5))

    offer.refresh_from_db()
    assert (offer.status, offer.entry.status) == ("withdrawn", "waiting")


def test_accept_does_not_move_a_visit_to_a_later_time(line, doctor):
    offer = sooner_than_offered(line, doctor)

    with pytest.raises(book.OfferOver, match="sooner"):
        book.accept(offer_id=offer.pk, by=offer.patient.user, now=NOON + timedelta(minutes=5))


def test_accept_refuses_an_offer_that_has_ended(line, doctor):
    entry = waits(line)
    free(doctor)
    work()
    offer = WaitlistOffer.objects.get()

    with pytest.raises(book.OfferOver):
        book.accept(offer_id=offer.pk, by=entry.patient.user, now=offer.expires_at)


def test_accept_refuses_the_offer_of_somebody_else(line, doctor):
    waits(line)
    free(doctor)
    work()

    with pytest.raises(book.NotFound):
        book.accept(offer_id=WaitlistOffer.objects.get().pk, by=PatientFactory().user, now=NOON)


def test_a_hold_of_an_offer_cannot_be_booked_as_an_ordinary_hold(line, doctor):
    entry = waits(line)
    free(doctor)
    work()
    slot = WaitlistOffer.objects.get().slot

    with pytest.raises(book.HoldExpired):
        book.book(request_id=entry.service_request_id, hold_id=slot.pk, by=entry.patient.user, now=NOON)


def test_looking_at_other_times_keeps_the_offer(line, doctor):
    entry = waits(line)
    free(doctor)
    work()
    hold.hold(
        service_id=line.pk, state="NY", start_at=LAST, practitioner_id=None, by=entry.patient.user,
        reference=entry.service_request_id, now=NOON,
    )  # fmt: skip

    visit = book.accept(offer_id=WaitlistOffer.objects.get().pk, by=entry.patient.user, now=NOON)

    assert visit.start_at == NINE


def test_decline_passes_the_time_on_and_stays_on_the_list(line, doctor):
    first, second = waits(line), waits(line, now=NOON + timedelta(minutes=1))
    free(doctor)
    work(NOON + timedelta(minutes=2))
    offer = WaitlistOffer.objects.get()

    assert waitlist.decline(offer_id=offer.pk, by=first.patient.user, now=NOON + timedelta(minutes=2))
    work(NOON + timedelta(minutes=2))

    first.refresh_from_db()
    assert (first.status, open_offers()) == ("waiting", [(second.pk, NINE)])
    assert not waitlist.decline(offer_id=offer.pk, by=first.patient.user, now=NOON + timedelta(minutes=2))


def test_leave_gives_the_offered_time_to_the_next(line, doctor):
    first, second = waits(line), waits(line, now=NOON + timedelta(minutes=1))
    free(doctor)
    work(NOON + timedelta(minutes=2))

    assert waitlist.leave(entry_id=first.pk, by=first.patient.user, now=NOON + timedelta(minutes=2))
    work(NOON + timedelta(minutes=2))

    assert open_offers() == [(second.pk, NINE)]
    assert not waitlist.leave(entry_id=first.pk, by=first.patient.user, now=NOON)


def test_leave_and_decline_know_only_ones_own(line, doctor):
    entry = waits(line)
    free(doctor)
    work()
    stranger = PatientFactory().user

    with pytest.raises(waitlist.NoSuchEntry):
        waitlist.leave(entry_id=entry.pk, by=stranger, now=NOON)
    with pytest.raises(waitlist.NoSuchEntry):
        waitlist.decline(offer_id=WaitlistOffer.objects.get().pk, by=stranger, now=NOON)


def test_an_entry_ends_with_its_case(line, doctor):
    entry = waits(line)
    entry.service_request.status = "revoked"
    entry.service_request.save()

    work()

    entry.refresh_from_db()
    assert entry.status == "closed"


def test_an_offer_whose_time_was_taken_away_is_withdrawn(line, doctor):
    waits(line)
    free(doctor)
    work()
    offer = WaitlistOffer.objects.get()
    Slot.objects.give_back([offer.slot_id], by=None, now=NOON, reason="hours-changed")
    doctor.roles.update(is_active=False)

    work()

    offer.refresh_from_db()
    assert offer.status == "withdrawn"


def test_join_refuses_a_case_that_waits_already(line, doctor):
    entry = waits(line)

    with pytest.raises(waitlist.AlreadyWaiting) as refused:
        waitlist.join(request_id=entry.service_request_id, wanted=waitlist.Wanted(), by=entry.patient.user, now=NOON)
    assert refused.value.extra == {"waitlist_entry": str(entry.pk)}


def test_join_refuses_a_case_that_needs_no_visit_now(line):
    case = ServiceRequestFactory(service=line)

    with pytest.raises(waitlist.NothingToWaitFor):
        waitlist.join(request_id=case.pk, wanted=waitlist.Wanted(), by=case.patient.user, now=NOON)


def test_join_refuses_a_visit_that_can_no_longer_be_moved(line, doctor):
    mine = a_visit(line, doctor, at=NINE)

    with pytest.raises(waitlist.NothingToWaitFor):
        waitlist.join(
            request_id=mine.service_request_id, wanted=waitlist.Wanted(), by=mine.patient.user, now=NINE - HALF_HOUR
        )


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"practitioner_id": NINE}, "practitioner"),
        ({"language": "tlh"}, "language"),
        ({"before": NOON}, "before"),
        ({"notice_minutes": -1}, "notice_minutes"),
    ],
    ids=["clinician", "language", "days", "notice"],
)
def test_join_names_what_cannot_be_waited_for(line, doctor, wanted, field):
    if "practitioner_id" in wanted:
        wanted = {"practitioner_id": clinician(HealthcareServiceFactory()).pk}

    with pytest.raises(waitlist.BadWish) as refused:
        waits(line, **wanted)
    assert [error.field for error in refused.value.errors] == [field]


def test_the_database_keeps_one_open_offer_per_person(line, doctor):
    waits(line)
    free(doctor)
    work()
    offer = WaitlistOffer.objects.get()
    offer.pk, offer.start_at = None, LAST
    offer._state.adding = True

    with pytest.raises(IntegrityError, match=ONE_OFFER_A_PATIENT):
        offer.save(force_insert=True)


def test_the_database_keeps_one_open_offer_per_time(line, doctor):
    both = {waits(line), waits(line)}
    free(doctor)
    work(limit=1)
    offer = WaitlistOffer.objects.get()
    [other] = both - {offer.entry}
    copy = WaitlistOffer(
        entry=other, patient=other.patient, slot=offer.slot, practitioner=doctor, start_at=NINE, end_at=offer.end_at,
        offered_at=NOON, expires_at=offer.expires_at,
    )  # fmt: skip

    with pytest.raises(IntegrityError, match="one_open_per_time"):
        copy.save(force_insert=True)


def test_the_database_lets_an_offer_end_once(line, doctor):
    entry = waits(line)
    free(doctor)
    work()
    offer = WaitlistOffer.objects.get()
    waitlist.decline(offer_id=offer.pk, by=entry.patient.user, now=NOON)

    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        WaitlistOffer.objects.filter(pk=offer.pk).update(status="open", ended_at=None)


@pytest.mark.django_db(transaction=True)
def test_many_workers_make_one_offer_for_a_time_and_one_for_a_person(line, doctor):
    people = [waits(line, now=NOON + timedelta(minutes=number)) for number in range(4)]
    for number in range(3):
        free(doctor, NINE + number * HALF_HOUR)
    later = NOON + timedelta(hours=1)

    outcomes = at_once(*[lambda: work(later)] * 8)

    assert names(outcomes) == ["int"] * 8, outcomes
    # Who finds a time or a person in another's hands goes on, and the other may let go: the next tick sees to it.
    made = sum(outcomes) + work(later)
    offers = WaitlistOffer.objects.open()
    assert made == offers.count() == 3
    assert len({one.slot_id for one in offers}) == len({one.patient_id for one in offers}) == 3
    assert {one.entry_id for one in offers} <= {one.pk for one in people}


@pytest.mark.django_db(transaction=True)
def test_accepting_races_with_the_end_of_the_offer(line, doctor):
    for number in range(5):
        first = waits(line, now=NOON + timedelta(seconds=number))
        waits(line, now=NOON + timedelta(seconds=number, milliseconds=1))
        start = NINE + number * HALF_HOUR
        free(doctor, start)
        now = NOON + timedelta(minutes=5)
        work(now, limit=1)
        offer = WaitlistOffer.objects.get(status="open")

        def take(offer=offer, first=first):
            return book.accept(offer_id=offer.pk, by=first.patient.user, now=offer.expires_at - timedelta(seconds=1))

        def end(offer=offer):
            return waitlist.settle(now=offer.expires_at)

        taken, _ = at_once(take, end)

        offer.refresh_from_db()
        slot = Slot.objects.get(pk=offer.slot_id)
        if isinstance(taken, Exception):
            assert isinstance(taken, book.OfferOver), taken
            assert (offer.status, slot.holder) == ("expired", None)
        else:
            assert (offer.status, slot.status) == ("accepted", "busy")
        WaitlistEntry.objects.waiting().update(status="left", ended_at=NOON)
        waitlist.settle(now=now + timedelta(hours=1))


def test_times_that_are_found_in_the_table_of_open_times_are_offered_too(line, doctor):
    waits(line)
    free(doctor)
    open_times.refresh(practitioner_id=doctor.pk, now=NOON)

    assert work() == 1


def a_visit(line, doctor, *, at):
    Slot.objects.filter(practitioner=doctor, start_at=at).delete()
    case = ServiceRequestFactory(submitted=True, service=line)
    return AppointmentFactory(service_request=case, practitioner=doctor, start_at=at)


def hold_as_stranger(line, *, now, start_at=NINE):
    case = ServiceRequestFactory(submitted=True, service=line)
    try:
        return hold.hold(
            service_id=line.pk, state="NY", start_at=start_at, practitioner_id=None, by=case.patient.user,
            reference=case.pk, now=now,
        )  # fmt: skip
    except hold.SlotTaken as taken:
        return taken


def prefer(user, **columns):
    CommunicationPreference.objects.update_or_create(user=user, defaults={"timed_for": "America/New_York", **columns})
