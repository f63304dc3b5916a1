"""The clinic's pages: from the queue to a signed plan, without JavaScript."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consultations.domain.codes import RequestStatus, TaskStatus
from consultations.flows import review
from consultations.models import CarePlan, Determination, PlanTemplate, ReviewTask, ServiceRequest
from tests.factories.clinic import (
    PlanTemplateFactory,
    ProtocolFactory,
    accepted,
    after,
    answered,
    claimed,
    finished,
    flagged,
    in_visit,
    planned,
    recorded,
    signed,
    waiting,
)
from tests.factories.consultations import AppointmentFactory, ServiceRequestFactory, clinician
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.providers import NINE, NOW, HealthcareServiceFactory

pytestmark = pytest.mark.django_db
QUEUE = "/clinic/queue/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def open_as(client):
    """Return a function that signs a clinician in."""

    def sign_in(practitioner):
        client.force_login(practitioner.user)
        return client

    return sign_in


def case_url(task, step=""):
    return f"/clinic/cases/{task.pk}/{step}"


def text(answer):
    return answer.content.decode()


def test_queue_shows_cases_in_order_with_words(open_as):
    service = HealthcareServiceFactory()
    waiting(service, due_at=NOW - timedelta(hours=2), service_request__patient__family_name="Later")
    waiting(service, tier=0, service_request__patient__family_name="First")

    page = text(open_as(clinician(service)).get(QUEUE))

    assert page.index("First") < page.index("Later")
    assert "Overdue by 2 hours" in page


def test_queue_filters_by_state_of_the_case_service_and_state(open_as):
    task, _ = claimed(waiting(service_request__patient__family_name="Mineson"), now=NOW)
    waiting(task.service, service_request__patient__family_name="Waitson")
    client = open_as(clinician(task.service))

    assert "Waitson" in text(client.get(QUEUE))
    assert "Mineson" not in text(client.get(QUEUE))
    assert "Mineson" in text(client.get(f"{QUEUE}?show=claimed"))
    assert "Waitson" not in text(client.get(f"{QUEUE}?service=other"))
    assert "Waitson" in text(client.get(f"{QUEUE}?state=NY&show=nonsense&page=x"))


def test_queue_says_when_there_is_nothing(open_as):
    assert "No cases here" in text(open_as(clinician(HealthcareServiceFactory())).get(QUEUE))


def test_take_the_next_case_opens_it(open_as):
    task = waiting()
    practitioner = clinician(task.service)

    answer = open_as(practitioner).post("/clinic/queue/next/")

    assert answer["Location"] == case_url(task)
    assert ReviewTask.objects.get().owner == practitioner


def test_take_the_next_case_says_when_there_is_none(open_as):
    answer = open_as(clinician(HealthcareServiceFactory())).post("/clinic/queue/next/", follow=True)

    assert "Nothing waits for you now." in text(answer)


def test_take_a_case_that_somebody_has_says_so(open_as):
    task, _ = claimed(waiting(), now=NOW)

    answer = open_as(clinician(task.service)).post(case_url(task, "claim/"), follow=True)

    assert "Somebody else is looking at this case." in text(answer)


@pytest.mark.parametrize("address", [QUEUE, "/clinic/visits/"])
def test_clinic_is_for_clinicians(client, address):
    for user in (UserFactory(), AdminFactory()):
        client.force_login(user)
        assert client.get(address).status_code == 403


def test_case_shows_answers_flags_and_the_lease(open_as):
    task = waiting()
    flag = flagged(task.service_request)
    practitioner = clinician(task.service)
    review.claim(task_id=task.pk, by=practitioner.user, now=NOW)

    page = text(open_as(practitioner).get(case_url(task)))

    assert "Are you 18 or older?" in page
    assert "Not answered" in page
    assert flag.rule.clinician_text in page
    assert "You hold this case until" in page
    assert page.count("<h1") == 1


def test_case_of_another_state_is_not_there(open_as):
    assert open_as(clinician(waiting().service, state="NJ")).get(case_url(waiting())).status_code == 404


def test_case_shows_what_changed_since_the_last_one(open_as):
    task = waiting()
    request = task.service_request
    earlier = ServiceRequestFactory(patient=request.patient, service=HealthcareServiceFactory(), submitted=True)
    now = request.supporting_info.get().questionnaire_response
    answered(earlier, questionnaire=now.questionnaire, answers={"q1": False, "q2": "Nothing"})
    practitioner = clinician(task.service)
    practitioner.roles.create(service=earlier.service)

    page = text(open_as(practitioner).get(case_url(task)))

    assert "Changed since last time" in page
    assert "changed__was" in page


SCORES = [
    {
        "instrument": "gad7", "title": "Anxiety", "maximum": 21, "items": [],
        "bands": [{"from": 0, "label": "Minimal"}, {"from": 5, "label": "Mild"}, {"from": 10, "label": "Moderate"}],
    }
]  # fmt: skip


def scored(request, value, *, days_ago, questionnaire=None):
    """Return a completed response of a case with a score of so many days ago."""
    which = {"questionnaire": questionnaire} if questionnaire else {"questionnaire__scores": SCORES}
    at = NOW - timedelta(days=days_ago)
    return answered(request, scores=[{"instrument": "gad7", "value": value}], completed_at=at, **which)


def scored_before(task, *values):
    """Give a case a score of today and its patient's earlier cases the ones before it, oldest first, a month apart."""
    *before, present = values
    now = scored(task.service_request, present, days_ago=0)
    for months, value in enumerate(reversed(before), start=1):
        case = ServiceRequestFactory(patient=task.service_request.patient, service=task.service, status="completed",
            submitted_at=NOW, submitted_by=task.service_request.patient.user)  # fmt: skip
        scored(case, value, days_ago=30 * months, questionnaire=now.questionnaire)


