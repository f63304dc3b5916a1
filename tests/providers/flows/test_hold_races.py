"""Many people want one time: exactly the right ones get it, nobody sees a deadlock, nothing overlaps."""

import functools
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from providers.domain.codes import SlotStatus
from providers.flows import hold, open_times
from providers.models import Slot
from providers.queries import open_times as table
from providers.queries import was_offered
from providers.queries.diaries import load
from tests.factories.core import UserFactory
from tests.factories.providers import NINE, NOW, HealthcareServiceFactory, clinician, held
from tests.providers.race import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
CLIENTS = 64


def wish(service, by, *, start_at=NINE, practitioner_id=None, reference=None, now=NOW):
    return functools.partial(
        hold.hold,
        service_id=service.pk,
        state="NY",
        start_at=start_at,
        practitioner_id=practitioner_id,
        by=by,
        reference=reference or uuid4(),
        now=now,
    )


def overlaps():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM providers_slot a JOIN providers_slot b ON a.practitioner_id = b.practitioner_id"
            " AND a.id < b.id AND a.blocked && b.blocked WHERE a.status <> 'free' AND b.status <> 'free'"
        )
        return cursor.fetchone()[0]


def winners(results):
    won = [result for result in results if isinstance(result, Slot)]
    lost = [result for result in results if not isinstance(result, Slot)]
    assert [type(error) for error in lost] == [hold.SlotTaken] * len(lost), lost
    return won


@pytest.mark.parametrize("is_refreshed", [False, True], ids=["computed", "from the table"])
def test_sixty_four_people_want_one_time_of_one_clinician(is_refreshed):
    service = HealthcareServiceFactory()
    ada = clinician(service)
    if is_refreshed:
        open_times.refresh(practitioner_id=ada.pk, now=NOW)
    people = [UserFactory() for _ in range(CLIENTS)]

    results, _ = race(*(wish(service, person, practitioner_id=ada.pk) for person in people))

    assert len(winners(results)) == 1
    assert Slot.objects.live().count() == 1


def test_sixty_four_people_want_overlapping_times():
    service = HealthcareServiceFactory(alignment_minutes=5)
    clinician(service)
    people = [UserFactory() for _ in range(CLIENTS)]

    results, _ = race(
        *(wish(service, person, start_at=NINE + timedelta(minutes=5 * (n % 12))) for n, person in enumerate(people))
    )

    assert 1 <= len(winners(results)) <= 3
    assert overlaps() == 0


def test_many_bookings_at_once_leave_the_table_of_open_times_right():
    service = HealthcareServiceFactory()
    clinicians = [clinician(service) for _ in range(3)]
    for practitioner in clinicians:
        open_times.refresh(practitioner_id=practitioner.pk, now=NOW)

    results, _ = race(
        *(wish(service, UserFactory(), start_at=NINE + timedelta(minutes=30 * (n % 6))) for n in range(36))
    )

    assert len(winners(results)) == 18
    assert overlaps() == 0
    assert not table.doubtful(NOW)
    assert [table.drift(practitioner, now=NOW) for practitioner in clinicians] == [0, 0, 0]


def test_as_many_win_as_there_are_clinicians():
    service = HealthcareServiceFactory()
    for _ in range(3):
        clinician(service)

    results, _ = race(*(wish(service, UserFactory()) for _ in range(12)))

    assert len(winners(results)) == 3
    assert overlaps() == 0


def test_the_limit_of_holds_stands_when_one_person_asks_for_many_at_once():
    service, patient = HealthcareServiceFactory(), UserFactory()
    clinician(service)

    results, _ = race(*(wish(service, patient, start_at=NINE + n * timedelta(minutes=30)) for n in range(6)))

    assert sum(isinstance(result, Slot) for result in results) == service.max_holds
    assert {type(result) for result in results} == {Slot, hold.TooManyHolds}


def test_the_limit_of_visits_a_day_stands_against_many_times_at_once():
    service = HealthcareServiceFactory(max_visits_per_day=2)
    clinician(service)

    results, _ = race(*(wish(service, UserFactory(), start_at=NINE + n * timedelta(minutes=30)) for n in range(6)))

    assert len(winners(results)) == 2


def test_a_crowd_that_one_visit_lies_over_reads_the_hours_once_however_many_ask_at_the_same_moment(monkeypatch):
    service = HealthcareServiceFactory(alignment_minutes=15)
    ada = clinician(service)
    wish(service, UserFactory())()
    open_times.refresh(practitioner_id=ada.pk, now=NOW)
    readings = []
    monkeypatch.setattr(was_offered, "load", lambda *asked, **more: readings.append(1) or load(*asked, **more))

    late = [wish(service, UserFactory(), start_at=NINE + timedelta(minutes=15)) for _ in range(12)]
    results, _ = race(*late)

    assert (winners(results), len(readings)) == ([], 1)


@pytest.mark.parametrize("round_", range(5))
def test_one_takes_over_an_expired_hold(round_):
    service = HealthcareServiceFactory()
    held(clinician(service), UserFactory(), until=NOW)

    results, _ = race(*(wish(service, UserFactory()) for _ in range(8)))

    assert len(winners(results)) == 1
    assert Slot.objects.live().count() == 1


@pytest.mark.parametrize("round_", range(5))
def test_booking_a_hold_and_taking_it_over_never_both_succeed(round_):
    service = HealthcareServiceFactory()
    slot = held(clinician(service), UserFactory(), until=NOW)
    just_before = NOW - timedelta(microseconds=1)

    results, _ = race(
        functools.partial(Slot.objects.book, pk=slot.pk, holder=slot.holder_id, now=just_before),
        *(wish(service, UserFactory()) for _ in range(3)),
    )

    booked, *others = results
    assert booked + sum(isinstance(result, Slot) for result in others) == 1
    assert Slot.objects.live().count() == 1


@pytest.mark.parametrize("round_", range(5))
def test_two_people_swap_overlapping_holds_without_seeing_a_deadlock(round_):
    service = HealthcareServiceFactory(alignment_minutes=15)
    ada = clinician(service)
    left, right = UserFactory(), UserFactory()
    first, second = (uuid4() for _ in range(2))
    held(ada, left, start_at=NINE, until=NOW + timedelta(minutes=5), reference=first)
    held(ada, right, start_at=NINE + timedelta(minutes=30), until=NOW + timedelta(minutes=5), reference=second)

    results, _ = race(
        wish(service, left, start_at=NINE + timedelta(minutes=15), reference=first),
        wish(service, right, start_at=NINE + timedelta(minutes=15), reference=second),
    )

    assert len(winners(results)) <= 1
    assert overlaps() == 0
    assert Slot.objects.filter(status=SlotStatus.BUSY_TENTATIVE).count() == 2
