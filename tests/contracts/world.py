"""One row of everything that an address can name, of one patient and one clinician, and people who know neither."""

from dataclasses import dataclass

from consultations.flows import escalate
from consultations.models import Communication, PushDevice, WaitlistEntry, WaitlistOffer
from tests.factories.clinic import claimed, flagged, planned, waiting
from tests.factories.consultations import clinician, held
from tests.factories.core import AdminFactory
from tests.factories.intake import ConsentFactory, PatientFactory
from tests.factories.providers import (
    NOW,
    ExternalCalendarFactory,
    HealthcareServiceFactory,
    ScheduleExceptionFactory,
)
from tests.factories.safety import OnCallFactory

# Of a service line that addresses name by it.
SLUG = "named-line"


@dataclass(frozen=True)
class World:
    """`rows` has an id for each collection of the API, `ours` may see them, `strangers` may not."""

    rows: dict
    ours: list
    strangers: list


def make():
    """Store the world."""
    plan = planned()
    encounter = plan.determination.encounter
    visit, patient = encounter.appointment, plan.patient
    practitioner = visit.practitioner
    other = HealthcareServiceFactory(slug=SLUG)
    practitioner.roles.create(service=other)
    task, _ = claimed(waiting(other, service_request__patient=patient), now=NOW, practitioner=practitioner)
    case = task.service_request
    hold = held(case, practitioner=clinician(other))
    entry = WaitlistEntry.objects.create(service_request=case, patient=patient, joined_at=NOW, joined_by=patient.user)
    flag = flagged(case)
    rows = {
        "consents": ConsentFactory(patient=patient),
        "service-requests": case,
        "questionnaire-responses": case.supporting_info.get().questionnaire_response,
        "holds": hold,
        "waitlist": entry,
        "messages": unsent(visit),
        "push-devices": device(patient.user, "one"),
        "waitlist-offers": offered(entry, hold),
        "appointments": visit,
        "review-tasks": task,
        "flags": flag,
        "alerts": escalate.begin(flag_id=flag.pk, now=NOW),
        "on-call": OnCallFactory(service=other, practitioner=practitioner),
        "chains": other,
        "encounters": encounter,
        "determinations": plan.determination,
        "care-plans": plan,
        "activities": plan.activities.order_by("position").first(),
        "practitioners": practitioner,
        "qualifications": practitioner.qualifications.get(),
        "external-calendars": ExternalCalendarFactory(practitioner=practitioner),
        "schedules": practitioner.schedules.get(),
        "schedule-exceptions": ScheduleExceptionFactory(practitioner=practitioner, start_date="2027-01-04"),
    }
    return World(
        rows={name: row.pk for name, row in rows.items()},
        ours=[patient.user, practitioner.user, AdminFactory()],
        strangers=[PatientFactory().user, clinician(HealthcareServiceFactory()).user],
    )


def device(user, name):
    """Return a browser that shows notifications to somebody."""
    made = PushDevice(user=user, name=name, key="not-a-key")
    made.keep(endpoint=f"https://push.example/{name}", secret="not-a-secret")
    made.save()
    return made


def unsent(visit):
    """Return a message about a visit that nobody could send."""
    return Communication.objects.create(
        subject_type="consultations.appointment",
        subject_id=visit.pk,
        kind="booking-confirmed",
        recipient=visit.patient.user,
        status="not-done",
        due_at=NOW,
    )


def offered(entry, hold):
    """Return a held time that is offered to who waits."""
    return WaitlistOffer.objects.create(
        entry=entry,
        patient=entry.patient,
        slot=hold,
        practitioner=hold.practitioner,
        start_at=hold.start_at,
        end_at=hold.end_at,
        offered_at=NOW,
        expires_at=hold.expires_at,
    )
