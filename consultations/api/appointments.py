"""Visits: booked, moved, cancelled, and put into calendars."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from config.core.api import ReadOnlyRows, signed_in
from config.core.api.inputs import Id, Input, read
from config.core.api.pages import CursorPages
from consultations.adapters import calendar
from consultations.api.outputs import AppointmentOutput
from consultations.domain.codes import AppointmentStatus, AttendanceAnswer
from consultations.flows import book as booking
from consultations.flows import confirm
from consultations.models import Appointment

REASON_LENGTH = 300


class BookInput(Input):
    """A case, and the time that is held for it."""

    service_request = Id()
    hold = Id()


class RescheduleInput(Input):
    """The time that is held; an administrator may lift the policy with a reason."""

    hold = Id()
    override_reason = serializers.CharField(max_length=REASON_LENGTH, required=False, default="", allow_blank=True)


class CancelInput(Input):
    """Why; an administrator may lift the policy with a reason."""

    reason = serializers.CharField(max_length=REASON_LENGTH, required=False, default="", allow_blank=True)
    override_reason = serializers.CharField(max_length=REASON_LENGTH, required=False, default="", allow_blank=True)


class ReplyInput(Input):
    """Whether the patient will come; `revision` is that of the visit as they were told of it."""

    answer = serializers.ChoiceField(choices=AttendanceAnswer.choices)
    revision = serializers.IntegerField(min_value=0, max_value=2_000_000_000)


class ReplyOutput(serializers.Serializer[Any]):
    """`is_new` is false when the same was answered before."""

    is_new = serializers.BooleanField()


class VisitPages(CursorPages):
    """The latest visit first."""

    ordering = ("-start_at", "-id")


class AnyAccept(DefaultContentNegotiation):
    """Gives a file to whoever asks, whatever their `Accept` says."""

    def select_renderer(self, _request: Request, renderers: Any, _format_suffix: str | None = None) -> Any:
        """Return the first renderer; it is used for problem documents only."""
        return renderers[0], renderers[0].media_type


class Appointments(ReadOnlyRows[Appointment]):
    """A patient's own visits, a clinician's own, or all for administrators."""

    queryset = Appointment.objects.all()
    serializer_class = AppointmentOutput
    pagination_class = VisitPages
    related = ("patient", "practitioner", "service_request__service")

    def get_serializer_context(self) -> dict[str, Any]:
        """Say who reads."""
        return {**super().get_serializer_context(), "reader": signed_in(self.request)}

    @extend_schema(request=BookInput, responses={201: AppointmentOutput})
    def create(self, request: Request) -> Response:
        """Book the held time; 409 `hold-expired`, `patient-busy` or `already-booked`, 422 `not-licensed`."""
        words = read(BookInput, request)
        booked = booking.book(
            request_id=words["service_request"], hold_id=words["hold"], by=signed_in(request), now=timezone.now()
        )
        return self._shown(booked, status=201)

    @extend_schema(request=RescheduleInput, responses=AppointmentOutput)
    @action(detail=True, methods=["post"])
    def reschedule(self, request: Request, **_kwargs: Any) -> Response:
        """Move the visit to the held time in one step; 409 leaves it where it was."""
        words = read(RescheduleInput, request)
        moved = booking.reschedule(
            appointment_id=self.get_object().pk,
            hold_id=words["hold"],
            by=signed_in(request),
            now=timezone.now(),
            override_reason=words["override_reason"],
        )
        return self._shown(moved)

    @extend_schema(request=CancelInput, responses=AppointmentOutput)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **_kwargs: Any) -> Response:
        """Cancel the visit; 409 `too-late-to-change` inside the notice of the service."""
        words = read(CancelInput, request)
        cancelled = booking.cancel(
            appointment_id=self.get_object().pk,
            reason=words["reason"],
            by=signed_in(request),
            now=timezone.now(),
            override_reason=words["override_reason"],
        )
        return self._shown(cancelled)

    @extend_schema(request=ReplyInput, responses=ReplyOutput)
    @action(detail=True, methods=["post"])
    def reply(self, request: Request, **_kwargs: Any) -> Response:
        """Answer a reminder, as its link does; only the patient may. 409 `no-longer-asked` when the visit has changed."""
        words, visit = read(ReplyInput, request), self.get_object()
        if visit.patient.user_id != signed_in(request).pk:
            raise exceptions.PermissionDenied
        is_new = confirm.reply(
            appointment_id=visit.pk,
            revision=words["revision"],
            answer=AttendanceAnswer(words["answer"]),
            now=timezone.now(),
        )
        return Response(ReplyOutput({"is_new": is_new}).data)

    @extend_schema(responses={(200, "text/calendar"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def calendar(self, _request: Request, **_kwargs: Any) -> HttpResponse:
        """Return the visit as an iCalendar file; nothing about health is in it."""
        return calendar_file(self.get_object())

    def _shown(self, row: Appointment, *, status: int = 200) -> Response:
        visit = Appointment.objects.select_related(*self.related).get(pk=row.pk)
        return Response(AppointmentOutput(visit, context=self.get_serializer_context()).data, status=status)


def calendar_file(visit: Appointment) -> HttpResponse:
    """Return the answer that downloads one visit as a calendar file."""
    entry = calendar.Entry(
        uid=f"{visit.pk}@anteroom",
        sequence=visit.revision,
        start_at=visit.start_at,
        end_at=visit.end_at,
        changed_at=visit.updated_at,
        url=f"{settings.SITE_URL}/visits/{visit.pk}/",
        is_cancelled=visit.status == AppointmentStatus.CANCELLED,
    )
    return HttpResponse(
        calendar.file(entry),
        content_type=calendar.content_type(entry),
        headers={"Content-Disposition": 'attachment; filename="visit.ics"'},
    )
