"""The answers of a case, for the patient and for those who review it."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config.core.api import signed_in
from config.core.models import Role
from consultations.flows import open_case
from consultations.models import ServiceRequest
from intake.api.outputs import QuestionnaireResponseOutput
from intake.api.views import QuestionnaireResponses
from intake.models import QuestionnaireResponse


class ReviewableResponses(QuestionnaireResponses):
    """One's own answers; for a clinician the answers of the cases that they may see."""

    def get_queryset(self) -> QuerySet[QuestionnaireResponse]:
        """Return the rows that the caller may read; writing stays the patient's own."""
        reader = signed_in(self.request)
        if reader.role != Role.PRACTITIONER:
            return super().get_queryset()
        seen = ServiceRequest.objects.visible_to(reader)
        return QuestionnaireResponse.objects.filter(supporting_info__service_request__in=seen)

    @extend_schema(responses=QuestionnaireResponseOutput)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the answers; that a clinician read them is known."""
        reader = signed_in(request)
        if reader.role == Role.PRACTITIONER:
            read = self.get_object().supporting_info
            open_case.opened(request_id=read.service_request_id, by=reader, now=timezone.now())
        return super().retrieve(request, *args, **kwargs)
