"""Cases: started, completed and submitted by patients, read by those who review them."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.core.api import ReadOnlyRows, signed_in
from config.core.api.inputs import Input, Nothing, read
from config.core.models import Role
from consultations.api.outputs import ServiceRequestOutput, WaitOutput
from consultations.flows import open_case
from consultations.flows import request as ask
from consultations.models import ServiceRequest
from consultations.queries import waits
from consultations.queries.case import case, cases, whole


class StartInput(Input):
    """Which service, and where the patient will be during the visit."""

    service = serializers.SlugField(max_length=64)
    state = serializers.CharField(max_length=2)


class ServiceRequests(ReadOnlyRows[ServiceRequest]):
    """The patient's own cases; for a clinician the submitted cases that they may review."""

    queryset = ServiceRequest.objects.all()
    serializer_class = ServiceRequestOutput

    def get_queryset(self) -> QuerySet[ServiceRequest]:
        """Return the caller's cases with what one shows of them."""
        return whole(super().get_queryset())

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the cases, newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        reader = {"reader": signed_in(request)}
        return self.get_paginated_response(ServiceRequestOutput(cases(page or ()), many=True, context=reader).data)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one case: status, what is missing, whose turn it is."""
        row, reader = self.get_object(), signed_in(request)
        if reader.role == Role.PRACTITIONER:
            open_case.opened(request_id=row.pk, by=reader, now=timezone.now())
        return self._shown(row)

    @extend_schema(request=StartInput, responses={201: ServiceRequestOutput})
    def create(self, request: Request) -> Response:
        """Start a case: a draft with the questionnaires of the service."""
        words = read(StartInput, request)
        started = ask.start(
            service_slug=words["service"], state=words["state"], by=signed_in(request), now=timezone.now()
        )
        return self._shown(started, status=201)

    @extend_schema(request=Nothing, responses=ServiceRequestOutput)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, **_kwargs: Any) -> Response:
        """Submit the case for review; 422 `incomplete` names each thing that is missing."""
        read(Nothing, request)
        mine = self.get_object()
        return self._shown(ask.submit(request_id=mine.pk, by=signed_in(request), now=timezone.now()))

    @extend_schema(responses={200: WaitOutput, 204: OpenApiResponse(description="Too little history to say.")})
    @action(detail=True, methods=["get"])
    def wait(self, request: Request, **_kwargs: Any) -> Response:
        """Return how long such cases waited for a clinician: same service, urgency and hour of the clinic's day."""
        task = case(self.get_object()).task
        typical = waits.typical(task, now=timezone.now()) if task else None
        return Response(WaitOutput(typical).data) if typical else Response(status=204)

    @extend_schema(request=Nothing, responses=ServiceRequestOutput)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, **_kwargs: Any) -> Response:
        """Withdraw the case; 409 `visit-booked` while a visit is booked."""
        read(Nothing, request)
        mine = self.get_object()
        return self._shown(ask.withdraw(request_id=mine.pk, by=signed_in(request), now=timezone.now()))

    def _shown(self, row: ServiceRequest, *, status: int = 200) -> Response:
        fresh = self.get_queryset().get(pk=row.pk)
        context = {"reader": signed_in(self.request)}
        return Response(ServiceRequestOutput(case(fresh), context=context).data, status=status)
