"""Waiting for an earlier time, and taking or declining one that is offered."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.core.api import ReadOnlyRows, signed_in
from config.core.api.inputs import Id, Input, Nothing, read
from config.core.api.pages import CursorPages
from consultations.api.outputs import AppointmentOutput
from consultations.flows import book as booking
from consultations.flows import waitlist
from consultations.models import Appointment, WaitlistEntry, WaitlistOffer
from providers.api.fields import Instant


class JoinInput(Input):
    """The case, and which times are wanted; without limits any time of any clinician."""

    service_request = Id()
    practitioner = Id(required=False, default=None, allow_null=True)
    language = serializers.CharField(max_length=8, required=False, default="", allow_blank=True)
    not_before = Instant(required=False, default=None, allow_null=True)
    before = Instant(required=False, default=None, allow_null=True)
    notice_minutes = serializers.IntegerField(required=False, default=120)


class WaitlistOfferOutput(serializers.Serializer[Any]):
    """A time that is held for one person until `expires_at`."""

    id = serializers.UUIDField(source="pk")
    waitlist_entry = serializers.UUIDField(source="entry_id")
    service_request = serializers.UUIDField(source="entry.service_request_id")
    status = serializers.CharField()
    practitioner = serializers.UUIDField(source="practitioner_id")
    practitioner_name = serializers.CharField(source="practitioner.display_name")
    start = serializers.DateTimeField(source="start_at")
    end = serializers.DateTimeField(source="end_at")
    time_zone = serializers.CharField(source="patient.time_zone")
    offered_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class WaitlistEntryOutput(serializers.Serializer[Any]):
    """A case that waits; `offer` is the time that is held for it now."""

    id = serializers.UUIDField(source="pk")
    service_request = serializers.UUIDField(source="service_request_id")
    status = serializers.CharField()
    practitioner = serializers.UUIDField(source="practitioner_id", allow_null=True)
    language = serializers.CharField()
    not_before = serializers.DateTimeField(allow_null=True)
    before = serializers.DateTimeField(allow_null=True)
    notice_minutes = serializers.IntegerField()
    joined_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    offer = serializers.SerializerMethodField()

    @extend_schema_field(WaitlistOfferOutput(allow_null=True))
    def get_offer(self, entry: WaitlistEntry) -> Any:
        """Return the open offer."""
        offers = getattr(entry, "open_offers", [])
        return WaitlistOfferOutput(offers[0]).data if offers else None


class EntryPages(CursorPages):
    """Who waits longest first."""

    ordering = ("joined_at", "id")


class OfferPages(CursorPages):
    """The newest offer first."""

    ordering = ("-offered_at", "-id")


class Waitlist(ReadOnlyRows[WaitlistEntry]):
    """A patient's own entries, or all for administrators."""

    queryset = WaitlistEntry.objects.all()
    serializer_class = WaitlistEntryOutput
    pagination_class = EntryPages

    def get_queryset(self) -> QuerySet[WaitlistEntry]:
        """Return the caller's entries with the times that they may take now."""
        answerable = WaitlistOffer.objects.answerable(timezone.now()).select_related("practitioner", "patient", "entry")
        return super().get_queryset().prefetch_related(Prefetch("offers", answerable, to_attr="open_offers"))

    @extend_schema(request=JoinInput, responses={201: WaitlistEntryOutput})
    def create(self, request: Request) -> Response:
        """Wait for an earlier time; 409 `already-waiting` or `nothing-to-wait-for`."""
        words = read(JoinInput, request)
        wanted = waitlist.Wanted(
            practitioner_id=words["practitioner"],
            language=words["language"],
            not_before=words["not_before"],
            before=words["before"],
            notice_minutes=words["notice_minutes"],
        )
        entry = waitlist.join(
            request_id=words["service_request"], wanted=wanted, by=signed_in(request), now=timezone.now()
        )
        return Response(WaitlistEntryOutput(self.get_queryset().get(pk=entry.pk)).data, status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, **_kwargs: Any) -> Response:
        """Leave the list; an offered time goes to the next person."""
        waitlist.leave(entry_id=self.get_object().pk, by=signed_in(request), now=timezone.now())
        return Response(status=204)


class WaitlistOffers(ReadOnlyRows[WaitlistOffer]):
    """The times that were offered to a patient, or all for administrators."""

    queryset = WaitlistOffer.objects.all()
    serializer_class = WaitlistOfferOutput
    pagination_class = OfferPages
    related = ("practitioner", "patient", "entry")

    @extend_schema(request=Nothing, responses={201: AppointmentOutput})
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, **_kwargs: Any) -> Response:
        """Take the time: the visit is booked, or moved to it; 409 `offer-over` when it is too late."""
        read(Nothing, request)
        user = signed_in(request)
        booked = booking.accept(offer_id=self.get_object().pk, by=user, now=timezone.now())
        visit = Appointment.objects.select_related("patient", "practitioner", "service_request__service")
        return Response(AppointmentOutput(visit.get(pk=booked.pk), context={"reader": user}).data, status=201)

    @extend_schema(request=Nothing, responses=WaitlistOfferOutput)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, **_kwargs: Any) -> Response:
        """Say no; the time goes to the next person, and the case stays on the list."""
        read(Nothing, request)
        waitlist.decline(offer_id=self.get_object().pk, by=signed_in(request), now=timezone.now())
        return Response(WaitlistOfferOutput(self.get_object()).data)
