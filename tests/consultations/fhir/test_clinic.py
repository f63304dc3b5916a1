"""Rows of the clinician's half as FHIR R4."""

import json

import pytest

from config.core.models import StatusChange
from consultations.domain.codes import CommunicationKind
from consultations.fhir.care_plan import care_plan
from consultations.fhir.clinical_impression import clinical_impression
from consultations.fhir.communication import communication
from consultations.fhir.encounter import encounter
from consultations.fhir.task import task
from consultations.flows import decide, determine, plan_care
from consultations.models import Communication
from tests.factories.clinic import accepted, claimed, decided, finished, planned, signed, waiting
from tests.factories.providers import NOW

pytestmark = pytest.mark.django_db


def test_task_names_focus_owner_and_version():
    row, practitioner = claimed(waiting(), now=NOW)

    resource = task(row, priority="urgent")

    assert resource["focus"] == {"reference": f"ServiceRequest/{row.service_request_id}"}
    assert resource["owner"] == {"reference": f"Practitioner/{practitioner.pk}"}
    assert (resource["status"], resource["meta"]["versionId"]) == ("in-progress", "1")
    json.dumps(resource)


def test_decided_task_has_its_outcome_and_not_its_reason():
    row, practitioner = claimed(waiting(), now=NOW)
    decided = decide.decline(task_id=row.pk, fence=1, reason="Secret", by=practitioner.user, now=NOW)

    resource = task(decided)

    assert resource["businessStatus"] == {"text": "declined"}
    assert "Secret" not in json.dumps(resource)


def test_encounter_is_virtual_and_has_its_history():
    row = finished()
    history = StatusChange.objects.filter(entity_id=row.pk).order_by("changed_at", "id")

    resource = encounter(row, history)

    assert resource["class"]["code"] == "VR"
    assert set(resource["period"]) == {"start", "end"}
    assert {one["status"] for one in resource["statusHistory"]} == {"arrived", "in-progress", "finished"}
    assert "We talked." not in json.dumps(resource)


def test_determination_has_one_finding_for_each_criterion():
    row = signed()

    resource = clinical_impression(row)

    assert [one["itemCodeableConcept"]["coding"][0]["code"] for one in resource["finding"]] == [
        "adult",
        "no-heart-trouble",
    ]
    assert resource["finding"][0]["basis"] == "q1"
    assert resource["encounter"] == {"reference": f"Encounter/{row.encounter_id}"}
    assert resource["status"] == "completed"


def test_determination_and_plan_without_a_visit_name_no_encounter():
    case, practitioner = accepted()
    row = decided(case, by=practitioner.user)
    determine.sign(determination_id=row.pk, by=practitioner.user, now=NOW)
    row.refresh_from_db()

    impression = clinical_impression(row)

    assert "encounter" not in impression
    assert impression["assessor"] == {"reference": f"Practitioner/{practitioner.pk}"}
    assert "encounter" not in care_plan(planned(row), [], [])


def test_care_plan_contains_its_goals_and_days():
    written = planned()
    row = plan_care.sign(care_plan_id=written.pk, by=written.recorded_by, now=written.recorded_at)

    resource = care_plan(row, list(row.goals.all()), list(row.activities.order_by("position")))

    assert resource["goal"] == [{"reference": f"#{resource['contained'][0]['id']}"}]
    assert len(resource["activity"][0]["detail"]["scheduledTiming"]["event"]) == 7
    assert resource["status"] == "active"


def test_communication_has_no_payload():
    subject = waiting()
    Communication.objects.plan(
        subject=subject,
        kind=CommunicationKind.REVIEW_DECIDED,
        recipient_id=subject.service_request.patient.user_id,
        due_at=NOW,
    )

    resource = communication(Communication.objects.get())

    assert resource["about"][0]["identifier"]["value"] == str(subject.pk)
    assert "payload" not in resource
