from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from consultations.flows import waitlist
from consultations.models import WaitlistEntry, WaitlistOffer
from tests.factories.consultations import ServiceRequestFactory, clinician
from tests.factories.core import AdminFactory
from tests.factories.intake import PatientFactory
from tests.factories.providers import HealthcareServiceFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 31, 16, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def case():
    return ServiceRequestFactory(submitted=True, service=HealthcareServiceFactory())


@pytest.fixture
def me(sign_in, case):
    return sign_in(case.patient.user)


@pytest.fixture
def offer(case, me):
    clinician(case.service)
    me.post("/api/v1/waitlist/", {"service_request": str(case.pk)}, format="json")
    waitlist.work(clock=lambda: NOON)
    return WaitlistOffer.objects.get()


def test_a_patient_joins_the_list_and_reads_it(me, case):
    body = {"service_request": str(case.pk), "before": "2026-06-03T00:00:00-04:00", "notice_minutes": 30}

    joined = me.post("/api/v1/waitlist/", body, format="json")
    listed = me.get("/api/v1/waitlist/").json()["results"]

    assert joined.status_code == 201, joined.json()
    assert listed == [joined.json()]
    assert {name: joined.json()[name] for name in ("status", "before", "notice_minutes", "offer")} == {
        "status": "waiting", "before": "2026-06-03T04:00:00Z", "notice_minutes": 30, "offer": None,
    }  # fmt: skip


def test_joining_twice_names_the_entry(me, case):
    body = {"service_request": str(case.pk)}
    first = me.post("/api/v1/waitlist/", body, format="json").json()

    again = me.post("/api/v1/waitlist/", body, format="json")

    assert (again.status_code, again.json()["code"]) == (409, "already-waiting")
    assert again.json()["waitlist_entry"] == first["id"]


def test_a_wish_that_cannot_be_names_its_field(me, case):
    body = {"service_request": str(case.pk), "language": "tlh", "before": "2026-05-01T00:00:00Z"}

    refused = me.post("/api/v1/waitlist/", body, format="json")

    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["language", "before"]


def test_nobody_joins_for_somebody_else(sign_in, case):
    refused = sign_in(PatientFactory().user).post("/api/v1/waitlist/", {"service_request": str(case.pk)}, format="json")

    assert refused.status_code == 404


def test_an_offer_stands_beside_the_entry(me, offer):
    [entry] = me.get("/api/v1/waitlist/").json()["results"]

    assert entry["offer"]["id"] == str(offer.pk)
    assert (entry["offer"]["start"], entry["offer"]["expires_at"]) == ("2026-06-01T13:00:00Z", "2026-05-31T16:30:00Z")


def test_accept_answers_with_the_visit(me, offer):
    accepted = me.post(f"/api/v1/waitlist-offers/{offer.pk}/accept/", {}, format="json")

    assert (accepted.status_code, accepted.json()["start"]) == (201, "2026-06-01T13:00:00Z")


def test_accepting_too_late_is_a_conflict(me, offer):
    with time_machine.travel(NOON + timedelta(minutes=31)):
        late = me.post(f"/api/v1/waitlist-offers/{offer.pk}/accept/", {}, format="json")

    assert (late.status_code, late.json()["code"]) == (409, "offer-over")


def test_decline_keeps_the_entry(me, offer):
    declined = me.post(f"/api/v1/waitlist-offers/{offer.pk}/decline/", {}, format="json")

    assert (declined.status_code, declined.json()["status"]) == (200, "declined")
    assert WaitlistEntry.objects.get().status == "waiting"


def test_leaving_is_a_delete(me, offer):
    gone = me.delete(f"/api/v1/waitlist/{offer.entry_id}/")

    assert (gone.status_code, WaitlistEntry.objects.get().status) == (204, "left")


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_offers_of_others_are_not_there(sign_in, offer, verb):
    answer = sign_in(PatientFactory().user).post(f"/api/v1/waitlist-offers/{offer.pk}/{verb}/", {}, format="json")

    assert answer.status_code == 404


def test_administrators_read_the_whole_list_in_a_fixed_number_of_queries(
    sign_in, me, case, offer, django_assert_num_queries
):
    other = ServiceRequestFactory(submitted=True, service=case.service)
    sign_in(other.patient.user).post("/api/v1/waitlist/", {"service_request": str(other.pk)}, format="json")
    admin = sign_in(AdminFactory())

    with django_assert_num_queries(2):
        listed = admin.get("/api/v1/waitlist/").json()["results"]

    assert len(listed) == 2
