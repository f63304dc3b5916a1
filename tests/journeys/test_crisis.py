"""An answer that says somebody may be in danger: whom to call stands on that very answer, and a clinician sees it."""

import pytest
from django.test import Client

from config.core.models import User
from consultations.management import demo
from tests.journeys.program import Program
from tests.journeys.steps import LINE, answer, open_practice, register, submit

pytestmark = pytest.mark.django_db
HARM = {"phq-9-item-9": demo.SEVERAL_DAYS}


@pytest.fixture
def patient(admin):
    open_practice(admin)
    patient = Program("grace.sample@example.org")
    register(patient)
    return patient


def phq_9(patient):
    """Return a new case, and its response to the PHQ-9."""
    case = patient.post("service-requests/", {"service": LINE, "state": "NY"}, expect=201)
    asked = {
        patient.get(f"questionnaires/{one['questionnaire']}/")["url"]: one for one in case["questionnaire_responses"]
    }
    return case, asked["https://anteroom.example/fhir/Questionnaire/phq-9"]


def test_program_is_told_whom_to_call_with_the_very_answer(patient):
    _, response = phq_9(patient)

    saved = answer(patient, response, HARM)

    assert {"tel:988", "tel:911"} <= {way["href"] for way in saved["crisis"]["ways"]}
    assert saved["stored"] == ["phq-9-item-9"]

    # Sent again, it is told again; changed back, the crisis is over and the flag is history.
    assert answer(patient, response, HARM)["crisis"] == saved["crisis"]
    assert answer(patient, response, {"phq-9-item-9": demo.NOT_AT_ALL}, sequence=2)["crisis"] is None


def test_page_tells_whom_to_call_where_the_answer_was_given(patient):
    case, response = phq_9(patient)
    answer(patient, response, HARM)
    browser = Client()
    browser.force_login(User.objects.get(email=patient.email))

    for path in (f"/questions/{response['id']}/1/", f"/cases/{case['id']}/"):
        page = browser.get(path).content.decode()
        assert 'href="tel:988"' in page, path
        assert 'href="tel:911"' in page, path


def test_case_comes_first_and_waits_for_a_name_under_the_flag(patient, clinic):
    clinician = Program("ana.rivera@example.org")
    clinician.sign_in()
    calm = Program("calm.sample@example.org")
    register(calm)
    submit(calm)
    urgent = submit(patient, **HARM)

    assert urgent["priority"] == "stat"
    claimed = clinician.post("review-tasks/claim-next/")
    assert claimed["service_request"] == urgent["id"]
    fence = {"fence": claimed["fence"]}
    refused = clinician.post(f"review-tasks/{claimed['id']}/accept/", fence, expect=409)
    assert refused["code"] == "flags-waiting"
    for flag in clinician.get(f"service-requests/{urgent['id']}/")["flags"]:
        clinician.post(f"flags/{flag['id']}/acknowledge/", {"note": "Called, is safe with a friend."})
    clinician.post(f"review-tasks/{claimed['id']}/accept/", fence)
