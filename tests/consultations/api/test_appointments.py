from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from consultations.models import Appointment
from providers.flows import open_times
from providers.models import Practitioner, Qualification, Slot
from tests.factories import providers
from tests.factories.consultations import AppointmentFactory, ServiceRequestFactory, clinician, held
from tests.factories.core import AdminFactory
from tests.factories.intake import PatientFactory
from tests.factories.providers import NINE, NOW

pytestmark = pytest.mark.django_db
URL, HOLDS = "/api/v1/appointments/", "/api/v1/holds/"
TEN = NINE + timedelta(hours=1)


@pytest.fixture(autouse=True)
def on_sunday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def case():
    return ServiceRequestFactory(submitted=True)


def hold(client, case, start=NINE, **words):
    return client.post(HOLDS, {"service_request": str(case.pk), "start": start.isoformat(), **words})


def test_hold_then_book(sign_in, case):
    practitioner = clinician(case.service)
    client = sign_in(case.patient.user)

    held_time = hold(client, case)
    visit = client.post(URL, {"service_request": str(case.pk), "hold": held_time.json()["id"]})

    assert held_time.status_code == visit.status_code == 201
    assert held_time.json()["expires_at"] == "2026-05-31T23:10:00Z"
    body = visit.json()
    assert (body["start"], body["time_zone"], body["practitioner"]) == (
        "2026-06-01T13:00:00Z", "America/New_York", str(practitioner.pk),
    )  # fmt: skip


def test_each_start_can_be_held_without_a_clinician_and_goes_to_who_has_it(sign_in, case):
    ada, grace = clinician(case.service), providers.clinician(case.service, hours=((600, 780),))
    held(ServiceRequestFactory(submitted=True, service=case.service), practitioner=ada, expires_at=NINE)
    client = sign_in(case.patient.user)
    asked = {"service": case.service.slug, "state": case.state, "end": "2026-06-02T00:00:00Z"}

    starts = client.get("/api/v1/availability/starts/", asked).json()["results"]
    taken = {one["start"]: hold(client, case, datetime.fromisoformat(one["start"])) for one in starts}

    assert [answer.status_code for answer in taken.values()] == [201] * 7
    chosen = {start: answer.json()["practitioner"] for start, answer in taken.items()}
    assert (chosen["2026-06-01T13:30:00Z"], chosen["2026-06-01T16:30:00Z"]) == (str(ada.pk), str(grace.pk))


def test_hold_of_a_taken_time_names_the_nearest(sign_in, case):
    practitioner = clinician(case.service)
    other = ServiceRequestFactory(submitted=True, service=case.service)
    held(other, practitioner=practitioner, expires_at=NINE)

    answer = hold(sign_in(case.patient.user), case)

    assert (answer.status_code, answer.json()["code"]) == (409, "slot-taken")
    assert answer.json()["nearest"][0]["start"] == "2026-06-01T13:30:00Z"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param({}, id="empty"),
        pytest.param({"service_request": 1, "start": 2}, id="wrong types"),
        pytest.param({"start": "2026-06-01T09:00:00"}, id="no offset"),
        pytest.param({"practitioner": "nobody"}, id="no id"),
        pytest.param({"start": "2026-06-01T13:07:00Z"}, id="not offered"),
        pytest.param({"more": 1}, id="unknown field"),
    ],
)
def test_hold_refuses_bad_input(sign_in, case, words):
    clinician(case.service)
    whole = {"service_request": str(case.pk), "start": NINE.isoformat()} if words else {}

    answer = sign_in(case.patient.user).post(HOLDS, {**whole, **words})

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert not Slot.objects.exists()


def test_hold_for_a_case_of_somebody_else_does_not_exist(sign_in, case):
    clinician(case.service)

    assert hold(sign_in(PatientFactory().user), case).status_code == 404


def test_a_hold_is_given_back(sign_in, case):
    clinician(case.service)
    client = sign_in(case.patient.user)
    pk = hold(client, case).json()["id"]

    assert client.delete(f"{HOLDS}{pk}/").status_code == 204
    assert Slot.objects.get(pk=pk).status == "free"


def test_a_hold_of_somebody_else_is_not_given_back(sign_in, case):
    slot = held(case, expires_at=NINE)

    assert sign_in(PatientFactory().user).delete(f"{HOLDS}{slot.pk}/").status_code == 404
    assert Slot.objects.get().status == "busy-tentative"


@pytest.mark.parametrize("words", [{}, {"service_request": "x", "hold": []}, []], ids=["empty", "wrong types", "list"])
def test_book_refuses_bad_input(sign_in, case, words):
    answer = sign_in(case.patient.user).post(URL, words)

    assert answer.status_code == 422
    assert not Appointment.objects.exists()


