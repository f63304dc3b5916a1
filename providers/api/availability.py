"""Free times, for anybody; and why a time is not free, for those who plan."""

import base64
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from config.core.api import ApiView, signed_in
from config.core.errors import NotAllowed
from config.core.models import Role
from providers.api.fields import Instant
from providers.api.serializers import (
    AvailabilityInput,
    AvailabilityOutput,
    ExplainInput,
    ExplanationOutput,
    FirstsInput,
    FirstsOutput,
    StartsInput,
    StartsOutput,
)
from providers.models import HealthcareService, Practitioner
from providers.queries import availability
from providers.queries.availability import Cursor
from providers.queries.diaries import Asked

DEFAULT_SPAN = timedelta(days=14)


class Availability(ApiView):
    """Times that may be booked at this moment."""

    permission_classes = [AllowAny]

    @extend_schema(parameters=[AvailabilityInput], responses=AvailabilityOutput)
    def get(self, request: Request) -> Response:
        """Return the next times across all clinicians who may see the patient, or of one of them."""
        asked, words = _asked(request, AvailabilityInput)
        now = timezone.now()
        start = words.get("start", now)
        page = availability.search(
            asked,
            start=start,
            end=words.get("end", start + DEFAULT_SPAN),
            now=now,
            practitioner=words["practitioner"],
            limit=words["limit"],
            after=_cursor(words["after"]) if words["after"] else None,
        )
        return Response(AvailabilityOutput({"next": _next(request, page.next), "results": page.results}).data)


class Starts(ApiView):
    """Times at which somebody is free at this moment, for who does not mind with whom."""

    permission_classes = [AllowAny]

    @extend_schema(parameters=[StartsInput], responses=StartsOutput)
    def get(self, request: Request) -> Response:
        """Return the next times, each once; `holds/` without a clinician chooses fairly among those who are free."""
        asked, words = _asked(request, StartsInput)
        now = timezone.now()
        start = words.get("start", now)
        results, last = availability.starts(
            asked,
            start=start,
            end=words.get("end", start + DEFAULT_SPAN),
            now=now,
            limit=words["limit"],
            after=_read(words["after"])[0] if words["after"] else None,
        )
        following = _following(request, last.isoformat()) if last else None
        return Response(StartsOutput({"next": following, "results": results}).data)


class NextTimes(ApiView):
    """The next time of each of some clinicians."""

    permission_classes = [AllowAny]

    @extend_schema(parameters=[FirstsInput], responses=FirstsOutput)
    def get(self, request: Request) -> Response:
        """Return one time for each clinician named by `practitioner` who has any, in order of time."""
        asked, words = _asked(request, FirstsInput, practitioner=request.query_params.getlist("practitioner"))
        now = timezone.now()
        start = words.get("start", now)
        results = availability.first_of_each(
            asked,
            practitioners=words["practitioner"],
            start=start,
            end=words.get("end", start + DEFAULT_SPAN),
            now=now,
        )
        return Response(FirstsOutput({"results": results}).data)


class Explanation(ApiView):
    """Why a time is not offered; for administrators, and for clinicians about themselves."""

    @extend_schema(parameters=[ExplainInput], responses=ExplanationOutput)
    def get(self, request: Request) -> Response:
        """Return codes and plain words; nothing when the time is offered."""
        user = signed_in(request)
        if user.role == Role.PATIENT:
            raise NotAllowed("Only those who plan visits may ask this.")
        asked, words = _asked(request, ExplainInput)
        practitioner = Practitioner.objects.visible_to(user).filter(pk=words["practitioner"]).first()
        if practitioner is None:
            raise exceptions.NotFound
        reasons = availability.explain(asked, practitioner=practitioner, start_at=words["start"], now=timezone.now())
        return Response(ExplanationOutput({"offered": not reasons, "reasons": reasons}).data)


def _asked(
    request: Request, kind: type[AvailabilityInput | FirstsInput | ExplainInput], **lists: list[str]
) -> tuple[Asked, dict[str, Any]]:
    query = kind(data={**request.query_params.dict(), **lists})
    query.is_valid(raise_exception=True)
    words: dict[str, Any] = query.validated_data
    service = HealthcareService.objects.visible_to(request.user).filter(slug=words["service"]).first()
    if service is None:
        raise exceptions.ValidationError({"service": "There is no such service."}, code="unknown-service")
    return Asked(service=service, state=words["state"], language=words["language"]), words


def _next(request: Request, cursor: Cursor | None) -> str | None:
    return _following(request, f"{cursor.start_at.isoformat()} {cursor.practitioner}") if cursor else None


def _following(request: Request, last: str) -> str:
    """Return the address of the page after the one that ends with `last`."""
    after = base64.urlsafe_b64encode(last.encode()).decode()
    return replace_query_param(request.build_absolute_uri(), "after", after)


def _cursor(after: str) -> Cursor:
    start_at, practitioner = _read(after)
    if practitioner is None:
        raise _not_a_page()
    return Cursor(start_at, practitioner)


def _read(after: str) -> tuple[datetime, UUID | None]:
    """Return the instant with which a page ended, and of a list by clinician also whose it was."""
    try:
        start_at, _, practitioner = base64.urlsafe_b64decode(after).decode().partition(" ")
        return Instant().run_validation(start_at), UUID(practitioner) if practitioner else None
    except (ValueError, exceptions.ValidationError) as error:
        raise _not_a_page() from error


def _not_a_page() -> exceptions.ValidationError:
    return exceptions.ValidationError({"after": "Use the address of the page before."})
