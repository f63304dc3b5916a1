"""`Idempotency-Key`: the same request from eight phones at once is done once, and all are answered alike."""

import time
from datetime import timedelta

import pytest
import time_machine

from config.core.models import IdempotencyKey
from consultations.models import Appointment, ServiceRequest
from intake.models import Patient
from providers.models import Slot
from tests.consultations.api.crowd import poster
from tests.consultations.racing import at_once
from tests.contracts import openapi
from tests.contracts.test_bad_input import send
from tests.factories.clinic import waiting
from tests.factories.consultations import ServiceRequestFactory, asking_service, clinician, held
from tests.factories.core import UserFactory
from tests.factories.intake import PatientFactory
from tests.factories.providers import NINE, NOW

PHONES = 8
PERSON = {
    "given_name": "Grace", "family_name": "Sample", "birth_date": "1985-03-08", "sex_at_birth": "F",
    "phone": "+12125550123", "state": "NY", "time_zone": "America/New_York",
}  # fmt: skip


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


def registering():
    return UserFactory(), "patients/", PERSON, lambda: Patient.objects.count()


def starting():
    service = asking_service()
    words = {"service": service.slug, "state": "NY"}
    return PatientFactory().user, "service-requests/", words, lambda: ServiceRequest.objects.count()


def holding():
    case = ServiceRequestFactory(submitted=True)
    clinician(case.service)
    words = {"service_request": str(case.pk), "start": NINE.isoformat()}
    return case.patient.user, "holds/", words, lambda: Slot.objects.count()


def booking():
    case = ServiceRequestFactory(submitted=True)
    words = {"service_request": str(case.pk), "hold": str(held(case).pk)}
    return case.patient.user, "appointments/", words, lambda: Appointment.objects.count()


def claiming():
    task = waiting()
    practitioner = clinician(task.service)
    return practitioner.user, "review-tasks/claim-next/", {}, lambda: task._meta.model.objects.get().fence


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [registering, starting, holding, booking, claiming])
def test_eight_phones_with_one_key_do_it_once_and_get_one_answer(live_server, act):
    user, address, words, done = act()
    post = poster(live_server.url, user, **{"Idempotency-Key": "one"})

    answers = at_once(*[lambda: until_answered(post, f"/api/v1/{address}", words)] * PHONES)

    assert {status for status, _ in answers} <= {200, 201}, answers
    assert all(answer == answers[0] for answer in answers)
    assert done() == 1
    assert IdempotencyKey.objects.count() == 1


def until_answered(post, address, words):
    """Send again while the first request with the key is still running, as its answer says."""
    while (answer := post(address, words))[0] == 409 and answer[1]["code"] == "still-running":
        time.sleep(0.2)
    return answer


def keyed(user, address, body, *, key="k"):
    return send(user, "post", address, openapi.written(body), headers={"Idempotency-Key": key})


@pytest.mark.django_db
def test_a_key_is_its_persons_own_and_ends_after_a_day(clock):
    user, address, words, done = starting()
    other = PatientFactory().user

    assert keyed(user, f"/api/v1/{address}", words).status_code == 201
    assert keyed(other, f"/api/v1/{address}", words).status_code == 201
    assert done() == 2
    clock.move_to(NOW + timedelta(hours=23, minutes=59))
    assert keyed(user, f"/api/v1/{address}", words).status_code == 201
    clock.move_to(NOW + timedelta(hours=24, minutes=1))
    assert keyed(user, f"/api/v1/{address}", words).status_code == 409
    assert done() == 2


@pytest.mark.django_db
def test_what_is_kept_of_an_answer_cannot_be_read():
    user, address, words, _ = registering()

    keyed(user, f"/api/v1/{address}", words)

    assert PERSON["family_name"].encode() not in bytes(IdempotencyKey.objects.get().answer)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["k" * 256, "k" * 8192])
def test_a_key_that_is_too_long_is_refused(key):
    user, address, words, done = registering()

    answer = keyed(user, f"/api/v1/{address}", words, key=key)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-too-long")
    assert done() == 0
