"""Addresses under /fhir/ that show clinicians more than intake does; they stand before intake's own."""

from django.urls import path

from consultations.api.fhir_responses import ReviewableFhirResponse, ReviewableFhirResponses

urlpatterns = [
    path("QuestionnaireResponse", ReviewableFhirResponses.as_view(), name="fhir-responses"),
    path("QuestionnaireResponse/<uuid:pk>", ReviewableFhirResponse.as_view(), name="fhir-response"),
]
