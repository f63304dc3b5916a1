"""Clinicians, what they offer and where they are licensed."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.core import administrators
from config.core.api import ApiView, ReadOnlyRows, signed_in
from config.core.api.schema import PROBLEM
from config.core.models import User
from providers.api.serializers import (
    AcceptInput,
    BookingsAffectedProblem,
    OnboardInput,
    PractitionerInput,
    PractitionerOutput,
    QualificationInput,
    QualificationOutput,
    QualificationsOutput,
    RoleInput,
    RoleOutput,
    RolesOutput,
)
from providers.domain.terms import FIELDS
from providers.flows import onboard, qualify
from providers.flows.onboard import Profile
from providers.flows.qualify import LicenceDraft
from providers.models import HealthcareService, Practitioner, Qualification


class Practitioners(ReadOnlyRows[Practitioner]):
    """All clinicians for administrators, oneself for a clinician."""

    queryset = Practitioner.objects.all()
    serializer_class = PractitionerOutput
    ordering = ("family_name", "given_name", "id")

    @extend_schema(request=OnboardInput, responses={201: PractitionerOutput})
    def create(self, request: Request) -> Response:
        """Make a clinician of the account with this e-mail address."""
        words = _valid(OnboardInput, request)
        administrators.require(signed_in(request))
        account = User.objects.filter(email__iexact=words["email"]).first()
        if account is None:
            raise exceptions.ValidationError({"email": "There is no account with this address."}, code="unknown")
        practitioner = onboard.onboard(
            user_id=account.pk, profile=_profile(words), by=signed_in(request), now=timezone.now()
        )
        return Response(PractitionerOutput(practitioner).data, status=201)

    @extend_schema(request=PractitionerInput, responses=PractitionerOutput)
    def update(self, request: Request, **_kwargs: Any) -> Response:
        """Change the profile."""
        practitioner = self.get_object()
        words = _valid(PractitionerInput, request)
        changed = onboard.change_profile(
            practitioner_id=practitioner.pk, profile=_profile(words), by=signed_in(request), now=timezone.now()
        )
        return Response(PractitionerOutput(changed).data)

    @extend_schema(request=AcceptInput, responses={200: PractitionerOutput, (409, PROBLEM): BookingsAffectedProblem})
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, **_kwargs: Any) -> Response:
        """Stop offering this clinician's time; 409 `bookings-affected` lists the visits that are booked."""
        practitioner = self.get_object()
        words = _valid(AcceptInput, request)
        onboard.retire(
            practitioner_id=practitioner.pk, by=signed_in(request), now=timezone.now(), accept=words["accept"]
        )
        practitioner.refresh_from_db()
        return Response(PractitionerOutput(practitioner).data)

    @extend_schema(methods=["GET"], responses=RolesOutput)
    @extend_schema(methods=["POST"], request=RoleInput, responses=RoleOutput)
    @action(detail=True, methods=["get", "post"])
    def roles(self, request: Request, **_kwargs: Any) -> Response:
        """List what the clinician offers; POST offers a service, or changes how it is offered."""
        practitioner = self.get_object()
        if request.method == "GET":
            rows = practitioner.roles.select_related("service").order_by("service__name", "id")
            return Response(RolesOutput({"results": rows}).data)
        words = _valid(RoleInput, request)
        service = HealthcareService.objects.filter(slug=words["service"]).first()
        if service is None:
            raise exceptions.ValidationError({"service": "There is no such service."}, code="unknown-service")
        role = onboard.offer(
            practitioner_id=practitioner.pk,
            service_id=service.pk,
            by=signed_in(request),
            now=timezone.now(),
            is_active=words["is_active"],
            accepts_new_patients=words["accepts_new_patients"],
            overrides={name: words.get(name) for name in FIELDS},
        )
        return Response(RoleOutput(role).data)


class Qualifications(ApiView):
    """The licences of one clinician."""

    @extend_schema(responses=QualificationsOutput)
    def get(self, request: Request, practitioner_id: UUID) -> Response:
        """List the licences, those that end first at the top."""
        rows = _visible(request, practitioner_id).qualifications.order_by("valid_until", "jurisdiction", "id")
        return Response(QualificationsOutput({"results": rows}).data)

    @extend_schema(request=QualificationInput, responses={201: QualificationOutput})
    def post(self, request: Request, practitioner_id: UUID) -> Response:
        """Record a licence."""
        return Response(_qualify(request, practitioner_id, None), status=201)


class OneQualification(ApiView):
    """One licence of one clinician."""

    @extend_schema(
        request=QualificationInput, responses={200: QualificationOutput, (409, PROBLEM): BookingsAffectedProblem}
    )
    def put(self, request: Request, practitioner_id: UUID, qualification_id: UUID) -> Response:
        """Change a licence; 409 `bookings-affected` lists the visits that it would no longer cover."""
        known = Qualification.objects.visible_to(signed_in(request)).filter(practitioner=practitioner_id)
        if not known.filter(pk=qualification_id).exists():
            raise exceptions.NotFound
        return Response(_qualify(request, practitioner_id, qualification_id))


def _qualify(request: Request, practitioner_id: UUID, qualification_id: UUID | None) -> Any:
    practitioner = _visible(request, practitioner_id)
    words = _valid(QualificationInput, request)
    accept = words.pop("accept")
    qualification = qualify.qualify(
        practitioner_id=practitioner.pk,
        qualification_id=qualification_id,
        draft=LicenceDraft(**words),
        by=signed_in(request),
        now=timezone.now(),
        accept=accept,
    )
    return QualificationOutput(qualification).data


def _visible(request: Request, practitioner_id: UUID) -> Practitioner:
    practitioner = Practitioner.objects.visible_to(signed_in(request)).filter(pk=practitioner_id).first()
    if practitioner is None:
        raise exceptions.NotFound
    return practitioner


def _valid(kind: Any, request: Request) -> dict[str, Any]:
    body = kind(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def _profile(words: dict[str, Any]) -> Profile:
    names = ("given_name", "family_name", "credentials", "npi", "biography", "languages", "is_supervisor")
    return Profile(zone=words["time_zone"], **{name: words[name] for name in names})
