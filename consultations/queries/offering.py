"""Whether a patient may have a service, and what it asks them first; a new case and a referral ask the same."""

from datetime import datetime

from django.utils.translation import gettext, gettext_lazy

from config.core.errors import Conflict, FieldError, Invalid
from consultations.models import ServiceRequest
from intake.models import Patient, Questionnaire, ServiceQuestionnaire
from providers.domain.eligibility import local_date
from providers.domain.states import STATES
from providers.models import HealthcareService


class UnknownService(Invalid):
    """Offer the list of services."""

    code = "service-unknown"
    title = gettext_lazy("There is no such service")


class StateNotServed(Invalid):
    """Name the states of the service."""

    code = "state-not-served"
    title = gettext_lazy("Not offered in that state")


class UnderAge(Invalid):
    """Say from which age the service is offered."""

    code = "under-age"
    title = gettext_lazy("Not offered at your age")


class OverAge(Invalid):
    """Say up to which age the service is offered."""

    code = "over-age"
    title = gettext_lazy("Not offered at your age")


class RequestOpen(Conflict):
    """Go on with the open case, whose id is in `service_request`."""

    code = "request-open"
    title = gettext_lazy("You have already started this")


class NotReady(Conflict):
    """Tell an administrator: a questionnaire of the service has no published version."""

    code = "service-not-ready"
    title = gettext_lazy("This service is not ready yet")


def refuse_unless_offered(service: HealthcareService, *, patient: Patient, state: str, now: datetime) -> None:
    """Refuse a patient for whom, or a state in which, a service is not offered, or who has it already: one query."""
    refuse_by_its_rules(service, patient=patient, state=state, now=now)
    already = ServiceRequest.objects.open().filter(patient=patient, service=service).first()
    if already is not None:
        raise RequestOpen(gettext("Go on where you left off."), extra={"service_request": str(already.pk)})


def refuse_by_its_rules(service: HealthcareService, *, patient: Patient, state: str, now: datetime) -> None:
    """Refuse a patient of another age, or another state, than a service is offered for."""
    if state not in STATES or state not in service.states:
        why = gettext("We do not offer this in that state yet.")
        raise StateNotServed(why, errors=[FieldError("state", "state-not-served", why)])
    if patient.age_on(local_date(state, now)) < service.minimum_age_years:
        words = gettext("This service is for people aged %(years)s and over.")
        raise UnderAge(words % {"years": service.minimum_age_years})
    if service.maximum_age_years is not None and patient.age_on(local_date(state, now)) > service.maximum_age_years:
        words = gettext("This service is for people up to the age of %(years)s.")
        raise OverAge(words % {"years": service.maximum_age_years})


def newest_questionnaires(service: HealthcareService) -> list[tuple[ServiceQuestionnaire, Questionnaire]]:
    """Return what a service asks, each line with its newest published version; two queries; raises NotReady."""
    wanted = list(service.questionnaires.order_by("position"))
    published = Questionnaire.objects.published().filter(url__in=[one.url for one in wanted])
    newest = {one.url: one for one in published.order_by("url", "-created_at", "-id").distinct("url")}
    if not wanted or newest.keys() != {one.url for one in wanted}:
        raise NotReady(gettext("The questions of this service are not ready yet. Please try again later."))
    return [(one, newest[one.url]) for one in wanted]
