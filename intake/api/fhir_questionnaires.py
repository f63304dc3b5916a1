"""`/fhir/Questionnaire`: the same versions, byte for byte where that is asked for, through the same flows."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from config.core.api import signed_in
from intake.api.fhir_base import FhirView, body_of, found, only, resource
from intake.domain.items import items
from intake.domain.lint import lint
from intake.fhir.bundle import capabilities, issue_of, outcome
from intake.fhir.patient import patient as patient_resource
from intake.fhir.patient import reference
from intake.fhir.questionnaire import questionnaire
from intake.flows import take_in
from intake.models import Patient, Questionnaire
from intake.queries import prefill
from intake.queries.questions import outline_of

_SEARCHES = frozenset({"_id", "url", "version", "status", "title"})


class Metadata(FhirView):
    """What these doors can do."""

    permission_classes = (AllowAny,)

    def get(self, request: Request) -> Response:
        """Return the CapabilityStatement."""
        return Response(capabilities(base=base_of(request), now=timezone.now()))


class FhirQuestionnaires(FhirView):
    """Versions of questionnaires."""

    def get(self, request: Request) -> Response:
        """Search by url, version, status, title (its beginning) and _id; newest first."""
        only(request, _SEARCHES)
        asked = request.query_params
        rows = _visible(request)
        for name, field in (("url", "url"), ("version", "version"), ("status", "status")):
            if name in asked:
                rows = rows.filter(**{f"{field}__in": asked[name].split(",")})
        if "title" in asked:
            rows = rows.filter(title__istartswith=asked["title"])
        if "_id" in asked:
            rows = rows.filter(pk__in=ids(asked["_id"]))
        return found(request, rows.order_by("-created_at", "id"), questionnaire, base=base_of(request))

    def post(self, request: Request) -> Response:
        """Take a Questionnaire in as a draft; administrators only. It is published on its page."""
        made = take_in.take_in(source=body_of(request), by=signed_in(request), now=timezone.now())
        headers = {"Location": f"{base_of(request)}Questionnaire/{made.pk}"}
        return Response(questionnaire(made), status=201, headers=headers)


class FhirQuestionnaire(FhirView):
    """One version."""

    def get(self, request: Request, pk: UUID) -> Response:
        """Return it as FHIR, under the id of its row and its present status."""
        return Response(questionnaire(one_of(_visible(request), pk)))


class QuestionnaireSource(FhirView):
    """One version as it came in."""

    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Return it byte for byte."""
        return HttpResponse(one_of(_visible(request), pk).source.encode(), content_type="application/fhir+json")


class ValidateQuestionnaire(FhirView):
    """`$validate` of a Questionnaire."""

    def post(self, request: Request, **_ids: Any) -> Response:
        """Return what the check would say before publishing, as an OperationOutcome."""
        return Response(outcome([issue_of(one) for one in lint(resource(request, "Questionnaire"))]))


class Populate(FhirView):
    """`$populate`: what is known already of a patient, as a draft that is not kept."""

    def get(self, request: Request, pk: UUID) -> Response:
        """Return a QuestionnaireResponse of what the caller may know; nothing in it counts until it is confirmed."""
        return self.post(request, pk)

    def post(self, request: Request, pk: UUID) -> Response:
        """Do the same with Parameters, of which the subject can only be oneself."""
        row = one_of(_visible(request), pk)
        patient = Patient.objects.visible_to(signed_in(request)).first()
        if patient is None:
            raise exceptions.NotFound
        known = prefill.offers(row.pk, patient, record=patient_resource(patient), now=timezone.now())
        answers = {path: offer.value for path, offer in known.items()}
        return Response(
            {
                "resourceType": "QuestionnaireResponse",
                "questionnaire": row.canonical,
                "status": "in-progress",
                "subject": reference(patient),
                "item": items(outline_of(row.pk).roots, answers),
            }
        )


def base_of(request: Request) -> str:
    """Return the address of the FHIR root."""
    return request.build_absolute_uri("/fhir/")


def one_of(rows: QuerySet[Any], pk: UUID) -> Any:
    """Return a row of those that the caller may see; 404 for all others."""
    row = rows.filter(pk=pk).first()
    if row is None:
        raise exceptions.NotFound
    return row


def ids(text: str) -> list[UUID]:
    """Return the ids of a search parameter; what is no id finds nothing."""
    known = []
    for one in text.split(","):
        try:
            known.append(UUID(one))
        except ValueError:
            continue
    return known


def _visible(request: Request) -> QuerySet[Questionnaire]:
    return Questionnaire.objects.visible_to(signed_in(request))
