"""Holding a time: one winner, nothing held that is not offered, nothing lost."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from config.core.models import AuditEvent, StatusChange
from providers.domain.codes import SlotStatus
from providers.flows import hold, open_times
from providers.models import HealthcareService, Practitioner, Slot
from providers.queries import availability
from providers.queries.diaries import Asked
from tests.factories.core import UserFactory
from tests.factories.providers import (
    NINE,
    NOW,
    HealthcareServiceFactory,
    PractitionerRoleFactory,
    ScheduleExceptionFactory,
    SlotFactory,
    clinician,
    held,
)

pytestmark = pytest.mark.django_db(transaction=True)
HALF = timedelta(minutes=30)


@pytest.fixture
def service():
    return HealthcareServiceFactory(hold_minutes=10)


@pytest.fixture
def patient():
    return UserFactory()


def take(service, by, *, start_at=NINE, practitioner_id=None, now=NOW, reference=None, **given):
    return hold.hold(
        service_id=service.pk,
        state=given.pop("state", "NY"),
        start_at=start_at,
        practitioner_id=practitioner_id,
        by=by,
        reference=reference or uuid4(),
        now=now,
        **given,
    )


def refresh_all():
    for one in Practitioner.objects.all():
        open_times.refresh(practitioner_id=one.pk, now=NOW)


def test_hold_takes_an_offered_time_until_it_expires(service, patient):
    ada, reference = clinician(service, role={"buffer_after_minutes": 10}), uuid4()

    slot = take(service, patient, reference=reference)

    slot.refresh_from_db()
    assert (slot.practitioner, slot.start_at, slot.end_at) == (ada, NINE, NINE + HALF)
    assert (slot.blocked.lower, slot.blocked.upper) == (NINE, NINE + timedelta(minutes=40))
    assert (slot.status, slot.expires_at) == (SlotStatus.BUSY_TENTATIVE, NOW + timedelta(minutes=10))
    assert (slot.holder, slot.reference, slot.state, slot.service) == (patient, reference, "NY", service)
    assert StatusChange.objects.get(entity_id=slot.pk).new == SlotStatus.BUSY_TENTATIVE
    assert AuditEvent.objects.get(entity_id=slot.pk).event == "providers.slot.held"


def test_hold_refuses_a_taken_time_and_names_the_nearest(service, patient):
    ada = clinician(service)
    SlotFactory(practitioner=ada)

    with pytest.raises(hold.SlotTaken) as refused:
        take(service, patient)

    nearest = refused.value.extra["nearest"]
    assert [offer["start"] for offer in nearest] == [
        "2026-06-01T13:30:00Z", "2026-06-01T14:00:00Z", "2026-06-01T14:30:00Z",
    ]  # fmt: skip
    assert nearest[0]["time_zone"] == "America/New_York"
    assert (nearest[0]["practitioner"], nearest[0]["practitioner_name"]) == (str(ada.pk), ada.display_name)


def test_hold_names_other_clinicians_when_the_one_asked_for_is_booked_out(service, patient):
    ada = clinician(service, hours=((540, 570),), role={"horizon_days": 3})
    grace = clinician(service)
    SlotFactory(practitioner=ada)

    with pytest.raises(hold.SlotTaken) as refused:
        take(service, patient, practitioner_id=ada.pk)

    assert {offer["practitioner"] for offer in refused.value.extra["nearest"]} == {str(grace.pk)}


@pytest.mark.parametrize(
    "change",
    [
        {"start_at": NINE + timedelta(minutes=15)},
        {"start_at": NINE - HALF},
        {"start_at": NINE - timedelta(days=7)},
        {"start_at": NINE + timedelta(days=49)},
        {"start_at": datetime.max.replace(tzinfo=UTC)},
        {"start_at": datetime.min.replace(tzinfo=UTC)},
        {"state": "CA"},
        {"state": "NJ"},
        {"state": "ZZ"},
        {"language": "es"},
        {"practitioner_id": UUID(int=7)},
    ],
    ids=[
        "off the row",
        "closed",
        "past",
        "beyond horizon",
        "end of time",
        "beginning of time",
        "not served",
        "not licensed",
        "no state",
        "language",
        "nobody",
    ],
)
@pytest.mark.parametrize("is_named", [False, True], ids=["anybody", "of one clinician"])
def test_hold_refuses_what_is_not_offered(service, patient, change, is_named):
    wanted = {"practitioner_id": clinician(service).pk} if is_named else {}
    clinician(service)

    with pytest.raises(hold.NotOffered) as refused:
        take(service, patient, **wanted | change)

    assert refused.value.errors[0].field == "start"
    assert not Slot.objects.exists()


def test_hold_refuses_a_retired_service(service, patient):
    clinician(service)
    type(service).objects.update(is_active=False)

    with pytest.raises(hold.NotOffered):
        take(service, patient)


def test_hold_refuses_somebody_too_young(service, patient):
    clinician(service)

    with pytest.raises(hold.NotOffered):
        take(service, patient, born=NINE.date().replace(year=2010))


def test_a_hold_takes_the_place_of_an_expired_one(service, patient):
    expired = held(clinician(service), UserFactory(), until=NOW)

    slot = take(service, patient)

    expired.refresh_from_db()
    assert (slot.holder, expired.status) == (patient, SlotStatus.FREE)
    assert StatusChange.objects.get(entity_id=expired.pk).reason == "expired"


@pytest.mark.parametrize("minutes", [0, 15, 60], ids=["same time", "overlapping", "later"])
def test_a_new_hold_for_the_same_case_replaces_the_earlier_one(service, patient, minutes):
    clinician(service, role={"alignment_minutes": 15})
    reference = uuid4()
    earlier = take(service, patient, reference=reference)

    later = take(service, patient, reference=reference, start_at=NINE + timedelta(minutes=minutes))

    assert list(Slot.objects.held_by(patient, now=NOW)) == [later]
    earlier.refresh_from_db()
    assert earlier.status == SlotStatus.FREE


def test_a_refused_hold_leaves_the_earlier_one(service, patient):
    ada, reference = clinician(service), uuid4()
    earlier = take(service, patient, reference=reference)
    SlotFactory(practitioner=ada, start_at=NINE + HALF)

    with pytest.raises(hold.SlotTaken):
        take(service, patient, reference=reference, start_at=NINE + HALF)

    assert list(Slot.objects.held_by(patient, now=NOW)) == [earlier]


@pytest.mark.parametrize(("most", "words"), [(1, "one time at once"), (3, "3 times at once")])
def test_a_person_holds_as_many_times_as_the_service_allows(service, patient, most, words):
    HealthcareService.objects.update(max_holds=most)
    clinician(service)
    for number in range(most):
        take(service, patient, start_at=NINE + number * HALF)

    with pytest.raises(hold.TooManyHolds, match=words):
        take(service, patient, start_at=NINE + most * HALF)

    assert take(service, patient, start_at=NINE + most * HALF, now=NOW + timedelta(minutes=10))


def test_continuity_comes_before_load(service, patient):
    known = clinician(service)
    clinician(service)
    SlotFactory(practitioner=known, start_at=NINE + HALF)

    assert take(service, patient, known_to=frozenset({known.pk})).practitioner == known


def test_without_preference_the_least_loaded_gets_the_visit(service, patient):
    busy, idle = clinician(service), clinician(service)
    SlotFactory(practitioner=busy, start_at=NINE + HALF)

    assert take(service, patient).practitioner == idle


def test_release_gives_the_time_back_once(service, patient):
    clinician(service)
    slot = take(service, patient)

    first = hold.release(slot_id=slot.pk, by=patient, now=NOW)
    again = hold.release(slot_id=slot.pk, by=patient, now=NOW)

    assert (first, again) == (True, False)
    assert take(service, UserFactory()).start_at == NINE


@pytest.mark.parametrize("status", [SlotStatus.BUSY, SlotStatus.BUSY_TENTATIVE], ids=["booked", "of somebody else"])
def test_release_refuses_what_is_no_hold_of_this_person(service, patient, status):
    other = UserFactory()
    slot = SlotFactory(
        status=status,
        holder=patient if status == SlotStatus.BUSY else other,
        expires_at=None if status == SlotStatus.BUSY else NOW + HALF,
    )

    with pytest.raises(hold.NoSuchHold):
        hold.release(slot_id=slot.pk, by=patient, now=NOW)


def test_expire_frees_what_is_over_and_nothing_else(service, patient):
    ada = clinician(service)
    over, running = (
        held(ada, patient, start_at=NINE + number * HALF, until=NOW + number * HALF) for number in range(2)
    )

    assert hold.expire(now=NOW) == 1

    assert not Slot.objects.live().filter(pk=over.pk).exists()
    assert Slot.objects.live().filter(pk=running.pk).exists()


def test_hold_uses_a_fixed_number_of_queries(service, patient, django_assert_max_num_queries):
    for _ in range(5):
        clinician(service)

    with django_assert_max_num_queries(24):
        take(service, patient)


@pytest.mark.parametrize("is_named", [True, False], ids=["named", "the only one"])
@pytest.mark.parametrize(("is_refreshed", "queries"), [(False, 19), (True, 20)], ids=["computed", "from the table"])
def test_a_hold_asks_the_diary_of_the_only_clinician_in_question_once(
    service, patient, is_refreshed, queries, is_named, django_assert_num_queries
):
    ada = clinician(service)
    if is_refreshed:
        refresh_all()

    with django_assert_num_queries(queries):
        take(service, patient, practitioner_id=ada.pk if is_named else None)


def test_the_load_of_the_only_clinician_in_question_is_told_without_what_the_hold_replaces(service, patient):
    ada, reference = clinician(service), uuid4()
    SlotFactory(practitioner=ada, start_at=NINE + timedelta(days=7), end_at=NINE + timedelta(days=7, hours=1),
                blocked=DateTimeTZRange(NINE + timedelta(days=7), NINE + timedelta(days=7, hours=1)))  # fmt: skip
    take(service, patient, reference=reference, start_at=NINE + HALF)

    slot = take(service, patient, reference=reference)

    # An hour of three Mondays, nine to noon.
    detail = AuditEvent.objects.get(entity_id=slot.pk).detail
    assert (detail["code"], detail["load_percent"], detail["among"]) == ("only-one", 11, 1)


@pytest.mark.parametrize("is_named", [False, True], ids=["anybody", "of one clinician"])
def test_whoever_is_too_late_asks_three_questions_and_locks_nothing(
    service, patient, is_named, django_assert_num_queries
):
    ada = clinician(service)
    take(service, UserFactory(), practitioner_id=ada.pk)
    refresh_all()
    # The names of those whom this process does not know yet are one question more.
    availability.nearest(Asked(service=service, state="NY"), start_at=NINE, now=NOW)

    with django_assert_num_queries(5) as queries, pytest.raises(hold.SlotTaken) as refused:
        take(service, patient, practitioner_id=ada.pk if is_named else None)

    assert len(refused.value.extra["nearest"]) == 3
    # Its service, who has the time, the nearest ones; the others begin and undo the transaction.
    assert not [query["sql"] for query in queries.captured_queries if "FOR NO KEY UPDATE" in query["sql"]]


@pytest.mark.parametrize("is_refreshed", [False, True], ids=["computed", "from the table"])
@pytest.mark.parametrize("minutes", [-15, 15], ids=["before", "after"])
def test_a_time_that_a_visit_of_another_service_lies_over_was_just_taken(service, patient, minutes, is_refreshed):
    long = HealthcareServiceFactory(duration_minutes=45, alignment_minutes=15)
    ada = clinician(service)
    PractitionerRoleFactory(practitioner=ada, service=long)
    take(service, UserFactory(), start_at=NINE + HALF)
    if is_refreshed:
        refresh_all()

    for person in (patient, UserFactory()):
        with pytest.raises(hold.SlotTaken):
            take(long, person, start_at=NINE + HALF + timedelta(minutes=minutes))


def test_a_crowd_that_one_visit_lies_over_reads_the_hours_once(service, patient, django_assert_num_queries):
    long = HealthcareServiceFactory(duration_minutes=45, alignment_minutes=15)
    PractitionerRoleFactory(practitioner=clinician(service), service=long)
    take(service, UserFactory())
    refresh_all()
    wanted = NINE + timedelta(minutes=15)
    with pytest.raises(hold.SlotTaken):
        take(long, UserFactory(), start_at=wanted)

    with django_assert_num_queries(5), pytest.raises(hold.SlotTaken):
        take(long, patient, start_at=wanted)
    with pytest.raises(hold.NotOffered):
        take(long, patient, start_at=wanted, born=NINE.date().replace(year=2010))


def test_hours_that_were_read_for_a_crowd_are_read_again_after_moments(service, patient):
    long = HealthcareServiceFactory(duration_minutes=45, alignment_minutes=15)
    ada = clinician(service)
    PractitionerRoleFactory(practitioner=ada, service=long)
    take(service, UserFactory())
    with pytest.raises(hold.SlotTaken):
        take(long, patient, start_at=NINE + timedelta(minutes=15))
    ScheduleExceptionFactory(practitioner=ada)

    with pytest.raises(hold.NotOffered):
        take(long, patient, start_at=NINE + timedelta(minutes=15), now=NOW + timedelta(seconds=3))


@pytest.mark.parametrize("is_named", [False, True], ids=["anybody", "of one clinician"])
@pytest.mark.parametrize("is_refreshed", [False, True], ids=["computed", "from the table"])
def test_nobody_stands_in_their_own_way(service, patient, is_named, is_refreshed):
    ada, reference = clinician(service), uuid4()
    take(service, patient, reference=reference)
    if is_refreshed:
        refresh_all()

    again = take(service, patient, reference=reference, practitioner_id=ada.pk if is_named else None)

    assert list(Slot.objects.live()) == [again]


def test_a_hold_for_another_case_of_ones_own_is_in_the_way(service, patient):
    clinician(service)
    take(service, patient)
    refresh_all()

    with pytest.raises(hold.SlotTaken):
        take(service, patient)


def test_an_expired_hold_is_not_in_the_way_of_a_named_clinician(service, patient):
    ada = clinician(service)
    refresh_all()
    held(ada, UserFactory(), until=NOW)

    assert take(service, patient, practitioner_id=ada.pk).practitioner == ada


def test_time_off_saved_before_the_hold_wins(service, patient):
    ada = clinician(service)
    ScheduleExceptionFactory(practitioner=ada)

    with pytest.raises(hold.NotOffered):
        take(service, patient)


def test_why_a_clinician_was_chosen_is_written_down_for_colleagues():
    service = HealthcareServiceFactory()
    busy, idle = clinician(service), clinician(service)
    SlotFactory(practitioner=busy, service=service, start_at=NINE + timedelta(hours=1))

    slot = hold.hold(
        service_id=service.pk, state="NY", start_at=NINE, practitioner_id=None, by=UserFactory(), reference=uuid4(),
        now=NOW,
    )  # fmt: skip

    detail = AuditEvent.objects.get(event="providers.slot.held").detail
    assert slot.practitioner == idle
    assert (detail["code"], detail["load_percent"], detail["among"]) == ("least-loaded", 0, 2)
