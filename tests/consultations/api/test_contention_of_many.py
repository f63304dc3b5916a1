"""
Sixty-four people at once, through HTTP: exactly the right ones win, nobody sees an error, the rows agree.

CONTENTION_ROUNDS=10 repeats each ten times; a plain run has two rounds, to keep the suite short.
"""

import os
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.db import connection

from consultations.flows import book
from consultations.models import Appointment
from providers.flows import hold as holding
from providers.flows import open_times
from providers.models import AvailableTime, Practitioner, Slot
from providers.queries import open_times as table
from tests.consultations.api.crowd import booking, hold, poster
from tests.consultations.racing import at_once
from tests.factories.consultations import ServiceRequestFactory, clinician
from tests.factories.intake import PatientFactory
from tests.factories.providers import NINE, NOW, HealthcareServiceFactory, PractitionerRoleFactory

PEOPLE, ROUNDS = 64, int(os.environ.get("CONTENTION_ROUNDS", "2"))
QUARTER = timedelta(minutes=15)

pytestmark = [pytest.mark.slow, pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def service():
    return HealthcareServiceFactory(max_reschedules=99, max_visits_per_day=99)


def open_all_day():
    AvailableTime.objects.update(start_minute=8 * 60, end_minute=20 * 60)


def refresh():
    for practitioner in Practitioner.objects.all():
        open_times.refresh(practitioner_id=practitioner.pk, now=NOW)


def assert_rows_agree():
    with connection.cursor() as cursor:
        for table_, column, taken in (("providers_slot", "blocked", "practitioner_id"),
                                      ("consultations_appointment", "during", "patient_id")):  # fmt: skip
            cursor.execute(
                f"SELECT count(*) FROM {table_} a JOIN {table_} b ON a.{taken} = b.{taken} AND a.id < b.id"
                f" AND a.{column} && b.{column} WHERE a.status NOT IN ('free', 'cancelled')"
                " AND b.status NOT IN ('free', 'cancelled')"
            )
            assert cursor.fetchone()[0] == 0
    doubted = table.doubtful(NOW)
    for practitioner in Practitioner.objects.exclude(pk__in=doubted):
        assert table.drift(practitioner, now=NOW) == 0


def statuses(answers):
    return sorted(status for status, _ in answers)


def test_one_time_goes_to_one_of_sixty_four(live_server, service):
    clinician(service)
    open_all_day()
    refresh()
    cases = [ServiceRequestFactory(submitted=True, service=service) for _ in range(PEOPLE)]

    with time_machine.travel(NOW, tick=True):
        for number in range(ROUNDS):
            start_at = NINE + number * timedelta(minutes=30)
            waiting = [case for case in cases if not Appointment.objects.filter(service_request=case).exists()]
            answers = at_once(
                *[booking(poster(live_server.url, case.patient.user), case, start_at) for case in waiting]
            )

            assert statuses(answers) == [201] + [409] * (len(waiting) - 1), answers
            assert {body["code"] for status, body in answers if status == 409} == {"slot-taken"}

    assert_rows_agree()


def test_overlapping_times_of_two_services_go_to_as_many_as_fit(live_server, service):
    long = HealthcareServiceFactory(duration_minutes=45, alignment_minutes=15, max_visits_per_day=99)
    ada = clinician(service)
    PractitionerRoleFactory(practitioner=ada, service=long)
    open_all_day()
    refresh()

    with time_machine.travel(NOW, tick=True):
        for number in range(ROUNDS):
            start_at = NINE + number * timedelta(hours=1)
            wishes = [(service, start_at), (long, start_at + QUARTER), (long, start_at - QUARTER), (service, start_at)]
            acts = []
            for person in range(PEOPLE):
                wanted, at = wishes[person % 4]
                case = ServiceRequestFactory(submitted=True, service=wanted)
                post = poster(live_server.url, case.patient.user)
                acts.append(partial(hold, post, case, at))
            answers = at_once(*acts)

            # All four lie over each other, so that one person has all of it.
            assert statuses(answers) == [201] + [409] * (PEOPLE - 1), answers
            Slot.objects.all().update(status="free", expires_at=None)

    assert_rows_agree()


def test_one_patient_who_asks_many_clinicians_for_one_hour_has_one_visit(live_server):
    lines = [HealthcareServiceFactory() for _ in range(8)]
    for line in lines:
        clinician(line)
    open_all_day()
    refresh()

    with time_machine.travel(NOW, tick=True):
        for number in range(ROUNDS):
            patient, start_at = PatientFactory(), NINE + number * timedelta(minutes=30)
            acts = []
            for line in lines[:3]:
                case = ServiceRequestFactory(submitted=True, service=line, patient=patient)
                held = holding.hold(
                    service_id=line.pk, state="NY", start_at=start_at, practitioner_id=None, by=patient.user,
                    reference=case.pk, now=NOW,
                )  # fmt: skip
                words = {"service_request": str(case.pk), "hold": str(held.pk)}
                post = poster(live_server.url, patient.user)
                acts += [partial(post, "/api/v1/appointments/", words)] * 21
            answers = at_once(*acts)

            assert statuses(answers) == [201] + [409] * (len(acts) - 1), answers
            assert Appointment.objects.live().filter(patient=patient).count() == 1

    assert_rows_agree()


def test_an_expired_hold_goes_to_one_of_sixty_four(live_server, service):
    clinician(service)
    open_all_day()
    owner = ServiceRequestFactory(submitted=True, service=service)
    cases = [ServiceRequestFactory(submitted=True, service=service) for _ in range(PEOPLE)]
    posts = [poster(live_server.url, case.patient.user) for case in cases]

    with time_machine.travel(NOW, tick=True):
        for number in range(ROUNDS):
            start_at = NINE + number * timedelta(minutes=30)
            late = holding.hold(
                service_id=service.pk, state="NY", start_at=start_at, practitioner_id=None, by=owner.patient.user,
                reference=owner.pk, now=NOW - timedelta(hours=1),
            )  # fmt: skip
            answers = at_once(*[partial(hold, post, case, start_at) for post, case in zip(posts, cases, strict=True)])

            assert statuses(answers) == [201] + [409] * (PEOPLE - 1), answers
            late.refresh_from_db()
            assert late.status == "free"
            Slot.objects.live().update(status="free", expires_at=None)

    assert_rows_agree()


def test_pairs_who_swap_their_times_end_with_a_time_each(live_server, service):
    clinician(service)
    open_all_day()
    times = [NINE + number * timedelta(minutes=30) for number in range(8)]
    cases = [ServiceRequestFactory(submitted=True, service=service) for _ in times]
    visits = [_booked(case, at) for case, at in zip(cases, times, strict=True)]
    posts = [poster(live_server.url, case.patient.user) for case in cases]

    with time_machine.travel(NOW, tick=True):
        for _ in range(ROUNDS):
            acts = [_swap(posts[n], cases[n], visits[n], times[n ^ 1]) for n in range(len(times))] * 8
            answers = at_once(*acts)

            # A swap cannot succeed for both: each keeps the old time until the new one is theirs.
            assert set(statuses(answers)) <= {200, 409}, answers
            assert Appointment.objects.live().count() == len(times)
            for visit in Appointment.objects.live().select_related("slot"):
                assert (visit.slot.status, visit.slot.start_at) == ("busy", visit.start_at)

    assert_rows_agree()


def _booked(case, at):
    by = case.patient.user
    held = holding.hold(
        service_id=case.service_id, state="NY", start_at=at, practitioner_id=None, by=by, reference=case.pk, now=NOW
    )
    return book.book(request_id=case.pk, hold_id=held.pk, by=by, now=NOW)


def _swap(post, case, visit, to):
    def act():
        status, body = hold(post, case, to)
        if status != 201:
            return status, body
        return post(f"/api/v1/appointments/{visit.pk}/reschedule/", {"hold": body["id"]})

    return act
