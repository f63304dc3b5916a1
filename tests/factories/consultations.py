"""The smallest valid rows of the consultations app, and whole cases ready for one step."""

from datetime import timedelta

import factory
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from factory.django import DjangoModelFactory

from consultations.domain.codes import Priority, RequestStatus, TaskStatus
from consultations.models import (
    Appointment,
    MessagePlan,
    PolicyOverride,
    ReviewTask,
    ServiceRequest,
    SupportingInfo,
)
from intake.domain.codes import ResponseStatus
from providers.domain.codes import SlotStatus
from providers.models import Slot
from tests.factories.core import AdminFactory
from tests.factories.intake import (
    PatientFactory,
    QuestionnaireFactory,
    QuestionnaireResponseFactory,
    ServiceQuestionnaireFactory,
)
from tests.factories.providers import (
    NINE,
    NOW,
    AvailableTimeFactory,
    HealthcareServiceFactory,
    PractitionerFactory,
    PractitionerRoleFactory,
    QualificationFactory,
)

HALF_HOUR = timedelta(minutes=30)


class ServiceRequestFactory(DjangoModelFactory):
    """A draft case in New York; `submitted` makes it active."""

    class Meta:
        model = ServiceRequest

    patient = factory.SubFactory(PatientFactory)
    service = factory.SubFactory(HealthcareServiceFactory)
    state = "NY"
    authored_at = NOW

    class Params:
        submitted = factory.Trait(
            status=RequestStatus.ACTIVE,
            priority=Priority.ROUTINE,
            submitted_at=NOW,
            submitted_by=factory.SelfAttribute("patient.user"),
            due_at=NOW + timedelta(days=2),
        )


class SupportingInfoFactory(DjangoModelFactory):
    """One questionnaire of a case, not finished."""

    class Meta:
        model = SupportingInfo

    service_request = factory.SubFactory(ServiceRequestFactory)
    questionnaire_response = factory.SubFactory(
        QuestionnaireResponseFactory, patient=factory.SelfAttribute("..service_request.patient")
    )
    position = factory.Sequence(lambda number: number)

    class Params:
        finished = factory.Trait(
            questionnaire_response=factory.SubFactory(
                QuestionnaireResponseFactory,
                patient=factory.SelfAttribute("..service_request.patient"),
                status=ResponseStatus.COMPLETED,
                authored_at=NOW,
                completed_at=NOW,
                completed_by=factory.SelfAttribute("patient.user"),
            )
        )


class ReviewTaskFactory(DjangoModelFactory):
    """A task that waits in the queue."""

    class Meta:
        model = ReviewTask

    service_request = factory.SubFactory(ServiceRequestFactory, submitted=True)
    service = factory.SelfAttribute("service_request.service")
    state = factory.SelfAttribute("service_request.state")
    status = TaskStatus.READY
    tier = 2
    due_at = factory.SelfAttribute("service_request.due_at")


class AppointmentFactory(DjangoModelFactory):
    """A visit on Monday at nine in New York."""

    class Meta:
        model = Appointment

    service_request = factory.SubFactory(ServiceRequestFactory, submitted=True)
    patient = factory.SelfAttribute("service_request.patient")
    practitioner = factory.SubFactory(PractitionerFactory)
    start_at = NINE
    end_at = factory.LazyAttribute(lambda row: row.start_at + HALF_HOUR)
    during = factory.LazyAttribute(lambda row: DateTimeTZRange(row.start_at, row.end_at))
    slot = factory.LazyAttribute(
        lambda row: booked_slot(row.practitioner, service=row.service_request.service, start_at=row.start_at)
    )
    patient_state = "NY"
    time_zone = "America/New_York"
    local_start = "2026-06-01T09:00"
    tzdata_version = "2026.2"


class PolicyOverrideFactory(DjangoModelFactory):
    """A move beyond the policy, with the reason that an administrator typed."""

    class Meta:
        model = PolicyOverride

    appointment = factory.SubFactory(AppointmentFactory)
    revision = 1
    act = "moved"
    reason = "Dentist."
    made_at = NOW
    made_by = factory.SubFactory(AdminFactory)


class MessagePlanFactory(DjangoModelFactory):
    """The first times of a service line's own for a reminder: twelve hours ahead."""

    class Meta:
        model = MessagePlan

    service = factory.SubFactory(HealthcareServiceFactory)
    kind = "visit-in-a-day"
    version = 1
    minutes = [12 * 60]
    set_at = NOW
    set_by = factory.SubFactory(AdminFactory)


def booked_slot(practitioner, *, service, start_at=NINE):
    """Return a stored half hour that is booked."""
    return Slot.objects.create(
        practitioner=practitioner,
        service=service,
        status=SlotStatus.BUSY,
        start_at=start_at,
        end_at=start_at + HALF_HOUR,
        blocked=DateTimeTZRange(start_at, start_at + HALF_HOUR),
    )


def held(request, *, practitioner=None, start_at=NINE, expires_at=NOW + timedelta(minutes=10), by=None):
    """Return a stored half hour that the patient of a case (or `by`) holds for it."""
    return Slot.objects.create(
        practitioner=practitioner or clinician(request.service),
        service=request.service,
        status=SlotStatus.BUSY_TENTATIVE,
        start_at=start_at,
        end_at=start_at + HALF_HOUR,
        blocked=DateTimeTZRange(start_at, start_at + HALF_HOUR),
        holder=by or request.patient.user,
        reference=request.pk,
        state=request.state,
        expires_at=expires_at,
    )


def clinician(service, *, state="NY", **columns):
    """Return a clinician who offers the service, is licensed in the state and works on Monday from nine to noon."""
    practitioner = PractitionerFactory(**columns)
    PractitionerRoleFactory(practitioner=practitioner, service=service)
    QualificationFactory(practitioner=practitioner, jurisdiction=state)
    AvailableTimeFactory(schedule__practitioner=practitioner)
    return practitioner


def asking_service(*, questionnaires=1, **columns):
    """Return a service line that asks published questionnaires."""
    service = HealthcareServiceFactory(**columns)
    for position in range(questionnaires):
        ServiceQuestionnaireFactory(service=service, url=QuestionnaireFactory().url, position=position)
    return service
