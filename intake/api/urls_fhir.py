"""Addresses of the FHIR doors, under /fhir/."""

from django.urls import path

from intake.api.fhir_questionnaires import (
    FhirQuestionnaire,
    FhirQuestionnaires,
    Metadata,
    Populate,
    QuestionnaireSource,
    ValidateQuestionnaire,
)
from intake.api.fhir_responses import FhirResponse, FhirResponses, ValidateResponse

app_name = "fhir"
urlpatterns = [
    path("metadata", Metadata.as_view(), name="metadata"),
    path("Questionnaire", FhirQuestionnaires.as_view(), name="questionnaires"),
    path("Questionnaire/$validate", ValidateQuestionnaire.as_view(), name="validate-questionnaire"),
    path("Questionnaire/<uuid:pk>", FhirQuestionnaire.as_view(), name="questionnaire"),
    path("Questionnaire/<uuid:pk>/$source", QuestionnaireSource.as_view(), name="questionnaire-source"),
    path("Questionnaire/<uuid:pk>/$validate", ValidateQuestionnaire.as_view(), name="validate-one-questionnaire"),
    path("Questionnaire/<uuid:pk>/$populate", Populate.as_view(), name="populate"),
    path("QuestionnaireResponse", FhirResponses.as_view(), name="responses"),
    path("QuestionnaireResponse/$validate", ValidateResponse.as_view(), name="validate-response"),
    path("QuestionnaireResponse/<uuid:pk>", FhirResponse.as_view(), name="response"),
    path("QuestionnaireResponse/<uuid:pk>/$validate", ValidateResponse.as_view(), name="validate-one-response"),
]
