"""The work of the clinic, for administrators and supervisors."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test.utils import CaptureQueriesContext

from consultations.flows import shift
from consultations.models import ReviewTask
from tests.factories.clinic import accepted, claimed, waiting
from tests.factories.consultations import ReviewTaskFactory, clinician
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.providers import NOW, HealthcareServiceFactory
from tests.factories.safety import on_call

pytestmark = pytest.mark.django_db
WORK = "/clinic/workload/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def admin(client):
    client.force_login(AdminFactory())
    return client


def text(answer):
    return " ".join(answer.content.decode().split())


def test_work_says_what_waits_and_what_is_overdue(admin):
    waiting(due_at=NOW - timedelta(hours=1), overdue_at=NOW)
    waiting()

    page = text(admin.get(WORK))

    assert "<dt>Waiting</dt> <dd>2</dd>" in page
    assert "<dt>Overdue now</dt> <dd>1</dd>" in page
    assert "<dt>Overdue in 7 days</dt> <dd>1</dd>" in page


def test_work_says_who_holds_how_much_and_who_is_on_a_break(admin):
    _, busy = claimed(waiting(), now=NOW)
    resting = clinician(HealthcareServiceFactory(), given_name="Rest", family_name="Ing")
    shift.pause(by=resting.user, now=NOW)

    page = text(admin.get(WORK))

    assert busy.display_name in page
    assert 'data-label="Holds" class="num">1<' in page
    assert "On a break" in page


def test_work_says_what_is_accepted_and_still_to_be_written(admin):
    first, practitioner = accepted()
    accepted(first.service, practitioner=practitioner)
    claimed(waiting(), now=NOW)

    page = text(admin.get(WORK))

    assert "<dt>To write</dt> <dd>2</dd>" in page
    assert re.findall(r'data-label="To write" class="num">(\d)<', page).count("2") == 1


def test_work_warns_of_time_in_which_nobody_is_on_call(admin):
    service = HealthcareServiceFactory(name="Sleep line")
    on_call(service, during=DateTimeTZRange(NOW - timedelta(hours=1), NOW + timedelta(days=2)))

    page = text(admin.get(WORK))

    assert "Sleep line: nobody is on call from" in page
    assert f'href="/clinic/on-call/{service.slug}/"' in page


def test_work_draws_the_waits_of_one_service(admin):
    service = HealthcareServiceFactory()
    ReviewTaskFactory(
        service_request__service=service,
        service_request__submitted_at=NOW - timedelta(days=8),
        first_claimed_at=NOW - timedelta(days=8) + timedelta(hours=3),
    )

    assert "half within 3 hours" in text(admin.get(f"{WORK}?service={service.slug}"))
    assert "No cases in twelve weeks" in text(admin.get(f"{WORK}?service={HealthcareServiceFactory().slug}"))


def test_work_takes_as_many_queries_for_many_clinicians_as_for_few(admin):
    claimed(waiting(), now=NOW)
    admin.get(WORK)
    with CaptureQueriesContext(connection) as few:
        admin.get(WORK)

    for _ in range(5):
        claimed(waiting(), now=NOW)
    with CaptureQueriesContext(connection) as many:
        admin.get(WORK)

    assert len(many) == len(few)
    assert ReviewTask.objects.count() == 6


def test_work_is_for_administrators_and_supervisors(client):
    service = HealthcareServiceFactory()
    expected = [
        (UserFactory(), 403),
        (clinician(service).user, 403),
        (clinician(service, is_supervisor=True).user, 200),
    ]

    for user, status in expected:
        client.force_login(user)
        assert client.get(WORK).status_code == status
