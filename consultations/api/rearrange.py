"""Visits that cannot stay or are not as promised, and what changes of the clocks do; for administrators."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.core import administrators
from config.core.api import ApiView, signed_in
from config.core.api.inputs import Nothing, read
from config.core.models import User
from consultations.api.outputs import AppointmentOutput
from consultations.flows import keep_promise, rearrange
from consultations.models import Appointment
from consultations.queries import promises
from consultations.queries import rearrange as found
from providers.api.fields import Clock
from providers.api.serializers import ProposalOutput, ReasonOutput
from providers.queries import clock_changes

MOST = 100
_WHOLE = ("patient", "practitioner", "service_request__service")


class VisitToMoveOutput(serializers.Serializer[Any]):
    """A visit that cannot stay as it is, and why."""

    appointment = AppointmentOutput()
    reasons = ReasonOutput(many=True)


class VisitsToMoveOutput(serializers.Serializer[Any]):
    """The earliest first, a hundred at most."""

    results = VisitToMoveOutput(many=True)


class EndingLicenceOutput(serializers.Serializer[Any]):
    """
    A licence that ends within sixty days, and the visits after its last day that no other licence covers.

    `visits_beyond` is how many they are; `appointments` are the first hundred. Move one by `holds/` and `reschedule/`.
    """

    qualification = serializers.UUIDField(source="qualification.pk")
    practitioner = serializers.UUIDField(source="qualification.practitioner_id")
    practitioner_name = serializers.CharField(source="qualification.practitioner.display_name")
    kind = serializers.CharField(source="qualification.kind")
    jurisdiction = serializers.CharField(source="qualification.jurisdiction")
    valid_until = serializers.DateField(source="qualification.valid_until")
    visits_beyond = serializers.IntegerField()
    appointments = AppointmentOutput(many=True)


class EndingLicencesOutput(serializers.Serializer[Any]):
    """The first to end first."""

    results = EndingLicenceOutput(many=True)


class ProposalsOutput(serializers.Serializer[Any]):
    """Where a visit could go, the best first."""

    results = ProposalOutput(many=True)


class BrokenPromiseOutput(serializers.Serializer[Any]):
    """A visit that new time zone data have moved on the wall; `keeps_at` would keep the promise, null when nothing can."""

    appointment = AppointmentOutput()
    promised_local_start = serializers.CharField()
    keeps_at = serializers.DateTimeField(allow_null=True)


class BrokenPromisesOutput(serializers.Serializer[Any]):
    """The earliest first, a hundred at most; `tzdata_version` is the one in use."""

    tzdata_version = serializers.CharField()
    results = BrokenPromiseOutput(many=True)


class ShiftedOutput(serializers.Serializer[Any]):
    """A window that loses or repeats time on one date; `effect` is vanishes, shortens or repeats."""

    practitioner = serializers.UUIDField(source="practitioner.pk")
    practitioner_name = serializers.CharField(source="practitioner.display_name")
    date = serializers.DateField(source="day")
    start = Clock(source="start_minute")
    end = Clock(source="end_minute")
    effect = serializers.CharField()
    wall_minutes = serializers.IntegerField()
    real_minutes = serializers.IntegerField()


class ClockChangeOutput(serializers.Serializer[Any]):
    """One change of the clocks of a zone; `minutes` forward, negative is back; `visits` are booked within a day of it."""

    time_zone = serializers.CharField(source="zone.key")
    at = serializers.DateTimeField(source="turn.at")
    minutes = serializers.IntegerField()
    clinicians = serializers.IntegerField()
    visits = serializers.IntegerField()
    windows = ShiftedOutput(source="shifted", many=True)


class ClockChangesOutput(serializers.Serializer[Any]):
    """The changes of the coming year, the earliest first."""

    results = ClockChangeOutput(many=True)


class VisitsToMove(ApiView):
    """Visits that cannot stay: without hours, without a licence, or of a clinician who has left."""

    @extend_schema(responses=VisitsToMoveOutput)
    def get(self, request: Request) -> Response:
        """List them, with every reason."""
        user = _administrator(request)
        rows = [{"appointment": visit, "reasons": why} for visit, why in found.cannot_stay(timezone.now())[:MOST]]
        return Response(VisitsToMoveOutput({"results": rows}, context={"reader": user}).data)


class EndingLicences(ApiView):
    """Licences that end soon and that nothing carries on, with the visits at risk."""

    @extend_schema(responses=EndingLicencesOutput)
    def get(self, request: Request) -> Response:
        """List them, each with the visits that are booked beyond its last day."""
        user = _administrator(request)
        rows = [
            {"qualification": one.qualification, "visits_beyond": len(one.visits), "appointments": one.visits[:MOST]}
            for one in found.ending_licences(timezone.now())
        ]
        return Response(EndingLicencesOutput({"results": rows}, context={"reader": user}).data)


class Proposals(ApiView):
    """Where one visit could go."""

    @extend_schema(responses=ProposalsOutput)
    def get(self, request: Request, pk: UUID) -> Response:
        """List free times, the same time with another clinician first; take one by `holds/` and `reschedule/`."""
        user = _administrator(request)
        visit = Appointment.objects.visible_to(user).select_related(*_WHOLE, "slot").filter(pk=pk).first()
        if visit is None:
            raise exceptions.NotFound
        rows = [one.listed() for one in found.ways(visit, timezone.now())]
        return Response(ProposalsOutput({"results": rows}).data)


class AskToMove(ApiView):
    """Asking a patient for another time."""

    @extend_schema(request=Nothing, responses=AppointmentOutput)
    def post(self, request: Request, pk: UUID) -> Response:
        """Ask once; the visit stays until the patient moves it, which no notice hinders; 409 `not-to-move`."""
        read(Nothing, request)
        user = signed_in(request)
        rearrange.ask(appointment_id=pk, by=user, now=timezone.now())
        return _shown(pk, user)


class BrokenPromises(ApiView):
    """Visits whose promised time on the wall is another instant since the time zone data changed."""

    @extend_schema(responses=BrokenPromisesOutput)
    def get(self, request: Request) -> Response:
        """List them, each with the instant that would keep the promise."""
        user = _administrator(request)
        rows = [
            {"appointment": visit, "promised_local_start": visit.local_start, "keeps_at": keeps_at}
            for visit, keeps_at in promises.broken(timezone.now())[:MOST]
        ]
        words = {"tzdata_version": promises.TZDATA, "results": rows}
        return Response(BrokenPromisesOutput(words, context={"reader": user}).data)


class KeepPromise(ApiView):
    """Keeping what the clock promised."""

    @extend_schema(request=Nothing, responses=AppointmentOutput)
    def post(self, request: Request, pk: UUID) -> Response:
        """Move the visit to its promised time on the wall; 409 `nothing-broken` or `cannot-be-kept`."""
        read(Nothing, request)
        user = signed_in(request)
        keep_promise.keep(appointment_id=pk, by=user, now=timezone.now())
        return _shown(pk, user)


class ClockChanges(ApiView):
    """What the next changes of the clocks do."""

    @extend_schema(responses=ClockChangesOutput)
    def get(self, request: Request) -> Response:
        """List each change with the windows that lose or repeat time, and how many visits are near."""
        _administrator(request)
        return Response(ClockChangesOutput({"results": clock_changes.clock_changes(timezone.now())}).data)


def _administrator(request: Request) -> User:
    user = signed_in(request)
    administrators.require(user)
    return user


def _shown(pk: UUID, reader: User) -> Response:
    visit = Appointment.objects.select_related(*_WHOLE).get(pk=pk)
    return Response(AppointmentOutput(visit, context={"reader": reader}).data)
