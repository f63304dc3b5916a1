"""Every message that was planned, for administrators: what became of it, how all of them do, and sending again."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from config.core import administrators
from config.core.api import ApiView, ReadOnlyRows, signed_in
from config.core.api.inputs import Nothing, read
from config.core.clock import database_now
from consultations.api.message_fields import MessageFiguresOutput, MessageOutput, MessagesQuery
from consultations.flows import resend
from consultations.models import Communication
from consultations.queries import message_figures, wording

# How a filter of the list asks the ledger.
_LOOKUPS = {
    "status": "status",
    "reason": "status_reason",
    "kind": "kind",
    "channel": "channel",
    "person": "recipient",
    "service_request": "service_request",
    "subject": "subject_id",
    "since": "due_at__gte",
    "until": "due_at__lt",
}


@extend_schema_view(list=extend_schema(parameters=[MessagesQuery]))
class Messages(ReadOnlyRows[Communication]):
    """The ledger of messages, those due last first; with `person` it is their timeline."""

    queryset = Communication.objects.all()
    serializer_class = MessageOutput
    ordering = ("-due_at", "-id")

    def get_queryset(self) -> QuerySet[Communication]:
        """Return the messages, filtered in a list; only administrators have a ledger."""
        administrators.require(signed_in(self.request))
        # What only its sender has to know stays in the database.
        rows = super().get_queryset().defer("token")
        if self.action != "list":
            return rows
        query = MessagesQuery(data=self.request.query_params.dict())
        query.is_valid(raise_exception=True)
        return rows.filter(**{_LOOKUPS[name]: value for name, value in query.validated_data.items()})

    @extend_schema(request=Nothing, responses=MessageOutput)
    def send_again(self, request: Request, pk: UUID) -> Response:
        """Plan a message again that failed or whose fate is unknown; 409 `not-failed`, `has-secret`, `too-late`."""
        read(Nothing, request)
        sent = resend.resend(communication_id=pk, by=signed_in(request), now=timezone.now())
        return Response(MessageOutput(sent).data)


class MessageFigures(ApiView):
    """The board of messages."""

    @extend_schema(operation_id="message_figures", responses=MessageFiguresOutput)
    def get(self, request: Request) -> Response:
        """Return what waits, how late it is, what failed and why."""
        administrators.require(signed_in(request))
        now = database_now()
        present = message_figures.present(now)
        figures: dict[str, Any] = {
            name: getattr(present, name) for name in (*type(present).__dataclass_fields__, "tick_is_late")
        }
        figures |= {
            "faulty_words": len(wording.faults()),
            "hours": message_figures.hours(now),
            "channels": message_figures.failures(now),
            "reasons": [{"reason": why, "number": number} for why, number in message_figures.reasons(now)],
        }
        return Response(MessageFiguresOutput(figures).data)
