"""Addresses of the endpoints of intake, under /api/v1/."""

from typing import Any

from django.urls import path

from config.core.api.parsing import FileParser
from intake.api.consents import ConsentDocuments, Consents
from intake.api.patients import Me, Patients
from intake.api.views import Attachments, QuestionnaireResponses, Questionnaires

_LIST: dict[str, Any] = {"get": "list"}
_OPEN: dict[str, Any] = {"get": "list", "post": "create"}
_ONE: dict[str, Any] = {"get": "retrieve"}


def _post(name: str) -> dict[str, Any]:
    return {"post": name}


app_name = "intake-api"
urlpatterns = [
    path("patients/", Patients.as_view(), name="patients"),
    path("patients/me/", Me.as_view(), name="me"),
    path("consent-documents/", ConsentDocuments.as_view(_LIST), name="consent-documents"),
    path("consents/", Consents.as_view(_OPEN), name="consents"),
    path("consents/<uuid:pk>/withdraw/", Consents.as_view(_post("withdraw")), name="withdraw-consent"),
    path("questionnaires/<uuid:pk>/", Questionnaires.as_view(_ONE), name="questionnaire"),
    path("questionnaire-responses/<uuid:pk>/", QuestionnaireResponses.as_view(_ONE), name="response"),
    path(
        "questionnaire-responses/<uuid:pk>/answers/", QuestionnaireResponses.as_view(_post("answers")), name="answers"
    ),
    path(
        "questionnaire-responses/<uuid:pk>/complete/",
        QuestionnaireResponses.as_view(_post("complete")),
        name="complete",
    ),
    path(
        "questionnaire-responses/<uuid:pk>/carry-over/",
        QuestionnaireResponses.as_view(_post("carry_over")),
        name="carry-over",
    ),
    path(
        "questionnaire-responses/<uuid:pk>/attachments/",
        QuestionnaireResponses.as_view(_post("attachments"), parser_classes=[FileParser]),
        name="attachments",
    ),
    path("attachments/<uuid:pk>/", Attachments.as_view(_ONE), name="attachment"),
]
