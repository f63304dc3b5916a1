"""The plans of messages, for administrators: read, looked at, set, and taken back."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from config.core import administrators
from config.core.api import ApiView, signed_in
from config.core.api.inputs import read
from config.core.api.pages import CursorPages
from config.core.models import User
from consultations.api.message_plan_fields import (
    MessagePlanOutput,
    MessagePlansPage,
    MessagePlanWholeOutput,
    PlanCheckOutput,
    PlanInput,
    PlanRestoreInput,
    PlansQuery,
    PlanVersionsPage,
    PlanWriteInput,
)
from consultations.domain import message_plan
from consultations.domain.codes import TimedKind
from consultations.flows import message_plan as flow
from consultations.queries import message_plans
from consultations.queries.message_plans import Plan
from providers.models import HealthcareService

_PATH = [
    OpenApiParameter("service", str, OpenApiParameter.PATH, description="The slug of the service line."),
    OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=TimedKind.values),
]


class MessagePlans(ApiView):
    """When the messages of the service lines are sent."""

    @extend_schema(operation_id="message_plans_list", parameters=[PlansQuery], responses=MessagePlansPage)
    def get(self, request: Request) -> Response:
        """List when each kind of message is sent for each service line, and whether the times are its own."""
        _administrator(request)
        query = PlansQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        slug = query.validated_data.get("service")
        lines = [_line(slug)] if slug else HealthcareService.objects.active().order_by("name", "id")
        return Response(MessagePlansPage({"results": message_plans.in_force(list(lines))}).data)


class OneMessagePlan(ApiView):
    """When one kind of message is sent for one service line."""

    @extend_schema(operation_id="message_plans_retrieve", parameters=_PATH, responses=MessagePlanWholeOutput)
    def get(self, request: Request, service: str, kind: str) -> Response:
        """Return the times in force, when they would tell the next few people, and how many messages are planned."""
        _administrator(request)
        plan = _plan(service, kind)
        looked_at = PlanCheckOutput(_looked_at(plan, plan.minutes)).data
        return Response({**MessagePlanOutput(plan).data, **looked_at})


class MessagePlanCheck(ApiView):
    """Looking at times before they are set."""

    @extend_schema(parameters=_PATH, request=PlanInput, responses=PlanCheckOutput)
    def post(self, request: Request, service: str, kind: str) -> Response:
        """Return how times would be; 422 `bad-message-plan` with an error for each that cannot be. Nothing is kept."""
        _administrator(request)
        plan, minutes = _plan(service, kind), read(PlanInput, request)["minutes"]
        flow.require_possible(minutes)
        return Response(PlanCheckOutput(_looked_at(plan, minutes)).data)


class MessagePlanVersions(ApiView):
    """Every version of one plan."""

    ordering = ("-version", "-id")

    @extend_schema(
        operation_id="message_plans_versions",
        parameters=[*_PATH, OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses=PlanVersionsPage,
    )
    def get(self, request: Request, service: str, kind: str) -> Response:
        """List the versions, the newest first, with who set each."""
        _administrator(request)
        pages, every = CursorPages(), message_plans.versions(_line(service).pk, _kind(kind))
        page = pages.paginate_queryset(every, request, view=self) or []
        links = {"next": pages.get_next_link(), "previous": pages.get_previous_link()}
        return Response(PlanVersionsPage({**links, "results": page}).data)

    @extend_schema(parameters=_PATH, request=PlanWriteInput, responses={201: MessagePlanOutput})
    def post(self, request: Request, service: str, kind: str) -> Response:
        """
        Set new times; what is planned already keeps its time.

        422 `bad-message-plan`, 412 `message-plan-changed` when others did so first.
        """
        user, line, told = _administrator(request), _line(service), read(PlanWriteInput, request)
        flow.write(service_id=line.pk, kind=_kind(kind), by=user, now=timezone.now(), **told)
        return Response(MessagePlanOutput(_plan(service, kind)).data, status=201)


class MessagePlanRestore(ApiView):
    """Going back."""

    @extend_schema(parameters=_PATH, request=PlanRestoreInput, responses=MessagePlanOutput)
    def post(self, request: Request, service: str, kind: str) -> Response:
        """Use the usual times again; 412 `message-plan-changed`. Versions stay."""
        user, line, told = _administrator(request), _line(service), read(PlanRestoreInput, request)
        flow.restore(service_id=line.pk, kind=_kind(kind), by=user, now=timezone.now(), **told)
        return Response(MessagePlanOutput(_plan(service, kind)).data)


def _administrator(request: Request) -> User:
    user = signed_in(request)
    administrators.require(user)
    return user


def _line(slug: str) -> HealthcareService:
    line = HealthcareService.objects.filter(slug=slug).first()
    if line is None:
        raise exceptions.NotFound
    return line


def _kind(kind: str) -> TimedKind:
    if kind not in TimedKind.values:
        raise exceptions.NotFound
    return TimedKind(kind)


def _plan(service: str, kind: str) -> Plan:
    return message_plans.one(_line(service), _kind(kind))


def _looked_at(plan: Plan, minutes: list[int]) -> dict[str, Any]:
    return {
        "when": message_plan.in_words(plan.kind, minutes),
        "planned": message_plans.planned(plan.service.pk, plan.kind),
        "previews": message_plans.previews(plan, minutes, now=timezone.now()),
    }
