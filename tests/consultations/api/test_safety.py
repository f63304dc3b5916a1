"""Flags, alerts and the calendar through the API."""

from datetime import timedelta

import pytest
import time_machine
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from config.core.models import AuditEvent
from consultations.models import OnCall
from intake.models import Flag
from tests.factories.clinic import flagged, waiting
from tests.factories.consultations import clinician
from tests.factories.core import AdminFactory
from tests.factories.intake import PatientFactory
from tests.factories.providers import NOW, HealthcareServiceFactory
from tests.factories.safety import OnCallFactory, alert, on_call, staffed, waiting_flag

pytestmark = pytest.mark.django_db
API = "/api/v1/"
PHONE = {"kind": "clinic-phone", "emergency_minutes": 10, "urgent_minutes": 60}


@pytest.fixture(autouse=True)
def on_sunday():
    with time_machine.travel(NOW, tick=False):
        yield


def results(client, address):
    answer = client.get(API + address)
    assert answer.status_code == 200, answer.json()
    return answer.json()["results"]


def test_flags_of_drafts_are_listed_with_rule_version_and_evidence(sign_in, django_assert_num_queries):
    service, first, _ = staffed()
    flag = waiting_flag(service, evidence=[{"ref": "harm", "value": "yes"}])
    waiting_flag(service)
    client = sign_in(first.user)

    with django_assert_num_queries(1):
        rows = results(client, "flags/?waiting=true")

    shown = next(row for row in rows if row["id"] == str(flag.pk))
    assert (shown["version"], shown["evidence"], shown["severity"]) == (
        "1.0.0", [{"ref": "harm", "value": "yes"}], "emergency",
    )  # fmt: skip
    assert len(rows) == 2


def test_flags_are_filtered(sign_in):
    task = waiting()
    grave = flagged(task.service_request)
    caution = flagged(task.service_request, severity="caution")
    client = sign_in(clinician(task.service).user)

    assert {row["id"] for row in results(client, "flags/")} == {str(grave.pk), str(caution.pk)}
    assert [row["id"] for row in results(client, "flags/?waiting=true")] == [str(grave.pk)]
    assert [row["id"] for row in results(client, "flags/?severity=caution")] == [str(caution.pk)]
    assert client.get(API + "flags/?severity=grave").status_code == 422


def test_a_flag_of_a_draft_is_acknowledged(sign_in):
    service, first, chief = staffed()
    flag = waiting_flag(service)

    answer = sign_in(first.user).post(f"{API}flags/{flag.pk}/acknowledge/", {"note": "Rang."}, format="json")
    again = sign_in(chief.user).post(f"{API}flags/{flag.pk}/acknowledge/", {"note": "Rang."}, format="json")

    assert answer.status_code == 200
    assert Flag.objects.get().acknowledged_by == first.user
    assert (again.status_code, again.json()["code"]) == (409, "already-acknowledged")
    assert again.json()["acknowledged_by"] == first.display_name


@pytest.mark.parametrize("who", ["patient", "other-service"])
def test_flags_and_alerts_of_others_are_not_there(sign_in, who):
    row = alert(staffed()[0])
    users = {"patient": PatientFactory().user, "other-service": clinician(HealthcareServiceFactory()).user}
    client = sign_in(users[who])

    assert results(client, "flags/") == results(client, "alerts/") == []
    assert client.get(f"{API}flags/{row.flag_id}/").status_code == 404
    assert client.get(f"{API}alerts/{row.pk}/").status_code == 404


def test_alerts_show_each_step_with_its_time(sign_in, django_assert_num_queries):
    service, first, _ = staffed()
    row = alert(service)
    alert(service)
    client = sign_in(first.user)

    with django_assert_num_queries(2):
        assert len(results(client, "alerts/?open=true")) == 2
    shown = client.get(f"{API}alerts/{row.pk}/").json()

    assert [step["kind"] for step in shown["steps"]] == ["on-call"]
    assert shown["steps"][0]["fired_at"] == "2026-05-31T23:00:00Z"
    assert AuditEvent.objects.filter(event="consultations.alert.opened", actor=first.user).count() == 1


def test_the_clinic_writes_its_call_down(sign_in):
    row = alert()
    client = sign_in(AdminFactory())
    address = f"{API}alerts/{row.pk}/called/"

    assert client.post(address, {"note": ""}, format="json").status_code == 422
    assert client.post(address, {"note": "Reached her."}, format="json").json()["done_at"]
    assert client.post(address, {"note": "Again."}, format="json").json()["code"] == "already-rung"
    assert client.post(f"{API}alerts/{alert(staffed()[0]).pk}/called/", {"note": "?"}, format="json").status_code == 404


def test_who_is_on_call_is_set_and_taken_back(sign_in):
    service = HealthcareServiceFactory()
    one = clinician(service)
    client = sign_in(AdminFactory())
    body = {
        "service": service.slug, "practitioner": str(one.pk), "start": (NOW + timedelta(days=1)).isoformat(),
        "end": (NOW + timedelta(days=2)).isoformat(),
    }  # fmt: skip

    made = client.post(API + "on-call/", body, format="json")
    taken = client.post(API + "on-call/", body, format="json")

    assert (made.status_code, len(made.json())) == (201, 1)
    assert (taken.status_code, taken.json()["code"]) == (409, "on-call-taken")
    assert [row["name"] for row in results(client, "on-call/")] == [one.display_name]
    assert client.delete(f"{API}on-call/{made.json()[0]['id']}/").status_code == 204
    assert results(client, "on-call/") == []


def test_clinicians_see_who_is_on_call_and_change_nothing(sign_in):
    service = HealthcareServiceFactory()
    one = on_call(service)
    client = sign_in(one.user)

    assert len(results(client, "on-call/")) == 1
    assert client.delete(f"{API}on-call/{OnCall.objects.get().pk}/").status_code == 403
    assert client.put(f"{API}chains/{service.pk}/", {"steps": [PHONE]}, format="json").status_code == 403


def test_a_chain_is_read_and_set(sign_in):
    service = HealthcareServiceFactory()
    client = sign_in(AdminFactory())
    address = f"{API}chains/{service.pk}/"

    before = client.get(address).json()
    after = client.put(
        address, {"steps": [{"kind": "supervisor", "emergency_minutes": 4, "urgent_minutes": 40}, PHONE]}, format="json"
    ).json()
    refused = client.put(address, {"steps": [PHONE | {"kind": "on-call"}]}, format="json")

    assert (before["is_own"], len(before["steps"])) == (False, 3)
    assert (after["is_own"], after["steps"][0]["emergency_minutes"]) == (True, 4)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad-chain")
    assert sign_in(PatientFactory().user).get(address).status_code == 403


def test_the_calendar_is_read_page_by_page_in_order_of_time(sign_in):
    service = HealthcareServiceFactory()
    for day in (3, 1, 2):
        start = NOW + timedelta(days=day)
        OnCallFactory(service=service, during=DateTimeTZRange(start, start + timedelta(hours=9)))
    client = sign_in(AdminFactory())

    starts, address = [], API + "on-call/?limit=1"
    while address:
        page = client.get(address).json()
        starts += [row["start"] for row in page["results"]]
        address = page["next"]

    assert starts == ["2026-06-01T23:00:00Z", "2026-06-02T23:00:00Z", "2026-06-03T23:00:00Z"]
