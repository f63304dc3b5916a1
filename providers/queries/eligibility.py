"""Whether one clinician may see one patient at one time, free or not."""

from datetime import date, datetime
from uuid import UUID

from providers.domain.eligibility import Ask, Clinician, Reason, why_not
from providers.models import HealthcareService, Practitioner, PractitionerRole, Qualification
from providers.queries.diaries import licence_of, offering_of


def reasons(
    *,
    service: HealthcareService,
    practitioner: Practitioner,
    state: str,
    start_at: datetime,
    known_to: frozenset[UUID] = frozenset(),
    born: date | None = None,
) -> tuple[Reason, ...]:
    """
    Return what speaks against this clinician for this patient at this time; () when nothing does.

    state     where the patient is during the visit
    start_at  aware instant; the licence must be in force on that day in that state
    known_to  clinicians who know the patient, and so need not take new ones
    Reads     two queries
    """
    role = PractitionerRole.objects.filter(practitioner=practitioner, service=service, is_active=True).first()
    licences = Qualification.objects.filter(practitioner=practitioner, jurisdiction=state)
    clinician = Clinician(
        is_active=practitioner.is_active,
        offers=role is not None,
        accepts_new_patients=role is not None and role.accepts_new_patients,
        languages=practitioner.languages,
        licences=[licence_of(licence) for licence in licences],
    )
    ask = Ask(state=state, start_at=start_at, is_known=practitioner.pk in known_to, born=born)
    return why_not(clinician=clinician, offering=offering_of(service), ask=ask)
