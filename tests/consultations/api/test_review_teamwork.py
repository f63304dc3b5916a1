"""More than one clinician over HTTP: second names, cases given to somebody, breaks, further questions, waits."""

from datetime import timedelta

import pytest
import time_machine

from consultations.models import ReviewTask
from tests.factories.clinic import accepted, claimed, waiting
from tests.factories.consultations import ReviewTaskFactory, clinician
from tests.factories.intake import QuestionnaireFactory
from tests.factories.providers import NOW, HealthcareServiceFactory

pytestmark = pytest.mark.django_db
TASKS, SHIFT = "/api/v1/review-tasks/", "/api/v1/review-shift/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def url(task, verb=""):
    return f"{TASKS}{task.pk}/{verb}"


def test_second_name_is_given_by_a_colleague(sign_in):
    task, first = claimed(waiting(HealthcareServiceFactory(second_sign_off=True)), now=NOW)
    proposal = sign_in(first.user).post(url(task, "accept/"), {"fence": 1}).json()
    assert (proposal["status"], proposal["proposed_outcome"]) == ("ready", "accepted")
    assert proposal["proposed_by"] == first.display_name

    colleague = sign_in(clinician(task.service).user)
    fence = colleague.post(url(task, "claim/"), {}).json()["fence"]
    signed = colleague.post(url(task, "sign-off/"), {"fence": fence})

    assert (signed.status_code, signed.json()["outcome"]) == (200, "accepted")


def test_decision_is_sent_back_with_words(sign_in):
    task, first = claimed(waiting(HealthcareServiceFactory(second_sign_off=True)), now=NOW)
    sign_in(first.user).post(url(task, "accept/"), {"fence": 1})
    colleague = sign_in(clinician(task.service).user)
    fence = colleague.post(url(task, "claim/"), {}).json()["fence"]

    sent = colleague.post(url(task, "send-back/"), {"fence": fence, "handover": "Ask first."}).json()

    assert (sent["kept_for"], sent["handover"], sent["proposed_outcome"]) == (first.display_name, "Ask first.", "")


def test_nothing_to_sign_says_so(sign_in):
    task, holder = claimed(waiting(), now=NOW)

    refused = sign_in(holder.user).post(url(task, "sign-off/"), {"fence": 1})

    assert (refused.status_code, refused.json()["code"]) == (409, "nothing-proposed")


def test_accepted_case_without_a_visit_is_handed_over(sign_in):
    task, first = accepted()

    given = sign_in(first.user).post(url(task, "hand-over/"), {"fence": task.fence, "handover": "Off home."})
    again = sign_in(first.user).post(url(task, "hand-over/"), {"fence": task.fence})

    assert (given.status_code, given.json()["status"], given.json()["handover"]) == (200, "ready", "Off home.")
    assert (again.status_code, again.json()["code"]) == (409, "nothing-to-hand-over")


def test_supervisor_gives_a_case_and_nobody_else_does(sign_in):
    task = waiting()
    chosen = clinician(task.service)
    boss = sign_in(clinician(task.service, is_supervisor=True).user)

    given = boss.post(url(task, "reassign/"), {"to": str(chosen.pk), "handover": "Please."})
    refused = sign_in(clinician(task.service).user).post(url(task, "reassign/"), {"to": str(chosen.pk)})

    assert (given.status_code, given.json()["kept_for"]) == (200, chosen.display_name)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-a-supervisor")


def test_break_and_end_of_a_shift(sign_in):
    _, holder = claimed(waiting(), now=NOW)
    client = sign_in(holder.user)

    assert client.post(f"{SHIFT}pause/", {}).json()["paused_at"] == "2026-05-31T23:00:00Z"
    refused = client.post(f"{TASKS}claim-next/", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "on-break")
    assert client.post(f"{SHIFT}go-on/", {}).json()["paused_at"] is None
    assert client.post(f"{SHIFT}end/", {}).json() == {"handed_back": 1}


def test_further_questions_have_to_be_finished_before_the_answer(sign_in):
    questionnaire = QuestionnaireFactory()
    task, holder = claimed(waiting(), now=NOW)
    words = {"fence": 1, "message": "Please.", "questionnaires": [str(questionnaire.pk)]}
    assert sign_in(holder.user).post(url(task, "ask-patient/"), words).status_code == 200

    patient = sign_in(task.service_request.patient.user)
    refused = patient.post(f"/api/v1/service-requests/{task.service_request_id}/answer/", {"message": "Done."})

    assert (refused.status_code, refused.json()["code"]) == (422, "questions-unfinished")
    assert ReviewTask.objects.get(pk=task.pk).status == "on-hold"


def test_wait_is_said_from_enough_history_only(sign_in):
    task = ReviewTaskFactory()
    client = sign_in(task.service_request.patient.user)
    address = f"/api/v1/service-requests/{task.service_request_id}/wait/"
    assert client.get(address).status_code == 204

    for minutes in range(1, 22):
        ReviewTaskFactory(
            service_request__service=task.service,
            service_request__submitted_at=NOW - timedelta(days=1),
            first_claimed_at=NOW - timedelta(days=1) + timedelta(minutes=minutes),
        )

    assert client.get(address).json() == {"half_within_seconds": 660, "nine_of_ten_within_seconds": 1140, "cases": 21}
