"""Twenty people want one time, through HTTP, ten times in a row."""

import json
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.db.models import Count
from django.test import Client

from consultations.models import Appointment
from providers.models import AvailableTime, Slot
from tests.consultations.racing import at_once
from tests.factories.consultations import ServiceRequestFactory, clinician
from tests.factories.providers import NINE, NOW, HealthcareServiceFactory

PEOPLE, ROUNDS = 20, 10
TOKEN = "t" * 32


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


def booking(url, case, start_at):
    """Return the act of one person: hold the time, then book it; the answer is the first refusal or the visit."""
    post = poster(url, case.patient.user)

    def act():
        status, body = post("/api/v1/holds/", {"service_request": str(case.pk), "start": start_at.isoformat()})
        if status != 201:
            return status, body
        return post("/api/v1/appointments/", {"service_request": str(case.pk), "hold": body["id"]})

    return act


def poster(url, user):
    """Return a function that posts JSON as a signed-in person over a connection of its own."""
    browser = Client()
    browser.force_login(user)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    headers = {
        "Content-Type": "application/json",
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
    }

    def post(path, words):
        connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
        try:
            connection.request("POST", path, json.dumps(words), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    return post
