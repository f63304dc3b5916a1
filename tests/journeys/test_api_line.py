"""The whole line by the JSON API alone: from signing up to a signed care plan."""

from datetime import datetime

import pytest

from tests.journeys.program import Program
from tests.journeys.steps import LINE, book, determine, meet, open_practice, plan_care, register, submit, take_next

pytestmark = pytest.mark.django_db


def test_a_program_goes_from_signing_up_to_a_signed_care_plan(admin, clock):
    # The clinic: a clinician signs up, an administrator onboards them.
    clinician = open_practice(admin)

    # The patient signs up, registers and signs the consents.
    patient = Program("grace.sample@example.org")
    register(patient)
    assert [one["slug"] for one in patient.get("services/")["results"]] == [LINE]

    # They ask, answer every questionnaire, and submit.
    case = submit(patient)
    assert (case["status"], case["priority"], case["missing"]) == ("active", "routine", [])

    # They book the first time that is offered.
    visit = book(patient, case)
    assert (visit["status"], visit["time_zone"]) == ("booked", "America/New_York")
    assert b"BEGIN:VEVENT" in patient.get(f"appointments/{visit['id']}/calendar.ics")

    # The clinician takes the case from the queue, reads it, names the flags and accepts it.
    claimed = take_next(clinician)
    assert claimed == case["id"]
    assert clinician.post("review-tasks/claim-next/", expect=204) == b""

    # The day of the visit: both sign in again, the patient checks in, the clinician begins and finishes.
    clock.move_to(datetime.fromisoformat(visit["start"]))
    patient.sign_in()
    clinician.sign_in()
    encounter = meet(patient, clinician, visit)

    # The determination, each criterion settled as the answers suggest, and signed; then the care plan.
    plan = plan_care(clinician, determine(clinician, encounter))

    # The patient reads it, ticks off the first thing to do, and the case is complete.
    mine = patient.get("care-plans/")["results"]
    assert [one["id"] for one in mine] == [plan["id"]]
    todo = next(one for one in mine[0]["activities"] if one["status"] == "scheduled")
    assert patient.post(f"care-plans/{plan['id']}/activities/{todo['id']}/done/")["status"] == "completed"
    ended = patient.get(f"service-requests/{case['id']}/")
    assert (ended["status"], ended["care_plan"], ended["next_actor"]) == ("completed", plan["id"], "nobody")


def test_a_stranger_learns_nothing_by_the_way(admin):
    open_practice(admin)
    patient, stranger = Program("grace.sample@example.org"), Program("sam.stranger@example.org")
    for one in (patient, stranger):
        register(one)
    case = submit(patient)
    visit = book(patient, case)

    # What is another's answers as if it did not exist.
    stranger.get(f"service-requests/{case['id']}/", expect=404)
    stranger.get(f"questionnaire-responses/{case['questionnaire_responses'][0]['id']}/", expect=404)
    stranger.get(f"appointments/{visit['id']}/", expect=404)
    stranger.post(f"appointments/{visit['id']}/cancel/", {"reason": "Mine."}, expect=404)
    stranger.post("appointments/", {"service_request": case["id"], "hold": visit["id"]}, expect=404)
    Program("").get("service-requests/", expect=401)
