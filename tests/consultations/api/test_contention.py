"""Twenty people want one time, or one person sends one booking twenty times: through HTTP, ten times in a row."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.db.models import Count

from consultations.models import Appointment
from providers.models import AvailableTime, Slot
from tests.consultations.api.crowd import booking, hold, poster
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
            answers = at_once(*[booking(poster(live_server.url, case.patient.user), case, start_at) for case in cases])

            assert sorted(status for status, _ in answers) == [201] + [409] * 19, answers
            assert {body["code"] for status, body in answers if status == 409} == {"slot-taken"}

    assert Appointment.objects.live().count() == Slot.objects.live().count() == ROUNDS
    per_time = Slot.objects.live().filter(practitioner=practitioner).values("start_at").annotate(taken=Count("id"))
    assert {row["taken"] for row in per_time} == {1}


@pytest.mark.slow
@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_hold_that_is_booked_twenty_times_at_once_becomes_one_visit_each_time(live_server):
    service = HealthcareServiceFactory()
    clinician(service)
    AvailableTime.objects.update(end_minute=18 * 60)

    with time_machine.travel(NOW, tick=True):
        for number in range(ROUNDS):
            case = ServiceRequestFactory(submitted=True, service=service)
            post = poster(live_server.url, case.patient.user)
            _, held = hold(post, case, NINE + timedelta(minutes=30 * number))
            words = {"service_request": str(case.pk), "hold": held["id"]}
            answers = at_once(*[partial(post, "/api/v1/appointments/", words)] * PEOPLE)

            booked = [body["id"] for status, body in answers if status == 201]
            refused = {(body["code"], body["appointment"]) for status, body in answers if status == 409}
            assert sorted(status for status, _ in answers) == [201] + [409] * 19, answers
            assert refused == {("already-booked", *booked)}

    assert Appointment.objects.live().count() == Slot.objects.live().count() == ROUNDS
