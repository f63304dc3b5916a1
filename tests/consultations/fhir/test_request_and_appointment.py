import json
from uuid import uuid4

import pytest

from consultations.fhir.appointment import appointment
from consultations.fhir.service_request import service_request
from tests.factories.consultations import AppointmentFactory

pytestmark = pytest.mark.django_db


def test_a_case_points_at_its_answers_and_its_patient():
    row, response = AppointmentFactory().service_request, uuid4()

    resource = service_request(row, [response])

    assert (resource["status"], resource["intent"], resource["priority"]) == ("active", "proposal", "routine")
    assert resource["subject"] == {"reference": f"Patient/{row.patient_id}"}
    assert resource["supportingInfo"] == [{"reference": f"QuestionnaireResponse/{response}"}]
    assert json.dumps(resource)


def test_a_case_without_answers_has_no_supporting_info():
    assert "supportingInfo" not in service_request(AppointmentFactory().service_request)


def test_a_visit_says_when_with_whom_and_for_what():
    row = AppointmentFactory(revision=2)

    resource = appointment(row)

    assert (resource["start"], resource["minutesDuration"]) == ("2026-06-01T13:00:00+00:00", 30)
    assert resource["meta"]["versionId"] == "2"
    assert [one["actor"]["reference"] for one in resource["participant"]] == [
        f"Patient/{row.patient_id}", f"Practitioner/{row.practitioner_id}",
    ]  # fmt: skip
    assert "cancelationReason" not in resource


def test_a_cancelled_visit_has_a_reason_but_not_what_was_written():
    resource = appointment(AppointmentFactory(status="cancelled", cancel_reason="A private matter."))

    assert resource["cancelationReason"]
    assert "private" not in json.dumps(resource)
