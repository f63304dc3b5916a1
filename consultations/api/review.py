"""The review queue, for clinicians; and the patient's answer to what they ask."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.core.api import ApiView, ReadOnlyRows, signed_in
from config.core.api.inputs import Nothing, read
from config.core.api.schema import PROBLEM
from consultations.api.clinic_inputs import (
    AcceptCaseInput,
    AcknowledgeInput,
    AnswerInput,
    AskInput,
    ClaimNextInput,
    DeclineInput,
    FenceInput,
    NoteInput,
    ReassignInput,
    ReferInput,
    ReleaseInput,
    SendBackInput,
    TasksQuery,
)
from consultations.api.clinic_outputs import (
    AskOutput,
    ClaimOutput,
    FlagOutput,
    LeaseLostProblem,
    ReferralOptionsOutput,
    ShiftEndedOutput,
    ShiftOutput,
    TaskOutput,
)
from consultations.domain.codes import ReferralKind
from consultations.flows import acknowledge, ask_patient, decide, hand_over, open_case, reassign, refer, review, shift
from consultations.models import CommunicationRequest, Referral, ReviewTask, ServiceRequest
from consultations.queries import referring
from providers.models import HealthcareService

_LOST = {(409, PROBLEM): LeaseLostProblem}


@extend_schema_view(list=extend_schema(parameters=[TasksQuery]))
class ReviewTasks(ReadOnlyRows[ReviewTask]):
    """
    The tasks of the services and states of a clinician, in the queue's order; administrators see all.

    Every write but `claim` carries the `fence` of the claim; 409 `lease-lost` says who holds the case now.
    """

    queryset = ReviewTask.objects.all()
    serializer_class = TaskOutput
    related = ("service", "service_request", "owner", "reserved_for", "proposed_by")
    ordering = ("queue_at", "created_at", "id")

    def get_queryset(self) -> QuerySet[ReviewTask]:
        """Return the caller's tasks, filtered in a list."""
        rows = super().get_queryset()
        said = Referral.objects.select_related("to_practitioner", "to_service", "referred_by__practitioner")
        rows = rows.prefetch_related(Prefetch("referrals", said.order_by("referred_at", "created_at", "id")))
        if self.action != "list":
            return rows
        query = TasksQuery(data=self.request.query_params.dict())
        query.is_valid(raise_exception=True)
        words = query.validated_data
        if "status" in words:
            rows = rows.filter(status=words["status"])
        return rows.filter(service__slug=words["service"]) if "service" in words else rows

    def retrieve(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """Return one task; that it was opened is recorded."""
        task = self.get_object()
        if ServiceRequest.objects.visible_to(signed_in(request)).filter(pk=task.service_request_id).exists():
            open_case.opened(request_id=task.service_request_id, by=signed_in(request), now=timezone.now())
        return Response(TaskOutput(task).data)

    @extend_schema(
        request=ClaimNextInput, responses={200: ClaimOutput, 204: OpenApiResponse(description="Nothing waits.")}
    )
    @action(detail=False, methods=["post"])
    def claim_next(self, request: Request) -> Response:
        """Claim the best case that the caller may take."""
        slug = read(ClaimNextInput, request).get("service")
        task = review.claim_next(by=signed_in(request), now=timezone.now(), service_id=_service(slug))
        return Response(status=204) if task is None else Response(ClaimOutput(task).data)

    @extend_schema(request=Nothing, responses={200: ClaimOutput, **_LOST})
    @action(detail=True, methods=["post"])
    def claim(self, request: Request, pk: UUID) -> Response:
        """Claim this case; 409 `already-claimed` says who has it."""
        read(Nothing, request)
        return Response(ClaimOutput(review.claim(task_id=pk, by=signed_in(request), now=timezone.now())).data)

    @extend_schema(request=FenceInput, responses={200: ClaimOutput, **_LOST})
    @action(detail=True, methods=["post"])
    def renew(self, request: Request, pk: UUID) -> Response:
        """Hold the case for another 15 minutes."""
        return Response(ClaimOutput(review.renew(task_id=pk, **_words(FenceInput, request))).data)

    @extend_schema(request=NoteInput, responses={200: ClaimOutput, **_LOST})
    @action(detail=True, methods=["post"])
    def note(self, request: Request, pk: UUID) -> Response:
        """Keep the draft note, and hold the case for another 15 minutes."""
        return Response(ClaimOutput(review.save_note(task_id=pk, **_words(NoteInput, request))).data)

    @extend_schema(request=ReleaseInput, responses={200: TaskOutput, **_LOST})
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: UUID) -> Response:
        """Give the case back to its place in the queue."""
        review.release(task_id=pk, **_words(ReleaseInput, request))
        return self._task(pk)

    @extend_schema(request=AskInput, responses={200: AskOutput, **_LOST})
    @action(detail=True, methods=["post"])
    def ask_patient(self, request: Request, pk: UUID) -> Response:
        """Ask the patient; the case waits for the answer."""
        return Response(AskOutput(ask_patient.put_question(task_id=pk, **_words(AskInput, request))).data)

    @extend_schema(request=AcceptCaseInput, responses={200: TaskOutput, **_LOST})
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: UUID) -> Response:
        """Accept the case; 409 `flags-waiting` until each grave flag has a name under it."""
        decide.accept(task_id=pk, **_words(AcceptCaseInput, request))
        return self._task(pk)

    @extend_schema(request=DeclineInput, responses={200: TaskOutput, **_LOST})
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: UUID) -> Response:
        """Decline the case; the patient reads the reason."""
        decide.decline(task_id=pk, **_words(DeclineInput, request))
        return self._task(pk)

    @extend_schema(request=ReferInput, responses={200: TaskOutput, **_LOST})
    @action(detail=True, methods=["post"])
    def refer(self, request: Request, pk: UUID) -> Response:
        """Refer the case to a colleague, or the patient to another service or outside."""
        words = _words(ReferInput, request)
        kind, to = words.pop("kind"), words.pop("to")
        if kind == ReferralKind.COLLEAGUE:
            refer.to_colleague(task_id=pk, to=_id(to), **words)
        elif kind == ReferralKind.SERVICE:
            decide.refer_to_service(task_id=pk, to=_service_called(to, field="to"), **words)
        else:
            decide.refer(task_id=pk, to=to, **words)
        return self._task(pk)

    @extend_schema(responses=ReferralOptionsOutput)
    @action(detail=True, methods=["get"])
    def referral_options(self, _request: Request, pk: UUID) -> Response:
        """Return to whom the case can be referred now, besides outside."""
        task = self.get_object()
        found = {
            "colleagues": referring.colleagues(task, now=timezone.now()),
            "services": referring.services(task, now=timezone.now()),
        }
        return Response(ReferralOptionsOutput(found).data)

    @extend_schema(request=FenceInput, responses={200: TaskOutput, **_LOST})
    @action(detail=True, methods=["post"])
    def sign_off(self, request: Request, pk: UUID) -> Response:
        """Put the second name under a colleague's decision; it takes effect."""
        decide.sign_off(task_id=pk, **_words(FenceInput, request))
        return self._task(pk)

    @extend_schema(request=ReleaseInput, responses=TaskOutput)
    @action(detail=True, methods=["post"])
    def hand_over(self, request: Request, pk: UUID) -> Response:
        """Give back an accepted case without a visit that is not written yet, for anybody who may take it."""
        hand_over.hand_over(task_id=pk, **_words(ReleaseInput, request))
        return self._task(pk)

    @extend_schema(request=SendBackInput, responses={200: TaskOutput, **_LOST})
    @action(detail=True, methods=["post"])
    def send_back(self, request: Request, pk: UUID) -> Response:
        """Give a colleague's decision back to them, with what speaks against it."""
        decide.send_back(task_id=pk, **_words(SendBackInput, request))
        return self._task(pk)

    @extend_schema(request=ReassignInput, responses=TaskOutput)
    @action(detail=True, methods=["post"])
    def reassign(self, request: Request, pk: UUID) -> Response:
        """Give the case to a clinician; for supervisors and administrators, without a `fence`."""
        reassign.reassign(task_id=pk, **_words(ReassignInput, request))
        return self._task(pk)

    def _task(self, pk: UUID) -> Response:
        return Response(TaskOutput(self.get_queryset().get(pk=pk)).data)