def test_book_refuses_an_expired_hold(sign_in, case):
    slot = held(case, expires_at=NOW)

    answer = sign_in(case.patient.user).post(URL, {"service_request": str(case.pk), "hold": str(slot.pk)})

    assert (answer.status_code, answer.json()["code"]) == (409, "hold-expired")


def test_book_refuses_a_licence_that_ended(sign_in, case):
    slot = held(case)
    Qualification.objects.update(valid_until=NOW.date())

    answer = sign_in(case.patient.user).post(URL, {"service_request": str(case.pk), "hold": str(slot.pk)})

    assert (answer.status_code, answer.json()["code"]) == (422, "not-licensed")


def test_book_with_the_same_idempotency_key_books_once(sign_in, case):
    slot, client = held(case), sign_in(case.patient.user)
    words = {"service_request": str(case.pk), "hold": str(slot.pk)}

    first, again = (client.post(URL, words, headers={"Idempotency-Key": "k"}) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()


def test_reschedule_moves_the_visit(sign_in):
    visit = AppointmentFactory()
    slot = held(visit.service_request, start_at=TEN)

    answer = sign_in(visit.patient.user).post(f"{URL}{visit.pk}/reschedule/", {"hold": str(slot.pk)})

    body = answer.json()
    assert (answer.status_code, body["id"], body["start"], body["revision"], body["reschedules_left"]) == (
        200, str(visit.pk), "2026-06-01T14:00:00Z", 1, 2,
    )  # fmt: skip


def test_whoever_comes_too_late_for_a_time_is_told_by_four_queries(sign_in, case):
    other = ServiceRequestFactory(submitted=True, service=case.service)
    held(other, practitioner=clinician(case.service))
    client = sign_in(case.patient.user)
    for practitioner in Practitioner.objects.all():
        open_times.refresh(practitioner_id=practitioner.pk, now=NOW)
    hold(client, case)

    with CaptureQueriesContext(connection) as captured:
        refused = hold(client, case)

    # The case, the service, who has the time, the nearest ones; a savepoint is two more.
    assert (refused.status_code, refused.json()["code"]) == (409, "slot-taken")
    assert len([query for query in captured if "SAVEPOINT" not in query["sql"]]) == 4


def test_an_administrator_holds_a_time_and_moves_a_visit_late_with_a_reason(sign_in):
    visit = AppointmentFactory(service_request__service__change_notice_minutes=10_000)
    clinician(visit.service_request.service)
    client = sign_in(AdminFactory())

    slot = hold(client, visit.service_request, TEN).json()["id"]
    refused = client.post(f"{URL}{visit.pk}/reschedule/", {"hold": slot})
    moved = client.post(f"{URL}{visit.pk}/reschedule/", {"hold": slot, "override_reason": "Clinician is ill."})

    assert (refused.status_code, refused.json()["code"]) == (409, "too-late-to-change")
    assert (moved.status_code, moved.json()["start"]) == (200, "2026-06-01T14:00:00Z")


def test_a_clinician_holds_only_their_own_time_whomever_they_name(sign_in):
    visit = AppointmentFactory()
    service = visit.service_request.service
    clinician(service)
    mine = clinician(service)
    Appointment.objects.update(practitioner=mine)

    answer = hold(sign_in(mine.user), visit.service_request, TEN)

    assert (answer.status_code, answer.json()["practitioner"]) == (201, str(mine.pk))


@pytest.mark.parametrize("words", [{}, {"hold": 5}, {"hold": None}], ids=["empty", "number", "null"])
def test_reschedule_refuses_bad_input(sign_in, words):
    visit = AppointmentFactory()

    assert sign_in(visit.patient.user).post(f"{URL}{visit.pk}/reschedule/", words).status_code == 422


def test_cancel_gives_the_time_back(sign_in):
    visit = AppointmentFactory()

    answer = sign_in(visit.patient.user).post(f"{URL}{visit.pk}/cancel/", {"reason": "Away."})

    assert (answer.status_code, answer.json()["status"], answer.json()["cancel_reason"]) == (200, "cancelled", "Away.")


@pytest.mark.parametrize("words", [{"reason": 5 * ["x"]}, {"reason": "x" * 301}, []], ids=["list", "long", "array"])
def test_cancel_refuses_bad_input(sign_in, words):
    visit = AppointmentFactory()

    assert sign_in(visit.patient.user).post(f"{URL}{visit.pk}/cancel/", words).status_code == 422


@pytest.mark.parametrize("path", ["", "calendar.ics", "reschedule/", "cancel/"])
def test_a_visit_of_somebody_else_does_not_exist(sign_in, path):
    visit, client = AppointmentFactory(), sign_in(PatientFactory().user)
    url = f"{URL}{visit.pk}/{path}"

    answer = client.post(url, {"hold": str(visit.pk)} if "re" in path else {}) if path[-1:] == "/" else client.get(url)

    assert answer.status_code == 404


def test_a_patient_answers_a_reminder_once(sign_in):
    visit = AppointmentFactory()
    client, path = sign_in(visit.patient.user), f"/api/v1/appointments/{visit.pk}/reply/"

    told, again = (client.post(path, {"answer": "accepted", "revision": 0}, format="json") for _ in range(2))

    assert (told.status_code, told.json(), again.json()) == (200, {"is_new": True}, {"is_new": False})
    assert [reply.answer for reply in visit.replies.all()] == ["accepted"]


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ({"answer": "accepted", "revision": 1}, 409, "no-longer-asked"),
        ({"answer": "declined", "revision": 0}, 422, "invalid"),
        ({"answer": "accepted"}, 422, "invalid"),
    ],
)
def test_reply_refuses_what_is_not_asked(sign_in, words, status, code):
    visit = AppointmentFactory()

    refused = sign_in(visit.patient.user).post(f"/api/v1/appointments/{visit.pk}/reply/", words, format="json")

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert not visit.replies.exists()


