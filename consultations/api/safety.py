"""Safety flags, the alerts about them, and who answers for them."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from config.core.api import ApiView, ReadOnlyRows, signed_in
from config.core.api.inputs import Nothing, read
from config.core.models import User
from consultations.api.safety_words import (
    AlertOutput,
    CallInput,
    ChainInput,
    ChainOutput,
    FlagsQuery,
    OnCallInput,
    OnCallOutput,
    RaisedFlagOutput,
    StepOutput,
)
from consultations.domain.escalation import DEFAULT_CHAIN, Rung
from consultations.flows import escalate, open_case, roster
from consultations.models import ChainStep, Escalation, EscalationStep, OnCall
from consultations.queries import flags
from intake.models import Flag
from providers.models import HealthcareService

STEPS = Prefetch("steps", EscalationStep.objects.order_by("position"))


@extend_schema_view(list=extend_schema(parameters=[FlagsQuery]))
class Flags(ReadOnlyRows[Flag]):
    """Safety flags, newest first: those of a clinician's cases, and every grave one of the services they offer."""

    queryset = Flag.objects.all()
    serializer_class = RaisedFlagOutput
    ordering = ("-raised_at", "-id")

    def get_queryset(self) -> QuerySet[Flag]:
        """Return the caller's flags, filtered in a list."""
        rows = flags.seen_by(signed_in(self.request)).select_related("rule__service")
        if self.action != "list":
            return rows
        query = FlagsQuery(data=self.request.query_params.dict())
        query.is_valid(raise_exception=True)
        words = query.validated_data
        if words.get("waiting"):
            rows = rows & Flag.objects.waiting()
        return rows.filter(severity=words["severity"]) if "severity" in words else rows


class Alerts(ReadOnlyRows[Escalation]):
    """Alerts, newest first, with each step that was taken; clinicians see those of their services, administrators all."""

    queryset = Escalation.objects.all()
    serializer_class = AlertOutput
    related = ("service", "rule")
    ordering = ("-began_at", "-id")

    def get_queryset(self) -> QuerySet[Escalation]:
        """Return the caller's alerts with their steps; `?open=true` only those that wait for a name."""
        rows = super().get_queryset().prefetch_related(STEPS)
        is_open = self.request.query_params.get("open") == "true"
        return rows.filter(ended_at__isnull=True) if is_open and self.action == "list" else rows

    def retrieve(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """Return one alert; that it was opened is recorded."""
        row = self.get_object()
        open_case.alert_opened(escalation_id=row.pk, by=signed_in(request), now=timezone.now())
        return Response(AlertOutput(row).data)

    @extend_schema(request=CallInput, responses=StepOutput)
    def called(self, request: Request, pk: UUID) -> Response:
        """Write down the call that the clinic had to make; 409 `already-rung` when somebody did."""
        words = read(CallInput, request)
        step = EscalationStep.objects.filter(escalation=self.get_object(), outcome="to-ring").first()
        if step is None:
            raise exceptions.NotFound
        return Response(
            StepOutput(escalate.rang(step_id=step.pk, by=signed_in(request), now=timezone.now(), **words)).data
        )


class OnCallPeriods(ReadOnlyRows[OnCall]):
    """Who is on call, in order of time; administrators put people on and take them off."""

    queryset = OnCall.objects.in_force()
    serializer_class = OnCallOutput
    related = ("service", "practitioner")
    ordering = ("during", "id")

    @extend_schema(request=OnCallInput, responses={201: OnCallOutput(many=True)})
    def put(self, request: Request) -> Response:
        """Put a clinician on call; 409 `on-call-taken` says who already is."""
        words = read(OnCallInput, request)
        rows = roster.put_on_call(
            service_id=_service(slug=words["service"]).pk, practitioner_id=words["practitioner"], start_at=words["start"],
            end_at=words["end"], weeks=words["weeks"], by=signed_in(request), now=timezone.now(),
        )  # fmt: skip
        return Response(OnCallOutput(rows, many=True).data, status=201)

    @extend_schema(request=Nothing, responses={204: OpenApiResponse(description="Taken off.")})
    def take_off(self, request: Request, pk: UUID) -> Response:
        """Take somebody off call; what has begun ends now."""
        roster.take_off_call(on_call_id=pk, by=signed_in(request), now=timezone.now())
        return Response(status=204)


class Chain(ApiView):
    """Whom the flags of a service, named by its id, go to, in order, and how long each has."""

    @extend_schema(responses=ChainOutput)
    def get(self, request: Request, pk: UUID) -> Response:
        """Return the chain of a service; the common one where the clinic has set none."""
        service, user = _service(pk=pk), signed_in(request)
        return Response(_chain(user, service))

    @extend_schema(request=ChainInput, responses=ChainOutput)
    def put(self, request: Request, pk: UUID) -> Response:
        """Set the chain; alerts that are under way keep theirs."""
        service, user = _service(pk=pk), signed_in(request)
        steps = [Rung(**step) for step in read(ChainInput, request)["steps"]]
        roster.set_chain(service_id=service.pk, steps=steps, by=user, now=timezone.now())
        return Response(_chain(user, service))


def _chain(user: User, service: HealthcareService) -> dict[str, Any]:
    if not user.is_clinical_or_admin:
        raise exceptions.PermissionDenied
    own = ChainStep.objects.visible_to(user).of(service.pk)
    return ChainOutput({"is_own": bool(own), "steps": own or DEFAULT_CHAIN}).data


def _service(**which: Any) -> HealthcareService:
    service = HealthcareService.objects.active().filter(**which).first()
    if service is None:
        raise exceptions.NotFound
    return service
