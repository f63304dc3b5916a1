"""A clinician's calendars elsewhere, whose busy times are blocked here, and the secret address of the one here."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config.core.api import ApiView, ReadOnlyRows, signed_in
from config.core.api.inputs import Nothing, read
from providers.api.serializers import CalendarFeedOutput, ExternalCalendarInput, ExternalCalendarOutput
from providers.flows import calendar_feed, import_calendar
from providers.models import ExternalCalendar
from providers.queries import feed


class ExternalCalendars(ReadOnlyRows[ExternalCalendar]):
    """A clinician's own calendars elsewhere, or all for administrators; an address that was given is never shown."""

    queryset = ExternalCalendar.objects.all()
    serializer_class = ExternalCalendarOutput

    @extend_schema(request=ExternalCalendarInput, responses={201: ExternalCalendarOutput})
    def create(self, request: Request) -> Response:
        """Remember a calendar, which is read within a minute; 422 `bad-calendar-address`, 409 `too-many-calendars`."""
        words = read(ExternalCalendarInput, request)
        row = import_calendar.connect(
            practitioner_id=words["practitioner"],
            name=words["name"],
            address=words["address"],
            by=signed_in(request),
            now=timezone.now(),
        )
        return Response(ExternalCalendarOutput(row).data, status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, **_kwargs: Any) -> Response:
        """Forget a calendar; what it blocked is free again."""
        import_calendar.disconnect(calendar_id=self.get_object().pk, by=signed_in(request), now=timezone.now())
        return Response(status=204)


class CalendarFeeds(ApiView):
    """The secret address at which a calendar program reads when a clinician is busy."""

    @extend_schema(request=Nothing, responses={201: CalendarFeedOutput})
    def post(self, request: Request, practitioner_id: UUID) -> Response:
        """Make a new address, shown this once; the one before stops working."""
        read(Nothing, request)
        token = calendar_feed.make(practitioner_id=practitioner_id, by=signed_in(request), now=timezone.now())
        return Response(CalendarFeedOutput({"address": feed.address(token)}).data, status=201)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, practitioner_id: UUID) -> Response:
        """Stop the address from working."""
        calendar_feed.revoke(practitioner_id=practitioner_id, by=signed_in(request), now=timezone.now())
        return Response(status=204)
