"""The answers of a case, for the patient and for those who review it."""

from django.db.models import QuerySet

from config.core.api import signed_in
from config.core.models import Role
from consultations.models import ServiceRequest
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
