"""The page of who is on call: administrators change it, clinicians read it, gaps stand on top."""

import re

import pytest

from consultations.models import ChainStep, OnCall
from tests.factories.consultations import clinician
from tests.factories.core import AdminFactory
from tests.factories.intake import PatientFactory
from tests.factories.providers import HealthcareServiceFactory
from tests.factories.safety import on_call

pytestmark = pytest.mark.django_db
TIMES = {"start": "2026-06-02T08:00", "end": "2026-06-02T20:00", "weeks": "2"}


def step(number, who, emergency, urgent):
    """Return what the form says of one step."""
    return {f"who_{number}": who, f"emergency_{number}": emergency, f"urgent_{number}": urgent}


@pytest.fixture
def service():
    return HealthcareServiceFactory()


def page(service, action=""):
    return f"/clinic/on-call/{service.slug}/{action}"


def test_administrator_puts_somebody_on_call_in_the_clinics_time(browse, service):
    one = clinician(service)

    answer = browse(AdminFactory()).post(page(service, "put/"), {"practitioner": one.pk, **TIMES})

    assert (answer.status_code, answer.url) == (302, page(service))
    first = OnCall.objects.order_by("during").first()
    assert first.start_at.isoformat() == "2026-06-02T12:00:00+00:00"
    assert OnCall.objects.count() == 2


def test_a_refusal_keeps_what_was_typed_and_says_who_is_on_call(browse, service):
    browser = browse(AdminFactory())
    browser.post(page(service, "put/"), {"practitioner": clinician(service, family_name="First").pk, **TIMES})

    answer = browser.post(page(service, "put/"), {"practitioner": clinician(service).pk, **TIMES})

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Ada First is already on call then." in text
    assert 'value="2026-06-02T08:00"' in text


def test_what_is_missing_is_named(browse, service):
    assert browse(AdminFactory()).post(page(service, "put/"), {}).status_code == 422


def test_gaps_stand_on_top(browse, service):
    text = browse(AdminFactory()).get(page(service)).content.decode()
    assert "Nobody is on call now" in text

    on_call(service)
    text = browse(AdminFactory()).get(page(service)).content.decode()
    assert "There are gaps in the next two weeks" in text
    assert "On call now" in text


def test_somebody_is_taken_off(browse, service):
    on_call(service)

    answer = browse(AdminFactory()).post(page(service, f"{OnCall.objects.get().pk}/off/"), follow=True)

    assert "Nobody is on call now" in answer.content.decode()
    again = browse(AdminFactory()).post(page(service, f"{OnCall.objects.get().pk}/off/"), follow=True)
    assert "no such time on call" in again.content.decode()


def test_the_chain_is_set(browse, service):
    form = {
        **step(1, "supervisor", 7, 70), **step(3, "on-call", 5, 50), **step(4, "supervisor", 9, 90),
    }  # fmt: skip

    answer = browse(AdminFactory()).post(page(service, "chain/"), form, follow=True)

    assert "The chain is changed" in answer.content.decode()
    assert [(one.kind, one.emergency_minutes) for one in ChainStep.objects.of(service.pk)] == [
        ("supervisor", 7), ("on-call", 5), ("supervisor", 9), ("clinic-phone", 10),
    ]  # fmt: skip
    shown = browse(AdminFactory()).get(page(service)).content.decode()
    assert re.findall(r'name="emergency_(\d)" value="(\d+)"', shown) == [("1", "7"), ("2", "5"), ("3", "9")]


def test_the_clinics_phone_keeps_its_own_wait_when_the_steps_before_it_change(browse, service):
    ChainStep.objects.create(
        service=service, position=0, kind="clinic-phone", emergency_minutes=3, urgent_minutes=30
    )  # fmt: skip

    browse(AdminFactory()).post(page(service, "chain/"), step(1, "supervisor", 7, 70))

    last = ChainStep.objects.of(service.pk)[-1]
    assert (last.kind, last.emergency_minutes, last.urgent_minutes) == ("clinic-phone", 3, 30)


@pytest.mark.parametrize("wait", [0, "", 1441])
def test_a_step_of_the_chain_needs_a_wait_that_can_be(browse, service, wait):
    answer = browse(AdminFactory()).post(page(service, "chain/"), step(1, "on-call", 5, wait))

    assert answer.status_code == 422
    assert 'id="id_urgent_1_error"' in answer.content.decode()
    assert not ChainStep.objects.exists()


def test_clinicians_of_the_service_read_it_and_change_nothing(browse, service):
    on_call(service)
    browser = browse(clinician(service).user)

    text = browser.get("/clinic/on-call/", follow=True).content.decode()

    assert "On call now" in text
    assert "Put on call" not in text
    answer = browser.post(page(service, f"{OnCall.objects.get().pk}/off/"), follow=True)
    assert "Only administrators may do this." in answer.content.decode()
    refused = browser.post(page(service, "put/"), {"practitioner": clinician(service).pk, **TIMES})
    assert refused.status_code == 409
    assert OnCall.objects.in_force().count() == 1


def test_others_do_not_reach_it(browse, service):
    assert browse(PatientFactory().user).get(page(service)).status_code == 403
    assert browse(clinician(HealthcareServiceFactory()).user).get(page(service)).status_code == 404