def test_case_shows_a_score_on_its_band_and_how_it_went(open_as):
    task = waiting()
    scored_before(task, 14, 11, 6)

    page = text(open_as(clinician(task.service)).get(case_url(task)))

    # The present score with its band.
    assert '<span class="score__now">Mild</span>' in page
    assert "6 <small>of 21</small>" in page
    # The course: each score at its point, oldest first, the bands beside them, in words for who does not see it.
    points = re.findall(r'<text class="trend__value"[^>]*>(\d+)</text>', page)
    assert points == ["14", "11", "6"]
    assert "Apr 1: 14 of 21, May 1: 11 of 21, now: 6 of 21" in page
    assert re.findall(r'<text class="trend__band"[^>]*>(\w+)</text>', page) == ["Minimal", "Mild", "Moderate"]
    # The numbers again, with the step since last time.
    assert "now -5" in " ".join(page.split())


def test_case_with_one_score_shows_its_band_and_no_course(open_as):
    task = waiting()
    scored_before(task, 12)

    page = text(open_as(clinician(task.service)).get(case_url(task)))

    assert '<span class="score__now">Moderate</span>' in page
    assert "trend__value" not in page


def test_case_shows_no_score_of_a_case_that_the_clinician_may_not_see(open_as):
    task = waiting()
    now = scored(task.service_request, 6, days_ago=0)
    elsewhere = ServiceRequestFactory(patient=task.service_request.patient, submitted=True)
    scored(elsewhere, 20, days_ago=30, questionnaire=now.questionnaire)

    page = text(open_as(clinician(task.service)).get(case_url(task)))

    assert "trend__value" not in page
    assert "20 of 21" not in page


def post(client, task, step, **values):
    fence = values.pop("fence", ReviewTask.objects.get(pk=task.pk).fence)
    sent = {f"{step}-fence": fence, **{f"{step}-{name}": value for name, value in values.items()}}
    return client.post(case_url(task, f"{step}/"), sent)


def test_note_is_kept_and_shown(open_as):
    task, practitioner = claimed(waiting(), now=NOW)
    client = open_as(practitioner)

    assert post(client, task, "note", note="Sleeps badly.").status_code == 302
    assert "Sleeps badly." in text(client.get(case_url(task)))


def test_note_of_a_stale_page_is_refused_and_not_lost(open_as):
    task, practitioner = claimed(waiting(), now=NOW)

    answer = post(open_as(practitioner), task, "note", note="Typed for an hour.", fence=0)

    assert answer.status_code == 409
    assert "Typed for an hour." in text(answer)


