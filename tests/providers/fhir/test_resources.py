"""Rows as FHIR R4 JSON: the codes and references that a receiver needs, and no patient in them."""

import json
from datetime import date

from providers.fhir.healthcare_service import healthcare_service
from providers.fhir.practitioner import practitioner, practitioner_role
from providers.fhir.schedule import free_slot, schedule, slot
from providers.queries.availability import Offer
from tests.factories.providers import (
    NINE,
    NOW,
    AvailableTimeFactory,
    HealthcareServiceFactory,
    PractitionerFactory,
    PractitionerRoleFactory,
    QualificationFactory,
    ScheduleFactory,
    SlotFactory,
)


def built(factory, **fields):
    return factory.build(updated_at=NOW, **fields)


def test_practitioner_carries_npi_languages_and_licences():
    ada = built(PractitionerFactory, npi="1234567890", credentials="MD", languages=["en", "es"])
    licence = built(
        QualificationFactory, practitioner=ada, number="L9", valid_until=date(2027, 1, 31), status="suspended"
    )

    resource = practitioner(ada, [licence])

    assert resource["identifier"] == [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567890"}]
    assert resource["name"][0]["suffix"] == ["MD"]
    assert [one["coding"][0]["code"] for one in resource["communication"]] == ["en", "es"]
    [qualification] = resource["qualification"]
    assert qualification["period"] == {"start": "2020-01-01", "end": "2027-01-31"}
    assert qualification["code"]["coding"][0]["code"] == "MD"
    status, where = qualification["extension"][0]["extension"]
    assert status == {"url": "status", "valueCode": "inactive"}
    assert where["valueCodeableConcept"]["coding"][0]["code"] == "NY"
    assert json.dumps(resource)


def test_practitioner_leaves_out_what_is_not_there():
    resource = practitioner(built(PractitionerFactory, languages=[]), [])

    assert not {"identifier", "qualification", "communication"} & set(resource)


def test_an_overnight_window_is_two_available_times():
    role = built(
        PractitionerRoleFactory, practitioner=PractitionerFactory.build(), service=HealthcareServiceFactory.build()
    )
    sunday = AvailableTimeFactory.build(schedule=None, weekday=7, start_minute=1320, end_minute=1800)

    resource = practitioner_role(role, [sunday])

    assert resource["availableTime"] == [
        {"daysOfWeek": ["sun"], "availableStartTime": "22:00:00", "availableEndTime": "23:59:59"},
        {"daysOfWeek": ["mon"], "availableStartTime": "00:00:00", "availableEndTime": "06:00:00"},
    ]
    assert resource["practitioner"]["reference"] == f"Practitioner/{role.practitioner_id}"
    assert "availableTime" not in practitioner_role(role, [])


def test_healthcare_service_names_its_states():
    resource = healthcare_service(built(HealthcareServiceFactory, states=["NY", "PR"]))

    assert [area["display"] for area in resource["coverageArea"]] == ["New York", "Puerto Rico"]
    assert resource["appointmentRequired"] is True


def test_schedule_names_clinician_service_and_horizon():
    row = built(
        ScheduleFactory,
        practitioner=PractitionerFactory.build(),
        service=HealthcareServiceFactory.build(),
        valid_until=date(2026, 12, 31),
    )

    resource = schedule(row)

    assert [actor["reference"].split("/")[0] for actor in resource["actor"]] == ["Practitioner", "HealthcareService"]
    assert resource["planningHorizon"] == {"start": "2026-01-01", "end": "2026-12-31"}


def test_slots_say_when_and_not_for_whom():
    row = built(SlotFactory, practitioner=PractitionerFactory.build(), service=None, reference=None)
    hours = ScheduleFactory.build(practitioner=row.practitioner)

    taken = slot(row, schedule_id=hours.pk)
    offer = Offer(row.practitioner_id, NINE, NINE, "America/New_York", "Ada")
    free, again = (free_slot(offer, schedule_id=hours.pk) for _ in range(2))

    assert (taken["status"], taken["start"]) == ("busy", "2026-06-01T13:00:00+00:00")
    assert set(taken) == {"resourceType", "id", "meta", "schedule", "status", "start", "end"}
    assert free == again
    assert free["status"] == "free"
