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
from config.core.api.inputs import Nothing, read
from config.core.api.schema import PROBLEM, Problem
from intake.api.inputs import AnswersInput, AttachmentInput, CompleteInput
from intake.api.outputs import AttachmentOutput, CarriedOutput, FileOutput, QuestionnaireResponseOutput, SavedOutput
from intake.domain.codes import ResponseStatus
from intake.fhir.questionnaire import questionnaire
from intake.flows import answer, attach, carry_over
from intake.models import Attachment, Questionnaire, QuestionnaireResponse
from intake.queries import crisis
from intake.queries.alarms import alarms, notices_of
from intake.queries.judgement import judge_response
from intake.queries.questions import newer_than


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
    related = ("patient",)
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

    @extend_schema(request=Nothing, responses=CarriedOutput)
    @action(detail=True, methods=["post"])
    def carry_over(self, request: Request, *, pk: UUID, **_kwargs: Any) -> Response:
        """Move a draft to the newest version of its questions; what still fits stays, what changed is asked again."""
        read(Nothing, request)
        moved = carry_over.carry_over(response_id=pk, by=signed_in(request), now=timezone.now())
        told = {
            "moved": moved is not None,
            "changed": moved.changed if moved else (),
            "gone": moved.gone if moved else (),
            "questionnaire_response": self._as_shown(self.get_object()),
        }
        return Response(CarriedOutput(told).data)

    @extend_schema(request=AttachmentInput, responses={201: AttachmentOutput})
    @action(detail=True, methods=["post"])
    def attachments(self, request: Request, *, pk: UUID, **_kwargs: Any) -> Response:
        """Keep a file for a question, at most 10 MB; 422 `file-refused` says what is wrong with it."""
        words = read(AttachmentInput, request)
        kept = attach.attach(
            response_id=pk, path=words["link_id"], name=words["name"], data=words["content"], by=signed_in(request),
            now=timezone.now(),
        )  # fmt: skip
        return Response(AttachmentOutput(kept.as_answer()).data, status=201)

    def _shown(self, response: QuestionnaireResponse) -> Response:
        return Response(QuestionnaireResponseOutput(self._as_shown(response)).data)

    def _as_shown(self, response: QuestionnaireResponse) -> dict[str, Any]:
        judged = judge_response(response, now=timezone.now())
        is_draft = response.status == ResponseStatus.IN_PROGRESS
        ringing, language = (alarms(response.pk), response.patient.preferred_language) if is_draft else ([], "en")
        return {
            "id": response.pk,
            "questionnaire_id": response.questionnaire_id,
            "status": response.status,
            "revision": response.revision,
            "answers": response.answers,
            "judged": judged,
            "crisis": crisis.text(ringing, language=language),
            "notices": notices_of(ringing, language=language),
            "newer_questionnaire": newer_than(response.questionnaire_id) if is_draft else None,
        }


class Attachments(ReadOnlyRows[Attachment]):
    """Files that a patient added."""

    queryset = Attachment.objects.all()

    @extend_schema(responses=FileOutput)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return a file with its content."""
        row = self.get_object()
        return Response(FileOutput({**row.as_answer(), "content": bytes(row.data)}).data)
