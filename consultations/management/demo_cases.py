"""Bring the demo's cases to the step where each is shown, through the flows that everybody uses."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from config.core.models import User
from consultations.flows import book, decide, determine, plan_care, publish_protocols, request, review, visit
from consultations.flows.acknowledge import acknowledge_flag
from consultations.management import demo
from consultations.models import Appointment, Encounter, PlanTemplate, ReviewTask, ServiceRequest, SupportingInfo
from consultations.queries import protocol
from intake.adapters import catalogue
from intake.domain.codes import ConsentStatus, ResponseStatus
from intake.flows import answer, consent, publish
from intake.models import Consent, ConsentDocument, Flag, QuestionnaireResponse
from providers.domain.codes import ExceptionKind
from providers.domain.hours import Change
from providers.flows import block_time, hold, open_clinic
from providers.models import ClinicHours, Practitioner

HALF_HOUR = timedelta(minutes=30)


def opened(*, by: User, now: datetime) -> None:
    """Give the clinic its weekly hours, and the line that is decided in writing its content."""
    if not ClinicHours.objects.exists():
        for weekday, start, end in demo.CLINIC_HOURS:
            open_clinic.add_hours(weekday=weekday, start_minute=start, end_minute=end, by=by, now=now)
    folder = catalogue.ROOT / demo.LINE
    shipped = catalogue.read(folder)
    line = replace(shipped, slug=demo.IN_WRITING, service={**shipped.service, **demo.IN_WRITING_SERVICE})
    publish.publish(line=line, by=by, now=now, with_templates=True)
    protocol_file, plans = (
        json.loads((folder / name).read_text("utf-8")) for name in ("protocol.json", "care-plan.json")
    )
    publish_protocols.publish(
        slug=demo.IN_WRITING, protocol=protocol_file, templates=plans["templates"], by=by, now=now
    )


def submitted(person: demo.Person, *, by: User, now: datetime) -> ServiceRequest:
    """Sign, ask, answer and submit as `by`; returns the case that waits for a clinician."""
    name = f"{person.details['given_name']} {person.details['family_name']}"
    signed = Consent.objects.filter(patient__user=by, status=ConsentStatus.ACTIVE).values("document")
    documents = ConsentDocument.objects.current().filter(services__slug=person.line, language="en")
    for document in documents.exclude(pk__in=signed):
        consent.sign(document_id=document.pk, signed_name=name, by=by, now=now)
    case = request.start(service_slug=person.line, state=person.details["state"], by=by, now=now)
    for row in SupportingInfo.objects.filter(service_request=case).order_by("position"):
        _answer(row.questionnaire_response_id, {**demo.ANSWERS, **person.answers}, by=by, now=now)
    return request.submit(request_id=case.pk, by=by, now=now)


def booked(case: ServiceRequest, clinician: Practitioner, *, start_at: datetime, now: datetime) -> Appointment:
    """Book the case with the clinician, who opens that half hour for it."""
    zone = ZoneInfo(str(clinician.time_zone))
    local = start_at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    extra = Change(ExceptionKind.EXTRA, zone, local.date(), local.date(), minute, minute + 30)
    block_time.block(practitioner_id=clinician.pk, change=extra, by=clinician.user, now=now, reason="Demo visit")
    patient = case.patient.user
    held = hold.hold(
        service_id=case.service_id, state=case.state, start_at=start_at, practitioner_id=clinician.pk, by=patient,
        reference=case.pk, now=now,
    )  # fmt: skip
    return book.book(request_id=case.pk, hold_id=held.pk, by=patient, now=now)


def accepted(case: ServiceRequest, clinician: Practitioner, *, now: datetime) -> None:
    """Take the case from the queue, put a name under its flags, and accept it."""
    user = clinician.user
    task = review.claim(task_id=ReviewTask.objects.get(service_request=case).pk, by=user, now=now)
    flags = Flag.objects.active().filter(response__supporting_info__service_request=case, acknowledged_at=None)
    for flag in flags:
        acknowledge_flag(flag_id=flag.pk, note="Read. We talk about it in the visit. (demo)", by=user, now=now)
    decide.accept(task_id=task.pk, fence=task.fence, by=user, now=now)


def visited(meeting: Appointment, *, note: str) -> Encounter:
    """Hold the visit: checked in at its start, finished half an hour later."""
    begun = meeting.start_at
    clinician = meeting.practitioner.user
    encounter = visit.check_in(
        appointment_id=meeting.pk, state=meeting.patient_state, identity_confirmed=True, by=meeting.patient.user,
        now=begun,
    )  # fmt: skip
    visit.begin(encounter_id=encounter.pk, by=clinician, now=begun)
    return visit.finish(encounter_id=encounter.pk, note=note, by=clinician, now=begun + HALF_HOUR)


def planned(encounter: Encounter, *, now: datetime) -> None:
    """Sign what the answers say against the protocol, and the plan without the spray."""
    clinician = encounter.appointment.practitioner.user
    read = protocol.of_encounter(encounter, today=now.date())
    findings = [{"code": one.code, "finding": _finding(one)} for one in read.criteria]
    draft = determine.record(
        encounter_id=encounter.pk, outcome="not-eligible", criteria=findings, rationale=demo.RATIONALE, by=clinician,
        now=now,
    )  # fmt: skip
    determine.sign(determination_id=draft.pk, by=clinician, now=now)
    template = PlanTemplate.objects.get(service__slug=demo.LINE, code="care-without-oxytocin", is_current=True)
    written = plan_care.write(
        determination_id=draft.pk, draft=plan_care.Draft(template_code=template.code), by=clinician, now=now
    )
    activities = [_filled(one) for one in written.activities.order_by("position").values(*_COLUMNS)]
    plan_care.revise(care_plan_id=written.pk, draft=plan_care.Draft(activities=activities), by=clinician, now=now)
    plan_care.sign(care_plan_id=written.pk, by=clinician, now=now)


def next_half_hour(now: datetime) -> datetime:
    """Return the next full or half hour: check-in, which opens half an hour before a visit, is open at once."""
    return now.replace(minute=0 if now.minute < 30 else 30, second=0, microsecond=0) + HALF_HOUR


_COLUMNS = ("kind", "title", "detail", "schedule", "schedule_text", "questionnaire_url")


def _filled(activity: dict[str, Any]) -> dict[str, Any]:
    for name, words in demo.FILLED.items():
        activity["detail"] = activity["detail"].replace(f"{name}: ____", f"{name}: {words}")
    return activity


def _finding(one: protocol.Criterion) -> str:
    if one.kind == "off-label-disclosure":
        return "met"
    return one.suggestion


def _answer(response_id: UUID, answers: Mapping[str, Any], *, by: User, now: datetime) -> None:
    response = QuestionnaireResponse.objects.select_related("questionnaire").get(pk=response_id)
    if response.status != ResponseStatus.IN_PROGRESS:
        return
    asked = _link_ids(response.questionnaire.definition)
    rows = [{"link_id": path, "value": value} for path, value in answers.items() if path.rsplit("/", 1)[-1] in asked]
    answer.save(response_id=response_id, client_id="demo", sequence=1, base_revision=0, answers=rows, by=by, now=now)
    answer.complete(response_id=response_id, by=by, now=now)


def _link_ids(item: dict[str, Any]) -> set[str]:
    below = item.get("item", ())
    return {str(item.get("linkId", ""))}.union(*(_link_ids(child) for child in below))
