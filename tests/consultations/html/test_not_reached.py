"""Who looks after a patient learns that messages did not arrive at them."""

from datetime import timedelta

import pytest
import time_machine

from consultations.domain.codes import Channel, CommunicationKind, CommunicationStatus
from consultations.models import Communication
from tests.consultations.html.reading import text_of
from tests.factories.clinic import waiting
from tests.factories.consultations import AppointmentFactory, clinician
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.providers import NINE, NOW, HealthcareServiceFactory

pytestmark = pytest.mark.django_db
Kind, Status = CommunicationKind, CommunicationStatus
WORDS = "The patient was not reached"


@pytest.fixture
def visit(client):
    service = HealthcareServiceFactory.create()
    practitioner = clinician(service)
    task = waiting(service)
    client.force_login(practitioner.user)
    with time_machine.travel(NOW, tick=False):
        yield AppointmentFactory.create(
            service_request=task.service_request, practitioner=practitioner, patient=task.service_request.patient
        )


def message(visit, *, status=Status.NOT_DONE, at=NOW, recipient=None, **columns):
    words = {
        "kind": Kind.VISIT_IN_A_DAY, "channel": Channel.EMAIL, "due_at": at, "status": status,
        "sent_at": at if status == Status.COMPLETED else None, **columns,
    }  # fmt: skip
    row = Communication.objects.create(
        subject_type="consultations.appointment", subject_id=visit.pk, service_request=visit.service_request,
        recipient=recipient or visit.patient.user, **words,
    )  # fmt: skip
    Communication.objects.filter(pk=row.pk).update(updated_at=at)


def pages(client, visit):
    task = visit.service_request.review_task
    return [text_of(client.get(path)) for path in (f"/clinic/cases/{task.pk}/", f"/clinic/visits/{visit.pk}/")]


@pytest.mark.parametrize("status", [Status.NOT_DONE, Status.UNKNOWN])
def test_the_case_the_visit_and_the_list_say_it(client, visit, status):
    message(visit, status=status)

    for page in pages(client, visit):
        assert WORDS in page
        assert "Reminder well before the visit, e-mail" in page
    assert "Not reached" in text_of(client.get("/clinic/visits/"))


def test_nothing_is_said_when_all_arrived(client, visit):
    message(visit, status=Status.COMPLETED)

    assert not any(WORDS in page for page in pages(client, visit))
    assert "Not reached" not in text_of(client.get("/clinic/visits/"))


def test_another_way_that_worked_is_enough(client, visit):
    message(visit, channel=Channel.SMS)
    message(visit, status=Status.COMPLETED, at=NOW + timedelta(minutes=1))

    assert not any(WORDS in page for page in pages(client, visit))


def test_another_way_that_is_still_to_come_is_waited_for(client, visit):
    message(visit, channel=Channel.SMS)
    message(visit, status=Status.PREPARATION, at=NINE)

    assert not any(WORDS in page for page in pages(client, visit))


def test_what_did_not_reach_a_colleague_says_nothing_about_the_patient(client, visit):
    message(visit, recipient=UserFactory.create())

    assert not any(WORDS in page for page in pages(client, visit))


def test_those_who_work_here_find_their_messages_from_their_account(client, visit):
    for user in (visit.practitioner.user, AdminFactory.create()):
        client.force_login(user)
        assert 'href="/account/messages/"' in client.get("/account/").text
        assert client.get("/account/messages/").status_code == 200