def test_nobody_answers_for_a_patient(sign_in):
    visit, words = AppointmentFactory(), {"answer": "accepted", "revision": 0}
    path = f"/api/v1/appointments/{visit.pk}/reply/"

    clinician, stranger = (
        sign_in(user).post(path, words, format="json") for user in (visit.practitioner.user, PatientFactory().user)
    )

    assert (clinician.status_code, stranger.status_code) == (403, 404)
    assert not visit.replies.exists()


@pytest.mark.parametrize("reader", ["patient", "practitioner"])
def test_both_sides_see_their_visit_in_their_own_zone(sign_in, reader):
    visit = AppointmentFactory(patient__time_zone="America/Los_Angeles")
    visit.patient.time_zone = "America/Los_Angeles"
    visit.patient.save()
    user = getattr(visit, reader).user

    body = sign_in(user).get(f"{URL}{visit.pk}/").json()

    zones = {"patient": "America/Los_Angeles", "practitioner": "America/New_York"}
    assert (body["time_zone"], body["practitioner_time_zone"]) == (zones[reader], "America/New_York")


def test_the_calendar_file_says_when_and_nothing_about_health(sign_in):
    visit = AppointmentFactory(revision=2)

    answer = sign_in(visit.patient.user).get(f"{URL}{visit.pk}/calendar.ics", headers={"Accept": "text/calendar"})

    [event] = Calendar.from_ical(answer.content).events
    assert answer.status_code == 200
    assert (event["uid"], event["sequence"], event.start, event.end) == (
        f"{visit.pk}@anteroom", 2, NINE, NINE + timedelta(minutes=30),
    )  # fmt: skip
    text = answer.content.decode()
    assert not [word for word in (visit.patient.family_name, visit.service_request.service.name) if word in text]


def test_the_calendar_file_of_a_cancelled_visit_takes_it_out(sign_in):
    visit = AppointmentFactory(status="cancelled")

    answer = sign_in(visit.patient.user).get(f"{URL}{visit.pk}/calendar.ics")

    assert b"STATUS:CANCELLED" in answer.content


def test_the_list_takes_as_many_queries_for_fifty_rows_as_for_five(sign_in):
    counts = []
    for number in (5, 50):
        patient = PatientFactory()
        for step in range(number):
            AppointmentFactory(
                service_request__patient=patient, status="cancelled", start_at=NINE + timedelta(hours=step)
            )
        with CaptureQueriesContext(connection) as captured:
            body = sign_in(patient.user).get(f"{URL}?limit=100").json()
        assert len(body["results"]) == number
        counts.append(len(captured))

    assert counts[0] == counts[1] <= 3


def test_the_list_begins_with_the_latest_visit_and_goes_on_by_cursor(sign_in):
    patient = PatientFactory()
    for step in range(3):
        AppointmentFactory(service_request__patient=patient, status="cancelled", start_at=NINE + timedelta(hours=step))
    client = sign_in(patient.user)

    first = client.get(f"{URL}?limit=2").json()
    second = client.get(first["next"]).json()

    starts = [row["start"] for row in (*first["results"], *second["results"])]
    assert starts == sorted(starts, reverse=True)
    assert second["next"] is None
