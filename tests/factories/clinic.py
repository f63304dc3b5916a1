"""Whole cases at each step of the clinician's half, built from the smallest rows."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from consultations.domain.codes import AppointmentStatus, EncounterStatus
from consultations.flows import decide, determine, plan_care, review, visit
from consultations.models import DeterminationProtocol, Encounter, PlanTemplate
from intake.domain.codes import ResponseStatus, Severity
from providers.domain.codes import Pathway
from tests.factories.consultations import (
    AppointmentFactory,
    ReviewTaskFactory,
    SupportingInfoFactory,
    clinician,
)
from tests.factories.intake import FlagFactory, FlagRuleFactory, QuestionnaireResponseFactory
from tests.factories.providers import NINE, NOW, HealthcareServiceFactory

QUESTIONS = [
    {"linkId": "q1", "type": "boolean", "text": "Are you 18 or older?", "required": True},
    {"linkId": "q2", "type": "string", "text": "Anything else?"},
]
CRITERIA = [
    {"code": "adult", "kind": "inclusion", "text": "18 or older", "evidence": ["q1"], "source": {"title": "Label"}},
    {"code": "no-heart-trouble", "kind": "inclusion", "text": "No arrhythmia", "source": {"title": "Label"}},
]
BODY = {
    "goals": [{"description": "Worry less", "measure": {"instrument": "gad7", "target": "below 10"}}],
    "activities": [
        {"kind": "behavioral", "title": "Breathe slowly", "schedule": {"every_days": 1, "times": 7}},
        {"kind": "education", "title": "Read about sleep"},
    ],
    "review_after_days": 28,
    "source": {"title": "Guideline"},
}


class ProtocolFactory(DjangoModelFactory):
    """A current protocol of two criteria."""

    class Meta:
        model = DeterminationProtocol

    service = factory.SubFactory(HealthcareServiceFactory)
    code = "protocol"
    version = "1"
    title = "Protocol"
    criteria = CRITERIA


class PlanTemplateFactory(DjangoModelFactory):
    """A current template with one goal and two activities."""

    class Meta:
        model = PlanTemplate

    service = factory.SubFactory(HealthcareServiceFactory)
    code = "first-steps"
    version = "1"
    title = "First steps"
    body = BODY


class EncounterFactory(DjangoModelFactory):
    """A visit whose patient has checked in."""

    class Meta:
        model = Encounter

    appointment = factory.SubFactory(AppointmentFactory, status=AppointmentStatus.CHECKED_IN)
    status = EncounterStatus.ARRIVED
    patient_state = "NY"
    identity_confirmed = True


def waiting(service=None, **fields):
    """Return a task that waits, with one completed questionnaire, and a clinician who may take it."""
    service = service or HealthcareServiceFactory()
    task = ReviewTaskFactory(service_request__service=service, **fields)
    answered(task.service_request)
    return task


def answered(request, *, answers=None, **fields):
    """Return a completed response of a case: two questions, one of them answered."""
    if "questionnaire" not in fields:
        fields.setdefault("questionnaire__definition", {"resourceType": "Questionnaire", "item": QUESTIONS})
    response = QuestionnaireResponseFactory(
        patient=request.patient,
        status=ResponseStatus.COMPLETED,
        answers={"q1": True} if answers is None else answers,
        completed_by=request.patient.user,
        **{"completed_at": NOW, **fields},
    )
    SupportingInfoFactory(service_request=request, questionnaire_response=response)
    return response


def flagged(request, *, severity=Severity.URGENT, **fields):
    """Return an active flag of a case."""
    response = request.supporting_info.first().questionnaire_response
    rule = FlagRuleFactory(service=request.service, severity=severity)
    return FlagFactory(response=response, patient=request.patient, rule=rule, severity=severity, **fields)


def claimed(task, *, now, practitioner=None):
    """Return the task claimed at `now`, and its clinician."""
    practitioner = practitioner or clinician(task.service)
    return review.claim(task_id=task.pk, by=practitioner.user, now=now), practitioner


def in_visit(*, start_at=NINE, practitioner=None, service=None):
    """Return an encounter that has begun, of a case with answers and a protocol."""
    task = waiting(service)
    practitioner = practitioner or clinician(task.service)
    booked = AppointmentFactory(service_request=task.service_request, practitioner=practitioner, start_at=start_at)
    checked = visit.check_in(
        appointment_id=booked.pk, state="NY", identity_confirmed=True, by=booked.patient.user, now=start_at
    )
    if not DeterminationProtocol.objects.filter(service=task.service).exists():
        ProtocolFactory(service=task.service)
    return visit.begin(encounter_id=checked.pk, by=practitioner.user, now=start_at)


def finished(**fields):
    """Return an encounter that is finished."""
    encounter = in_visit(**fields)
    by = encounter.appointment.practitioner.user
    return visit.finish(encounter_id=encounter.pk, note="We talked.", by=by, now=after(encounter))


def after(encounter, *, minutes=20):
    """Return an instant some minutes into the visit."""
    return encounter.appointment.start_at + timedelta(minutes=minutes)


def findings(**changes):
    """Return a finding for each criterion of the protocol of these tests."""
    found = {"adult": "met", "no-heart-trouble": "met", **changes}
    return [{"code": code, "finding": finding} for code, finding in found.items()]


def recorded(encounter=None, **changes):
    """Return a determination that is recorded and not signed."""
    encounter = encounter or finished()
    values = {"outcome": "eligible", "criteria": findings(), "rationale": "It may help.", **changes}
    by = encounter.appointment.practitioner.user
    return determine.record(encounter_id=encounter.pk, by=by, now=after(encounter), **values)


def signed(encounter=None):
    """Return a signed determination."""
    draft = recorded(encounter)
    return determine.sign(determination_id=draft.pk, by=draft.recorded_by, now=draft.recorded_at)


def accepted(service=None, *, practitioner=None):
    """Return the task of an accepted case whose service has no visit but a protocol, and its clinician."""
    service = service or HealthcareServiceFactory(pathway=Pathway.ASYNCHRONOUS)
    task, practitioner = claimed(waiting(service), now=NOW, practitioner=practitioner)
    if not DeterminationProtocol.objects.filter(service=service).exists():
        ProtocolFactory(service=service)
    return decide.accept(task_id=task.pk, fence=task.fence, by=practitioner.user, now=NOW), practitioner


def decided(task, *, by, now=NOW, **changes):
    """Return a determination without a visit that is recorded and not signed."""
    values = {"outcome": "eligible", "criteria": findings(), "rationale": "It may help.", **changes}
    return determine.record_without_visit(request_id=task.service_request_id, by=by, now=now, **values)


def planned(determination=None, **words):
    """Return a care plan that is written and not signed."""
    determination = determination or signed()
    service = determination.service_request.service
    if not PlanTemplate.objects.filter(service=service).exists():
        PlanTemplateFactory(service=service)
    draft = plan_care.Draft(**{"template_code": "first-steps", **words})
    return plan_care.write(
        determination_id=determination.pk, draft=draft, by=determination.recorded_by, now=determination.recorded_at
    )
