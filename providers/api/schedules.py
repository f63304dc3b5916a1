"""Weekly hours and dated exceptions, for administrators and for clinicians about themselves."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.core.api import ReadOnlyRows, signed_in
from config.core.api.schema import PROBLEM
from providers.api.serializers import (
    AcceptInput,
    BookingsAffectedProblem,
    ScheduleExceptionInput,
    ScheduleExceptionOutput,
    ScheduleInput,
    ScheduleOutput,
)
from providers.domain.codes import ExceptionKind
from providers.domain.hours import Change
from providers.flows import block_time, publish_schedule
from providers.flows.publish_schedule import Draft, Time
from providers.models import AvailableTime, HealthcareService, Practitioner, Schedule, ScheduleException

_IN_ORDER = AvailableTime.objects.order_by("weekday", "start_minute")


class Schedules(ReadOnlyRows[Schedule]):
    """Weekly hours; a change that would strand bookings is answered 409 `bookings-affected` with the list."""

    queryset = Schedule.objects.all()
    serializer_class = ScheduleOutput
    related = ("service",)

    def get_queryset(self) -> QuerySet[Schedule]:
        """Return the hours that the caller may see, with their windows in order of the week."""
        return super().get_queryset().prefetch_related(Prefetch("available_times", queryset=_IN_ORDER))

    @extend_schema(request=ScheduleInput, responses={201: ScheduleOutput, (409, PROBLEM): BookingsAffectedProblem})
    def create(self, request: Request) -> Response:
        """Publish weekly hours."""
        return Response(self._publish(request, None), status=201)

    @extend_schema(request=ScheduleInput, responses={200: ScheduleOutput, (409, PROBLEM): BookingsAffectedProblem})
    def update(self, request: Request, **_kwargs: Any) -> Response:
        """Publish other hours in place of these."""
        return Response(self._publish(request, self.get_object().pk))

    @extend_schema(request=AcceptInput, responses={200: ScheduleOutput, (409, PROBLEM): BookingsAffectedProblem})
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, **_kwargs: Any) -> Response:
        """Take these hours out of use."""
        schedule = self.get_object()
        body = AcceptInput(data=request.data)
        body.is_valid(raise_exception=True)
        publish_schedule.retire(
            schedule_id=schedule.pk,
            by=signed_in(request),
            now=timezone.now(),
            accept=body.validated_data["accept"],
        )
        return Response(ScheduleOutput(self.get_object()).data)

    def _publish(self, request: Request, schedule_id: UUID | None) -> Any:
        body = ScheduleInput(data=request.data)
        body.is_valid(raise_exception=True)
        words = body.validated_data
        schedule = publish_schedule.publish(
            practitioner_id=words["practitioner"],
            schedule_id=schedule_id,
            draft=_draft(words),
            by=signed_in(request),
            now=timezone.now(),
            accept=words["accept"],
        )
        return ScheduleOutput(self.get_queryset().get(pk=schedule.pk)).data


class ScheduleExceptions(ReadOnlyRows[ScheduleException]):
    """Time off, extra and changed hours; what would strand bookings is answered 409 `bookings-affected`."""

    queryset = ScheduleException.objects.all()
    serializer_class = ScheduleExceptionOutput

    @extend_schema(
        request=ScheduleExceptionInput,
        responses={201: ScheduleExceptionOutput, (409, PROBLEM): BookingsAffectedProblem},
    )
    def create(self, request: Request) -> Response:
        """Save an exception."""
        body = ScheduleExceptionInput(data=request.data)
        body.is_valid(raise_exception=True)
        words, user = body.validated_data, signed_in(request)
        practitioner = Practitioner.objects.visible_to(user).filter(pk=words["practitioner"]).first()
        if practitioner is None:
            raise exceptions.NotFound
        row = block_time.block(
            practitioner_id=practitioner.pk,
            change=_change(words, practitioner),
            by=user,
            now=timezone.now(),
            reason=words["reason"],
            accept=words["accept"],
        )
        return Response(ScheduleExceptionOutput(row).data, status=201)

    @extend_schema(
        request=AcceptInput, responses={200: ScheduleExceptionOutput, (409, PROBLEM): BookingsAffectedProblem}
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, **_kwargs: Any) -> Response:
        """Let the weekly hours hold again."""
        row = self.get_object()
        body = AcceptInput(data=request.data)
        body.is_valid(raise_exception=True)
        accept = body.validated_data["accept"]
        block_time.withdraw(exception_id=row.pk, by=signed_in(request), now=timezone.now(), accept=accept)
        row.refresh_from_db()
        return Response(ScheduleExceptionOutput(row).data)


def _draft(words: dict[str, Any]) -> Draft:
    service = None
    if words["service"] is not None:
        service = HealthcareService.objects.filter(slug=words["service"]).first()
        if service is None:
            raise exceptions.ValidationError({"service": "There is no such service."}, code="unknown-service")
    return Draft(
        zone=words["time_zone"],
        valid_from=words["valid_from"],
        valid_until=words["valid_until"],
        times=[Time(time["weekday"], time["start"], time["end"]) for time in words["available_times"]],
        name=words["name"],
        service_id=service.pk if service else None,
        modality=words["modality"],
    )


def _change(words: dict[str, Any], practitioner: Practitioner) -> Change:
    return Change(
        kind=ExceptionKind(words["kind"]),
        zone=words["time_zone"] or practitioner.time_zone,
        start_date=words["start_date"],
        end_date=words["end_date"],
        start_minute=words["start"],
        end_minute=words["end"],
    )
