"""Twenty people want one time, through HTTP, ten times in a row."""

from datetime import timedelta

import pytest
import time_machine
from django.db.models import Count

from consultations.models import Appointment
from providers.models import AvailableTime, Slot
from tests.consultations.api.crowd import booking, poster
from tests.consultations.racing import at_once
from tests.factories.consultations import ServiceRequestFactory, clinician
from tests.factories.providers import NINE, NOW, HealthcareServiceFactory

PEOPLE, ROUNDS = 20, 10


@pytest.mark.slow
@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_twenty_people_who_book_one_time_get_one_visit_and_nineteen_refusals_each_time(live_server):
    service = HealthcareServiceFactory()
    practitioner = clinician(service)
    AvailableTime.objects.update(end_minute=18 * 60)

    with time_machine.travel(NOW, tick=True):
        for number in range(ROUNDS):
            start_at = NINE + timedelta(minutes=30 * number)
            cases = [ServiceRequestFactory(submitted=True, service=service) for _ in range(PEOPLE)]
            answers = at_once(*[booking(live_server.url, case, start_at) for case in cases])

            assert sorted(status for status, _ in answers) == [201] + [409] * 19, answers
            assert {body["code"] for status, body in answers if status == 409} == {"slot-taken"}

    assert Appointment.objects.live().count() == Slot.objects.live().count() == ROUNDS
    per_time = Slot.objects.live().filter(practitioner=practitioner).values("start_at").annotate(taken=Count("id"))
    assert {row["taken"] for row in per_time} == {1}


@pytest.mark.django_db(transaction=True)
def test_one_person_who_sends_the_booking_twenty_times_gets_one_visit(live_server):
    case = ServiceRequestFactory(submitted=True)
    clinician(case.service)

    with time_machine.travel(NOW, tick=True):
        post = poster(live_server.url, case.patient.user)
        _, held = post("/api/v1/holds/", {"service_request": str(case.pk), "start": NINE.isoformat()})
        words = {"service_request": str(case.pk), "hold": held["id"]}
        answers = at_once(*[lambda: post("/api/v1/appointments/", words)] * PEOPLE)

    assert sorted(status for status, _ in answers) == [201] + [409] * 19, answers
    assert Appointment.objects.count() == 1
