"""Questionnaires, and the answers to them."""

import dataclasses
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.core.api import ReadOnlyRows, signed_in
from config.core.api.inputs import read
from config.core.api.schema import PROBLEM, Problem
from intake.api.inputs import AnswersInput, CompleteInput
from intake.api.outputs import QuestionnaireResponseOutput, SavedOutput
from intake.fhir.questionnaire import questionnaire
from intake.flows import answer
from intake.models import Questionnaire, QuestionnaireResponse
from intake.queries.judgement import judge_response


class Questionnaires(ReadOnlyRows[Questionnaire]):
    """Published versions of questionnaires."""

    queryset = Questionnaire.objects.all()

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one version as a FHIR R4 Questionnaire."""
        return Response(questionnaire(self.get_object()))


class QuestionnaireResponses(ReadOnlyRows[QuestionnaireResponse]):
    """
    A patient's own answers.

    A subclass may widen what is read by overriding `get_queryset`; saving and completing stay the patient's own.
    """

    queryset = QuestionnaireResponse.objects.all()
    serializer_class = QuestionnaireResponseOutput

    @extend_schema(responses=QuestionnaireResponseOutput)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the answers with what is asked now and what is open."""
        return self._shown(self.get_object())

    @extend_schema(request=AnswersInput, responses=SavedOutput)
    @action(detail=True, methods=["post"])
    def answers(self, request: Request, *, pk: UUID, **_kwargs: Any) -> Response:
        """Save some answers; the same client and sequence again changes nothing and answers alike."""
        words = read(AnswersInput, request)
        saved = answer.save(response_id=pk, by=signed_in(request), now=timezone.now(), **words)
        return Response(dataclasses.asdict(saved))

    @extend_schema(request=CompleteInput, responses={200: QuestionnaireResponseOutput, (412, PROBLEM): Problem})
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, **_kwargs: Any) -> Response:
        """Close the response; 422 `incomplete` names each question that is open or wrong."""
        mine = self.get_object()
        seen = read(CompleteInput, request).get("revision")
        done = answer.complete(response_id=mine.pk, by=signed_in(request), now=timezone.now(), seen_revision=seen)
        return self._shown(done)

    def _shown(self, response: QuestionnaireResponse) -> Response:
        judged = judge_response(response, now=timezone.now())
        shown = {
            "id": response.pk,
            "questionnaire_id": response.questionnaire_id,
            "status": response.status,
            "revision": response.revision,
            "answers": response.answers,
            "judged": judged,
        }
        return Response(QuestionnaireResponseOutput(shown).data)