class ShiftPause(ApiView):
    """A break from the queue."""

    @extend_schema(request=Nothing, responses=ShiftOutput)
    def post(self, request: Request) -> Response:
        """Begin a break: no case is given until it ends."""
        read(Nothing, request)
        return Response(ShiftOutput(shift.pause(by=signed_in(request), now=timezone.now())).data)


class ShiftGoOn(ApiView):
    """The end of a break."""

    @extend_schema(request=Nothing, responses=ShiftOutput)
    def post(self, request: Request) -> Response:
        """Go on."""
        read(Nothing, request)
        return Response(ShiftOutput(shift.go_on(by=signed_in(request), now=timezone.now())).data)


class ShiftEnd(ApiView):
    """The end of a shift."""

    @extend_schema(request=Nothing, responses=ShiftEndedOutput)
    def post(self, request: Request) -> Response:
        """End the shift: the caller's cases go back to their places."""
        read(Nothing, request)
        return Response({"handed_back": shift.end(by=signed_in(request), now=timezone.now())})


class Acknowledgement(ApiView):
    """The name under a safety flag."""

    @extend_schema(request=AcknowledgeInput, responses=FlagOutput)
    def post(self, request: Request, pk: UUID) -> Response:
        """Acknowledge the flag."""
        return Response(FlagOutput(acknowledge.acknowledge_flag(flag_id=pk, **_words(AcknowledgeInput, request))).data)


class Answer(ApiView):
    """The patient's answer to the clinician's open question."""

    @extend_schema(request=AnswerInput, responses=AskOutput)
    def post(self, request: Request, pk: UUID) -> Response:
        """Answer; the case goes back to its clinician."""
        words = read(AnswerInput, request)
        user = signed_in(request)
        mine = CommunicationRequest.objects.visible_to(user).filter(service_request=pk)
        newest = mine.order_by("-asked_at", "-id").first()
        if newest is None:
            raise exceptions.NotFound
        answered = ask_patient.answer_question(ask_id=newest.pk, answer=words["message"], by=user, now=timezone.now())
        return Response(AskOutput(answered).data)


def _words(kind: type[FenceInput] | type[AcknowledgeInput] | type[ReassignInput], request: Request) -> dict[str, Any]:
    return {**read(kind, request), "by": signed_in(request), "now": timezone.now()}


def _service(slug: str | None) -> UUID | None:
    return None if slug is None else _service_called(slug, field="service")


def _service_called(slug: str, *, field: str) -> UUID:
    service = HealthcareService.objects.active().filter(slug=slug).first()
    if service is None:
        raise exceptions.ValidationError({field: "There is no such service."}, code="unknown")
    return service.pk


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise exceptions.ValidationError({"to": "Send the id of a clinician."}, code="unknown") from error
