"""The shipped service line goes through the ask and the booking as it is."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from consultations.flows import book, request
from intake.domain.codes import ResponseStatus
from intake.flows import consent
from intake.models import ConsentDocument
from providers.models import HealthcareService
from tests.factories.consultations import clinician, held
from tests.factories.intake import PatientFactory
from tests.factories.providers import NINE, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    call_command("load_catalogue", verbosity=0)
    return HealthcareService.objects.get(slug="stress-and-anxiety")


def test_a_patient_goes_from_the_ask_to_a_booked_visit(service):
    patient = PatientFactory()
    case = request.start(service_slug=service.slug, state="NY", by=patient.user, now=NOW)

    wanted = [error.field for error in case.missing()]
    infos = list(case.supporting_info.order_by("position").select_related("questionnaire_response"))
    assert wanted[:2] == ["consents.oxytocin-off-label-information", "consents.telehealth-consent"]
    assert wanted[2:] == [
        f"questionnaire_responses.{info.questionnaire_response_id}" for info in infos if info.required
    ]

    for document in ConsentDocument.objects.current().filter(services=service, language="en"):
        consent.sign(document_id=document.pk, signed_name=patient.full_name, by=patient.user, now=NOW)
    for info in infos:
        _finish(info.questionnaire_response)
    submitted = request.submit(request_id=case.pk, by=patient.user, now=NOW)
    hold = held(submitted, practitioner=clinician(service))
    visit = book.book(request_id=case.pk, hold_id=hold.pk, by=patient.user, now=NOW)

    assert submitted.due_at == NOW + timedelta(days=2)
    assert (visit.start_at, visit.status) == (NINE, "booked")


def _finish(response):
    response.status, response.completed_at, response.completed_by = ResponseStatus.COMPLETED, NOW, response.patient.user
    response.save()
