"""Holding a time for a case for a few minutes."""

from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config.core.api import ApiView, signed_in
from config.core.api.inputs import Id, Input, read
from config.core.api.schema import PROBLEM
from config.core.models import Role, User
from consultations.api.outputs import HoldOutput, SlotTakenProblem
from consultations.queries import times
from providers.api.fields import Instant
from providers.flows import hold as holding
from providers.models import Practitioner


class HoldInput(Input):
    """For which case, when, and with whom; without a clinician the best of those who are free."""

    service_request = Id()
    start = Instant()
    practitioner = Id(required=False, default=None, allow_null=True)


class Holds(ApiView):
    """Times held for a case."""

    @extend_schema(request=HoldInput, responses={201: HoldOutput, (409, PROBLEM): SlotTakenProblem})
    def post(self, request: Request) -> Response:
        """Hold a time; 409 `slot-taken` names the nearest free times."""
        words = read(HoldInput, request)
        user = signed_in(request)
        wanted = times.holdable(user, request_id=words["service_request"])
        if wanted is None:
            raise Http404
        held = holding.hold(
            service_id=wanted.service_id,
            state=wanted.state,
            start_at=words["start"],
            practitioner_id=_with_whom(user, words["practitioner"]),
            by=user,
            reference=words["service_request"],
            now=timezone.now(),
            known_to=wanted.known_to,
            born=wanted.born,
        )
        return Response(HoldOutput(held).data, status=201)


class Hold(ApiView):
    """One held time."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, hold_id: UUID) -> Response:
        """Give the time back; it is gone either way."""
        holding.release(slot_id=hold_id, by=signed_in(request), now=timezone.now())
        return Response(status=204)


def _with_whom(user: User, practitioner: UUID | None) -> UUID | None:
    """Return the clinician that was asked for; a clinician moves visits to their own times only."""
    if user.role != Role.PRACTITIONER:
        return practitioner
    return Practitioner.objects.values_list("pk", flat=True).get(user=user)
