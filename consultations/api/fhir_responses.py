"""`/fhir/QuestionnaireResponse` for clinicians: the responses of the cases that they may see."""

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.request import Request

from config.core.api import signed_in
from config.core.models import Role
from consultations.flows import open_case
from consultations.models import ServiceRequest
from intake.api.fhir_responses import FhirResponse, FhirResponseRows, FhirResponses
from intake.models import QuestionnaireResponse


class _Reviewable(FhirResponseRows):
    """Widens what is read; creating and changing stay the patient's own."""

    def rows(self, request: Request) -> QuerySet[QuestionnaireResponse]:
        """Return one's own responses; for a clinician those of the cases that they may see."""
        reader = signed_in(request)
        if reader.role != Role.PRACTITIONER:
            return super().rows(request)
        seen = ServiceRequest.objects.visible_to(reader)
        rows = QuestionnaireResponse.objects.filter(supporting_info__service_request__in=seen)
        return rows.select_related("questionnaire", "supporting_info")

    def read(self, request: Request, row: QuestionnaireResponse) -> None:
        """Note that a clinician read a response."""
        reader = signed_in(request)
        if reader.role == Role.PRACTITIONER:
            case = row.supporting_info.service_request_id
            open_case.opened(request_id=case, by=reader, now=timezone.now())


class ReviewableFhirResponses(_Reviewable, FhirResponses):
    """Responses to questionnaires."""


class ReviewableFhirResponse(_Reviewable, FhirResponse):
    """One response."""