def test_question_typed_after_the_lease_ended_is_not_lost(open_as, clock):
    task, practitioner = claimed(waiting(), now=NOW)
    clock.move_to(NOW + timedelta(minutes=15))
    client = open_as(practitioner)

    answer = post(client, task, "ask", message="Which dose do you take?")

    assert answer.status_code == 409
    assert "Which dose do you take?" in text(answer)
    assert "Take this case" in text(answer)


STEPS = {
    "ask": ({"message": "Which dose?"}, TaskStatus.ON_HOLD),
    "accept": ({}, TaskStatus.COMPLETED),
    "decline": ({"reason": "Not for you."}, TaskStatus.COMPLETED),
    "refer": ({"to": "Clinic", "reason": "Closer."}, TaskStatus.COMPLETED),
    "release": ({}, TaskStatus.READY),
}


@pytest.mark.parametrize(("step", "values", "status"), [(name, *rest) for name, rest in STEPS.items()], ids=STEPS)
def test_step_is_taken(open_as, step, values, status):
    task, practitioner = claimed(waiting(), now=NOW)

    answer = post(open_as(practitioner), task, step, **values)

    assert answer["Location"] == QUEUE
    task.refresh_from_db()
    assert task.status == status


@pytest.mark.parametrize("step", ["ask", "decline", "refer"])
def test_step_without_words_says_what_is_missing(open_as, step):
    task, practitioner = claimed(waiting(), now=NOW)

    answer = post(open_as(practitioner), task, step)

    assert answer.status_code == 422
    assert "Please check the form" in text(answer)


def test_unknown_step_is_not_there(open_as):
    task, practitioner = claimed(waiting(), now=NOW)

    assert open_as(practitioner).post(case_url(task, "explode/")).status_code == 404


def test_accept_waits_for_the_flag_and_then_goes_on(open_as):
    task, practitioner = claimed(waiting(), now=NOW)
    flag = flagged(task.service_request)
    client = open_as(practitioner)

    assert post(client, task, "accept").status_code == 409
    client.post(case_url(task, f"flags/{flag.pk}/acknowledge/"), {f"{flag.pk}-note": "Called."})
    assert practitioner.display_name in text(client.get(case_url(task)))
    assert post(client, task, "accept").status_code == 302


def test_flag_needs_words_and_a_case_of_ones_own(open_as):
    task, practitioner = claimed(waiting(), now=NOW)
    flag = flagged(task.service_request)
    client = open_as(practitioner)

    assert client.post(case_url(task, f"flags/{flag.pk}/acknowledge/")).status_code == 422
    other = flagged(waiting().service_request)
    answer = client.post(case_url(task, f"flags/{other.pk}/acknowledge/"), {f"{other.pk}-note": "Called."}, follow=True)
    assert "There is no such flag." in text(answer)


def test_visits_are_listed_by_day_in_the_clinicians_zone(open_as):
    practitioner = clinician(HealthcareServiceFactory())
    AppointmentFactory(practitioner=practitioner)

    page = text(open_as(practitioner).get("/clinic/visits/"))

    assert "New York time" in page
    assert "No visits today" in page
    assert "Monday, June 1" in page
    assert "9:00 AM EDT" in page


def visit_url(encounter, step=""):
    return f"/clinic/visits/{encounter.appointment_id}/{step}"


def test_visit_goes_from_check_in_to_its_note(open_as, clock):
    encounter = in_visit()
    practitioner = encounter.appointment.practitioner
    clock.move_to(NINE)
    client = open_as(practitioner)

    assert "Finish the visit" in text(client.get(visit_url(encounter)))
    assert client.post(visit_url(encounter, "finish/"), {"note": " "}).status_code == 422
    answer = client.post(visit_url(encounter, "finish/"), {"note": "We talked."})
    assert answer["Location"] == visit_url(encounter, "determination/")
    assert "We talked." in text(client.get(visit_url(encounter)))


