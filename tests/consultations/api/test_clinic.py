"""The clinician's half over HTTP: queue, visit, determination, plan."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consultations.domain.codes import TaskStatus
from consultations.flows import plan_care
from consultations.models import CarePlan, ReviewTask
from tests.factories.clinic import (
    EncounterFactory,
    PlanTemplateFactory,
    accepted,
    claimed,
    findings,
    finished,
    flagged,
    in_visit,
    planned,
    recorded,
    signed,
    waiting,
)
from tests.factories.consultations import AppointmentFactory, asking_service, clinician
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.providers import NINE, NOW, HealthcareServiceFactory

pytestmark = pytest.mark.django_db
TASKS = "/api/v1/review-tasks/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def task_url(task, verb=""):
    return f"{TASKS}{task.pk}/{verb}"


def test_claim_next_answers_with_fence_and_lease(sign_in):
    task = waiting()

    answer = sign_in(clinician(task.service).user).post(f"{TASKS}claim-next/", {})

    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(task.pk),
        "fence": 1,
        "lease_expires_at": "2026-05-31T23:15:00Z",
        "service_request": str(task.service_request_id),
    }


def test_claim_next_answers_204_when_nothing_waits(sign_in):
    service = HealthcareServiceFactory(slug="sleep")

    answer = sign_in(clinician(service).user).post(f"{TASKS}claim-next/", {"service": "sleep"})

    assert answer.status_code == 204


def test_claim_next_refuses_patients_and_unknown_services(sign_in):
    assert sign_in(UserFactory()).post(f"{TASKS}claim-next/", {}).status_code == 403
    by = clinician(HealthcareServiceFactory()).user
    assert sign_in(by).post(f"{TASKS}claim-next/", {"service": "nothing"}).status_code == 422


def test_list_is_the_queue_in_order_and_filtered(sign_in):
    service = HealthcareServiceFactory(slug="sleep")
    routine, emergency = waiting(service), waiting(service, tier=0)
    claimed(waiting(service), now=NOW)
    waiting()
    client = sign_in(clinician(service).user)

    rows = client.get(f"{TASKS}?status=ready&service=sleep").json()["results"]

    assert [row["id"] for row in rows] == [str(emergency.pk), str(routine.pk)]
    assert client.get(f"{TASKS}?status=nonsense").status_code == 422
    assert "Sample" not in client.get(TASKS).content.decode()


def test_list_is_empty_for_patients_and_whole_for_administrators(sign_in):
    task = waiting()

    assert sign_in(task.service_request.patient.user).get(TASKS).json()["results"] == []
    assert len(sign_in(AdminFactory()).get(TASKS).json()["results"]) == 1


def test_one_task_is_hidden_from_other_states(sign_in):
    task = waiting()

    assert sign_in(clinician(task.service).user).get(task_url(task)).status_code == 200
    assert sign_in(clinician(task.service, state="NJ").user).get(task_url(task)).status_code == 404


VERBS = {
    "renew": {},
    "note": {"note": "A note."},
    "release": {},
    "ask-patient": {"message": "Which dose?"},
    "accept": {},
    "decline": {"reason": "Not for you."},
    "refer": {"to": "Clinic", "reason": "Closer."},
}


@pytest.mark.parametrize(("verb", "body"), VERBS.items(), ids=VERBS)
def test_write_works_with_the_fence(sign_in, verb, body):
    task, practitioner = claimed(waiting(), now=NOW)

    answer = sign_in(practitioner.user).post(task_url(task, f"{verb}/"), {**body, "fence": 1})

    assert answer.status_code == 200


@pytest.mark.parametrize(("verb", "body"), VERBS.items(), ids=VERBS)
def test_write_with_a_stale_fence_says_who_holds_the_case(sign_in, verb, body):
    task, practitioner = claimed(waiting(), now=NOW)

    answer = sign_in(practitioner.user).post(task_url(task, f"{verb}/"), {**body, "fence": 0})

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "lease-lost")
    assert problem["held_by"] == practitioner.display_name
    assert problem["lease_expires_at"] == "2026-05-31T23:15:00Z"


def test_refer_names_a_colleague_a_service_or_somebody_outside(sign_in, clock):
    task, holder = claimed(waiting(), now=NOW)
    colleague, service = clinician(task.service), asking_service()
    client = sign_in(holder.user)
    asking_service(states=["NJ"])

    options = client.get(task_url(task, "referral-options/")).json()
    assert options == {
        "colleagues": [{"id": str(colleague.pk), "name": colleague.display_name}],
        "services": [{"slug": service.slug, "name": service.name}],
    }
    words = {"fence": 1, "kind": "colleague", "to": str(colleague.pk), "reason": "You know hearts."}
    assert client.post(task_url(task, "refer/"), words).json()["kept_for"] == colleague.display_name

    clock.shift(timedelta(minutes=1))
    client = sign_in(colleague.user)
    fence = client.post("/api/v1/review-tasks/claim-next/", {}).json()["fence"]
    words = {"fence": fence, "kind": "service", "to": service.slug, "reason": "It fits."}
    told = client.post(task_url(task, "refer/"), words).json()
    assert (told["outcome"], told["referred_to"]) == ("referred", service.name)
    assert [(one["kind"], one["to"], one["reason"], one["referred_by"]) for one in told["referrals"]] == [
        ("colleague", colleague.display_name, "You know hearts.", holder.display_name),
        ("service", service.name, "It fits.", colleague.display_name),
    ]

    patient = sign_in(task.service_request.patient.user)
    first = patient.get(f"/api/v1/service-requests/{task.service_request_id}/").json()
    assert (first["next_actor"], first["next_step"]["code"], first["decision_note"]) == ("patient", "go-on", "It fits.")
    assert first["referred_to"] == told["referrals"][1]["service_request"]
    new = patient.get(f"/api/v1/service-requests/{first['referred_to']}/").json()
    assert (new["status"], new["service"], new["referred_from"]) == ("draft", service.slug, first["id"])


@pytest.mark.parametrize(
    ("kind", "to", "code"),
    [
        ("colleague", "nobody", "unknown"),
        ("colleague", "00000000-0000-4000-8000-000000000000", "may-not-take"),
        ("service", "no-such-line", "unknown"),
        ("elsewhere", "Clinic", "invalid_choice"),
    ],
)
def test_refer_says_by_the_field_whom_it_cannot_be(sign_in, kind, to, code):
    task, practitioner = claimed(waiting(), now=NOW)

    words = {"fence": 1, "kind": kind, "to": to, "reason": "Why."}
    answer = sign_in(practitioner.user).post(task_url(task, "refer/"), words)

    assert answer.status_code == 422
    field = "to" if kind != "elsewhere" else "kind"
    assert [(error["field"], error["code"].replace("-", "_")) for error in answer.json()["errors"]] == [
        (field, code.replace("-", "_"))
    ]


@pytest.mark.parametrize(("verb", "body"), VERBS.items(), ids=VERBS)
def test_write_to_a_case_of_others_is_404(sign_in, verb, body):
    task, _ = claimed(waiting(), now=NOW)

    answer = sign_in(clinician(task.service, state="NJ").user).post(task_url(task, f"{verb}/"), {**body, "fence": 1})

    assert answer.status_code == 404


@pytest.mark.parametrize("body", [[], {"fence": "x"}, {"fence": -1}, {"fence": 1, "extra": 1}, {"fence": 2**40}])
@pytest.mark.parametrize("verb", VERBS)
def test_write_refuses_a_bad_body(sign_in, verb, body):
    task, practitioner = claimed(waiting(), now=NOW)

    answer = sign_in(practitioner.user).post(task_url(task, f"{verb}/"), body)

    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert ReviewTask.objects.get().status == TaskStatus.IN_PROGRESS


def test_claim_of_a_held_case_is_409(sign_in):
    task, holder = claimed(waiting(), now=NOW)

    answer = sign_in(clinician(task.service).user).post(task_url(task, "claim/"), {})

    assert (answer.status_code, answer.json()["code"]) == (409, "already-claimed")
    assert answer.json()["held_by"] == holder.display_name


def test_claim_with_one_key_twice_gives_one_fence(sign_in):
    task = waiting()
    client = sign_in(clinician(task.service).user)

    answers = [client.post(task_url(task, "claim/"), {}, headers={"Idempotency-Key": "k1"}) for _ in range(2)]

    assert [answer.json()["fence"] for answer in answers] == [1, 1]


def test_ask_and_answer_go_round(sign_in):
    task, practitioner = claimed(waiting(), now=NOW)
    clinic, patient = sign_in(practitioner.user), sign_in(task.service_request.patient.user)
    answer_url = f"/api/v1/service-requests/{task.service_request_id}/answer/"

    assert patient.post(answer_url, {"message": "Too early"}).status_code == 404
    clinic.post(task_url(task, "ask-patient/"), {"fence": 1, "message": "Which dose?"})
    assert clinic.post(answer_url, {"message": "5 mg"}).status_code == 404
    answer = patient.post(answer_url, {"message": "5 mg"})

    assert (answer.status_code, answer.json()["answer"]) == (200, "5 mg")
    assert patient.post(answer_url, {"message": "10 mg"}).json()["code"] == "already-answered"
    assert clinic.get(task_url(task)).json()["status"] == "ready"


def test_flag_is_acknowledged_with_a_name(sign_in):
    task, practitioner = claimed(waiting(), now=NOW)
    flag = flagged(task.service_request)
    client = sign_in(practitioner.user)
    url = f"/api/v1/flags/{flag.pk}/acknowledge/"

    assert client.post(task_url(task, "accept/"), {"fence": 1}).json()["code"] == "flags-waiting"
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"note": "Called."}).json()["acknowledged_by"] == str(practitioner.user.pk)
    assert client.post(url, {"note": "Again."}).json()["code"] == "already-acknowledged"
    assert sign_in(task.service_request.patient.user).post(url, {"note": "Me."}).status_code == 403
    assert client.post(f"/api/v1/flags/{uuid4()}/acknowledge/", {"note": "None."}).status_code == 404


def booked():
    service = HealthcareServiceFactory()
    return AppointmentFactory(practitioner=clinician(service), service_request__service=service)


def test_check_in_begin_and_finish(sign_in, clock):
    appointment = booked()
    clock.move_to(NINE)
    patient, clinic = sign_in(appointment.patient.user), sign_in(appointment.practitioner.user)
    url = f"/api/v1/appointments/{appointment.pk}/check-in/"

    refused = patient.post(url, {"state": "NJ", "identity_confirmed": True})
    assert (refused.status_code, refused.json()["code"]) == (422, "not-licensed")
    assert refused.json()["errors"][0]["field"] == "state"
    encounter = patient.post(url, {"state": "NY", "identity_confirmed": True}).json()["id"]
    begun = clinic.post(f"/api/v1/encounters/{encounter}/begin/", {})
    assert begun.json()["status"] == "in-progress"
    done = clinic.post(f"/api/v1/encounters/{encounter}/finish/", {"note": "Fine."})
    assert (done.status_code, done.json()["status"]) == (200, "finished")
    assert patient.get(f"/api/v1/encounters/{encounter}/").status_code == 404


@pytest.mark.parametrize(
    "body", [{}, [], {"state": 7, "identity_confirmed": "perhaps"}, {"state": "NY", "identity_confirmed": True, "x": 1}]
)
def test_check_in_refuses_a_bad_body(sign_in, clock, body):
    appointment = booked()
    clock.move_to(NINE)

    answer = sign_in(appointment.patient.user).post(f"/api/v1/appointments/{appointment.pk}/check-in/", body)

    assert answer.status_code == 422


def test_visit_steps_are_hidden_from_strangers(sign_in, clock):
    encounter = EncounterFactory()
    clock.move_to(NINE)
    visit = encounter.appointment_id
    stranger = sign_in(clinician(HealthcareServiceFactory()).user)
    other = sign_in(UserFactory())
    place = {"state": "NY", "identity_confirmed": True}

    assert other.post(f"/api/v1/appointments/{visit}/check-in/", place).status_code == 404
    assert stranger.post(f"/api/v1/appointments/{visit}/no-show/", {}).status_code == 404
    assert stranger.post(f"/api/v1/encounters/{encounter.pk}/begin/", {}).status_code == 404
    assert stranger.post(f"/api/v1/encounters/{encounter.pk}/finish/", {"note": "Me."}).status_code == 404
    assert stranger.get(f"/api/v1/encounters/{encounter.pk}/determination/").status_code == 404


def test_no_show_is_recorded_after_ten_minutes(sign_in, clock):
    appointment = booked()
    client = sign_in(appointment.practitioner.user)
    url = f"/api/v1/appointments/{appointment.pk}/no-show/"

    clock.move_to(NINE)
    early = client.post(url, {}).json()
    assert (early["code"], early["from"]) == ("too-early", "2026-06-01T13:10:00Z")
    clock.move_to(NINE + timedelta(minutes=10))
    missed = client.post(url, {}).json()
    assert missed["status"] == "noshow"
    assert missed == {**client.get(f"/api/v1/appointments/{appointment.pk}/").json(), "status": "noshow"}


def test_determination_is_shown_recorded_and_signed(sign_in):
    encounter = finished()
    client = sign_in(encounter.appointment.practitioner.user)
    url = f"/api/v1/encounters/{encounter.pk}/determination/"

    shown = client.get(url).json()
    assert [one["code"] for one in shown["criteria"]] == ["adult", "no-heart-trouble"]
    assert shown["criteria"][0]["evidence"] == ["q1"]
    body = {"outcome": "eligible", "criteria": findings(), "rationale": "It may help."}
    recorded_row = client.post(url, body).json()
    assert recorded_row["status"] == "in-progress"
    signed_row = client.post(f"/api/v1/determinations/{recorded_row['id']}/sign/", {}).json()
    assert (signed_row["status"], len(signed_row["sha256"])) == ("completed", 64)
    again = client.post(f"/api/v1/determinations/{recorded_row['id']}/sign/", {})
    assert (again.status_code, again.json()["code"]) == (409, "already-signed")


def test_determination_without_a_visit_is_shown_recorded_and_signed(sign_in):
    task, practitioner = accepted()
    client = sign_in(practitioner.user)
    url = f"/api/v1/service-requests/{task.service_request_id}/determination/"

    shown = client.get(url).json()
    assert ([one["code"] for one in shown["criteria"]], shown["determination"]) == (["adult", "no-heart-trouble"], None)
    body = {"outcome": "eligible", "criteria": findings(), "rationale": "It may help."}
    row = client.post(url, body).json()
    assert (row["service_request"], row["encounter"]) == (str(task.service_request_id), None)
    assert client.post(f"/api/v1/determinations/{row['id']}/sign/", {}).json()["status"] == "completed"
    assert client.get(url).json()["determination"]["id"] == row["id"]


def test_determination_without_a_visit_is_its_clinicians_own(sign_in):
    task, _ = accepted()
    url = f"/api/v1/service-requests/{task.service_request_id}/determination/"
    body = {"outcome": "eligible", "criteria": findings(), "rationale": "It may help."}
    colleague, stranger = sign_in(clinician(task.service).user), sign_in(clinician(HealthcareServiceFactory()).user)

    assert [one.get(url).status_code for one in (colleague, stranger)] == [404, 404]
    assert [one.post(url, body).status_code for one in (colleague, stranger)] == [403, 404]


def test_determination_without_a_visit_is_refused_where_the_service_has_visits(sign_in):
    encounter = finished()
    case = encounter.appointment.service_request_id
    body = {"outcome": "eligible", "criteria": findings(), "rationale": "It may help."}

    answer = sign_in(encounter.appointment.practitioner.user).post(
        f"/api/v1/service-requests/{case}/determination/", body
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "visit-needed")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid"),
        ({"outcome": "eligible", "criteria": [], "rationale": "Yes."}, "criteria-faulty"),
        ({"outcome": "eligible", "criteria": [{"code": "adult"}], "rationale": "Yes."}, "invalid"),
        ({"outcome": "eligible", "criteria": "all", "rationale": "Yes."}, "invalid"),
        ({"outcome": "perhaps", "criteria": findings(), "rationale": "Yes."}, "invalid"),
        ({"outcome": "eligible", "criteria": findings(), "rationale": "Yes.", "signed": True}, "invalid"),
    ],
)
def test_determination_refuses_a_bad_body(sign_in, body, code):
    encounter = finished()

    answer = sign_in(encounter.appointment.practitioner.user).post(
        f"/api/v1/encounters/{encounter.pk}/determination/", body
    )

    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_sign_waits_for_the_end_of_the_visit(sign_in):
    draft = recorded(in_visit())

    answer = sign_in(draft.recorded_by).post(f"/api/v1/determinations/{draft.pk}/sign/", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "visit-not-finished")


def test_plan_is_written_revised_signed_and_ticked_off(sign_in):
    determination = signed()
    PlanTemplateFactory(service=determination.encounter.appointment.service_request.service)
    clinic = sign_in(determination.signed_by)
    patient = sign_in(determination.encounter.appointment.patient.user)

    written = clinic.post(f"/api/v1/determinations/{determination.pk}/care-plan/", {"template": "first-steps"})
    url = f"/api/v1/care-plans/{written.json()['id']}/"
    assert written.status_code == 201
    assert patient.get(url).status_code == 404
    revised = clinic.post(f"{url}revise/", {"goals": [{"description": "Sleep", "measure": {"below": 5}}]}).json()
    assert [goal["description"] for goal in revised["goals"]] == ["Sleep"]
    assert clinic.post(f"{url}sign/", {}).json()["status"] == "active"
    activity = patient.get(url).json()["activities"][0]
    done = patient.post(f"{url}activities/{activity['id']}/done/", {})
    assert (done.status_code, done.json()["status"]) == (200, "completed")
    assert patient.post(f"{url}activities/{activity['id']}/done/", {}).json()["code"] == "activity-not-open"
    assert sign_in(UserFactory()).post(f"{url}activities/{activity['id']}/done/", {}).status_code == 404


def test_plan_refuses_a_bad_body_and_a_second_plan(sign_in):
    plan = planned()
    client = sign_in(plan.recorded_by)
    url = f"/api/v1/determinations/{plan.determination_id}/care-plan/"

    assert client.post(url, {"goals": "many"}).status_code == 422
    assert client.post(url, {"title": "x", "surprise": 1}).status_code == 422
    again = client.post(url, {"title": "Second"})
    assert (again.status_code, again.json()["care_plan"]) == (409, str(plan.pk))
    bad = client.post(f"/api/v1/care-plans/{plan.pk}/revise/", {"activities": [{"kind": "dance", "title": "x"}]})
    assert bad.status_code == 422
    assert CarePlan.objects.count() == 1


def queries_of(client, url):
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_task_list_takes_as_many_queries_for_50_rows_as_for_5(sign_in):
    service = HealthcareServiceFactory()
    client = sign_in(clinician(service).user)
    for _ in range(5):
        waiting(service)
    few = queries_of(client, f"{TASKS}?limit=100")

    for _ in range(45):
        waiting(service)

    assert queries_of(client, f"{TASKS}?limit=100") == few == 2


def test_plan_list_takes_as_many_queries_for_many_rows_as_for_few(sign_in):
    practitioner = clinician(HealthcareServiceFactory())
    client = sign_in(practitioner.user)

    for hours in range(2):
        planned_at(hours, practitioner)
    few = queries_of(client, "/api/v1/care-plans/")
    for hours in range(2, 6):
        planned_at(hours, practitioner)

    assert queries_of(client, "/api/v1/care-plans/") == few == 3


def planned_at(hours, practitioner):
    service = practitioner.roles.get().service
    return planned(signed(finished(start_at=NINE + timedelta(hours=hours), practitioner=practitioner, service=service)))


def test_patients_see_signed_plans_only(sign_in):
    plan = planned()
    patient = sign_in(plan.patient.user)

    assert patient.get("/api/v1/care-plans/").json()["results"] == []
    plan_care.sign(care_plan_id=plan.pk, by=plan.recorded_by, now=plan.recorded_at)
    assert len(patient.get("/api/v1/care-plans/").json()["results"]) == 1


@pytest.mark.parametrize("url", [TASKS, "/api/v1/care-plans/", "/api/v1/encounters/"])
def test_nobody_gets_in_without_signing_in(url, client):
    assert client.get(url).status_code == 401
