"""Whether one clinician may see one patient at one time, free or not."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from providers.domain.eligibility import Ask, Clinician, Licence, Reason, why_not, why_not_review
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
    ask = Ask(state=state, start_at=start_at, is_known=practitioner.pk in known_to, born=born)
    clinician = _clinician(practitioner, service=service, state=state)
    return why_not(clinician=clinician, offering=offering_of(service), ask=ask)


def review_reasons(
    *, service: HealthcareService, practitioner: Practitioner, state: str, now: datetime
) -> tuple[Reason, ...]:
    """
    Return what speaks against this clinician's looking at a case of the service at `now`; () when nothing does.

    The same as PractitionerQuerySet.may_review and the function of the database that gives the best case: a test holds
    the three together.

    state  where the patient will be; the licence must be in force today there
    Reads  two queries
    """
    clinician = _clinician(practitioner, service=service, state=state)
    return why_not_review(clinician=clinician, offering=offering_of(service), ask=Ask(state=state, start_at=now))


class Reach(NamedTuple):
    """The services a clinician has a role in, the states they have a licence of, and where both allow a review now."""

    services: list[HealthcareService]
    states: list[str]
    pairs: frozenset[tuple[UUID, str]]


def reach(practitioner: Practitioner, *, now: datetime) -> Reach:
    """Return of which services and states a clinician may look at cases at `now`: two queries."""
    roles = list(
        PractitionerRole.objects.filter(practitioner=practitioner)
        .select_related("service")
        .order_by("service__name", "id")
    )
    rows = Qualification.objects.filter(practitioner=practitioner)
    licences = [licence_of(row) for row in rows]
    states = sorted({licence.jurisdiction for licence in licences})
    pairs = {
        (role.service_id, state)
        for role in roles
        for state in states
        if not why_not_review(
            clinician=_with_regard_to(practitioner, role, licences),
            offering=offering_of(role.service),
            ask=Ask(state=state, start_at=now),
        )
    }
    return Reach([role.service for role in roles], states, frozenset(pairs))


def _clinician(practitioner: Practitioner, *, service: HealthcareService, state: str) -> Clinician:
    role = PractitionerRole.objects.filter(practitioner=practitioner, service=service, is_active=True).first()
    licences = Qualification.objects.filter(practitioner=practitioner, jurisdiction=state)
    return _with_regard_to(practitioner, role, [licence_of(licence) for licence in licences])


def _with_regard_to(
    practitioner: Practitioner, role: PractitionerRole | None, licences: Sequence[Licence]
) -> Clinician:
    offers = role is not None and role.is_active
    return Clinician(
        is_active=practitioner.is_active,
        offers=offers,
        accepts_new_patients=offers and role is not None and role.accepts_new_patients,
        languages=practitioner.languages,
        licences=licences,
    )