def test_visit_before_check_in_says_so_and_has_no_encounter(open_as):
    practitioner = clinician(HealthcareServiceFactory())
    visit = AppointmentFactory(practitioner=practitioner)
    client = open_as(practitioner)

    assert "You can begin when the patient has checked in." in text(client.get(f"/clinic/visits/{visit.pk}/"))
    assert client.post(f"/clinic/visits/{visit.pk}/begin/").status_code == 404


def test_visit_of_a_colleague_is_not_there(open_as):
    visit = AppointmentFactory()

    assert open_as(clinician(HealthcareServiceFactory())).get(f"/clinic/visits/{visit.pk}/").status_code == 404


def test_missed_visit_is_recorded(open_as, clock):
    practitioner = clinician(HealthcareServiceFactory())
    visit = AppointmentFactory(practitioner=practitioner)
    clock.move_to(NINE + timedelta(minutes=11))
    client = open_as(practitioner)

    answer = client.post(f"/clinic/visits/{visit.pk}/no-show/", follow=True)

    visit.refresh_from_db()
    assert visit.status == "noshow"
    assert "The patient is told how to pick a new time." in text(answer)


def decided(**changes):
    return {
        "outcome": "eligible",
        "rationale": "It may help.",
        "finding-adult": "met",
        "finding-no-heart-trouble": "unknown",
        **changes,
    }


def test_determination_shows_criteria_and_keeps_a_draft(open_as, clock):
    encounter = finished()
    clock.move_to(after(encounter))
    client = open_as(encounter.appointment.practitioner)
    address = visit_url(encounter, "determination/")

    page = text(client.get(address))
    assert "18 or older" in page
    assert f"#e-{'q1'}" in page
    assert client.post(address, decided(outcome="")).status_code == 422
    assert client.post(address, decided()).status_code == 302
    assert Determination.objects.get().criteria[1]["finding"] == "unknown"


def test_determination_is_signed_after_a_tick(open_as, clock):
    draft = recorded()
    clock.move_to(draft.recorded_at)
    client = open_as(draft.encounter.appointment.practitioner)
    address = f"/clinic/determinations/{draft.pk}/sign/"

    client.post(address)
    assert Determination.objects.get().signed_at is None
    assert client.post(address, {"confirm": "on"})["Location"] == f"/clinic/determinations/{draft.pk}/care-plan/"
    assert Determination.objects.get().signed_at is not None


def test_accepting_a_case_without_a_visit_leads_to_a_signed_plan(open_as):
    service = HealthcareServiceFactory(pathway="asynchronous")
    ProtocolFactory(service=service)
    PlanTemplateFactory(service=service)
    task, practitioner = claimed(waiting(service), now=NOW)
    client = open_as(practitioner)
    address = case_url(task, "determination/")

    assert post(client, task, "accept")["Location"] == address
    assert "18 or older" in text(client.get(address))
    assert client.post(address, decided())["Location"] == address
    assert "Sign the determination" in text(client.get(address))
    sign = f"/clinic/determinations/{Determination.objects.get().pk}/sign/"
    plan_address = client.post(sign, {"confirm": "on"})["Location"]
    assert f"Case of {task.service_request.patient.full_name}" in text(client.get(plan_address))
    client.post(plan_address, {"template": "first-steps"})
    client.post(f"/clinic/care-plans/{CarePlan.objects.get().pk}/sign/", {"confirm": "on"})
    assert ServiceRequest.objects.get().status == RequestStatus.COMPLETED
    assert f"Case of {task.service_request.patient.full_name}" in text(client.get(plan_address))


def test_accepted_case_without_a_visit_is_found_again_until_it_is_written(open_as):
    task, practitioner = accepted()
    client = open_as(practitioner)

    assert case_url(task, "determination/") in text(client.get("/clinic/visits/"))
    assert case_url(task, "determination/") in text(client.get(case_url(task)))
    assert case_url(task, "determination/") not in text(open_as(clinician(task.service)).get(case_url(task)))
    ServiceRequest.objects.update(status=RequestStatus.COMPLETED)
    assert case_url(task, "determination/") not in text(open_as(practitioner).get("/clinic/visits/"))


def test_determination_of_a_case_is_not_there_for_colleagues_and_services_with_visits(open_as):
    task, _ = accepted()
    visited, practitioner = accepted(HealthcareServiceFactory())

    assert open_as(clinician(task.service)).get(case_url(task, "determination/")).status_code == 404
    assert open_as(practitioner).get(case_url(visited, "determination/")).status_code == 404


def test_plan_is_chosen_tailored_and_signed(open_as, clock):
    determination = signed()
    PlanTemplateFactory(service=determination.encounter.appointment.service_request.service)
    clock.move_to(determination.signed_at)
    client = open_as(determination.encounter.appointment.practitioner)
    address = f"/clinic/determinations/{determination.pk}/care-plan/"

    assert "First steps" in text(client.get(address))
    client.post(address, {"template": "first-steps"})
    plan = CarePlan.objects.get()
    answer = client.post(address, tailored())
    assert answer.status_code == 302
    assert [goal.description for goal in plan.goals.all()] == ["Sleep through"]
    assert [one.title for one in plan.activities.order_by("position")] == ["Walk"]
    client.post(f"/clinic/care-plans/{plan.pk}/sign/")
    assert CarePlan.objects.get().signed_at is None
    client.post(f"/clinic/care-plans/{plan.pk}/sign/", {"confirm": "on"})
    assert ServiceRequest.objects.get().status == RequestStatus.COMPLETED
    assert "Sleep through" in text(client.get(address))


def tailored(**changes):
    return {
        "title": "Your plan",
        "instructions": "Slowly.",
        "goals-TOTAL_FORMS": "2",
        "goals-INITIAL_FORMS": "1",
        "goals-0-description": "Sleep through",
        "goals-0-measure": "{}",
        "goals-1-description": "",
        "goals-1-measure": "",
        "activities-TOTAL_FORMS": "3",
        "activities-INITIAL_FORMS": "2",
        "activities-0-kind": "behavioral",
        "activities-0-title": "Walk",
        "activities-0-times": "3",
        "activities-0-every_days": "1",
        "activities-1-kind": "education",
        "activities-1-title": "Read",
        "activities-1-DELETE": "on",
        "activities-2-kind": "behavioral",
        "activities-2-title": "",
        **changes,
    }


def test_plan_with_a_fault_stays_on_the_page(open_as, clock):
    plan = planned()
    clock.move_to(plan.recorded_at)
    client = open_as(plan.determination.encounter.appointment.practitioner)

    answer = client.post(f"/clinic/determinations/{plan.determination_id}/care-plan/", tailored(title=""))

    assert answer.status_code == 422
    assert "Sleep through" in text(answer)


def test_pages_of_a_determination_are_the_clinicians_own(open_as):
    plan = planned()
    client = open_as(clinician(HealthcareServiceFactory()))

    for address in (f"/clinic/determinations/{plan.determination_id}/care-plan/",):
        assert client.get(address).status_code == 404
    assert client.post(f"/clinic/care-plans/{plan.pk}/sign/", {"confirm": "on"}).status_code == 404
    assert client.post(f"/clinic/determinations/{plan.determination_id}/sign/", {"confirm": "on"}).status_code == 404
    assert PlanTemplate.objects.count() == 1


def queries_of(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_queue_takes_as_many_queries_for_many_cases_as_for_few(open_as):
    service = HealthcareServiceFactory()
    client = open_as(clinician(service))
    for _ in range(5):
        waiting(service)
    few = queries_of(client, QUEUE)

    for _ in range(15):
        flagged(waiting(service).service_request)

    assert queries_of(client, QUEUE) == few


def test_case_takes_as_many_queries_for_much_as_for_little(open_as):
    task = waiting()
    practitioner = clinician(task.service)
    client = open_as(practitioner)
    flagged(task.service_request)
    little = queries_of(client, case_url(task))

    for _ in range(5):
        answered(task.service_request)
        flagged(task.service_request)
        other = HealthcareServiceFactory()
        practitioner.roles.create(service=other)
        earlier = ServiceRequestFactory(patient=task.service_request.patient, service=other, submitted=True)
        answered(earlier)

    assert queries_of(client, case_url(task)) == little
