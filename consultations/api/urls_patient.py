"""Addresses of the patient's half of the consultations endpoints, under /api/v1/."""

from typing import Any

from django.urls import path

from consultations.api.appointments import AnyAccept, Appointments
from consultations.api.holds import Hold, Holds
from consultations.api.messages import MessagePreferences, PushDevices
from consultations.api.requests import ServiceRequests
from consultations.api.responses import ReviewableResponses
from consultations.api.waitlist import Waitlist, WaitlistOffers

_OPEN: dict[str, Any] = {"get": "list", "post": "create"}
_ONE: dict[str, Any] = {"get": "retrieve"}


def _post(name: str) -> dict[str, Any]:
    return {"post": name}


app_name = "consultations-patient-api"
urlpatterns = [
    path("service-requests/", ServiceRequests.as_view(_OPEN), name="service-requests"),
    path("service-requests/<uuid:pk>/", ServiceRequests.as_view(_ONE), name="service-request"),
    path("service-requests/<uuid:pk>/submit/", ServiceRequests.as_view(_post("submit")), name="submit"),
    path("service-requests/<uuid:pk>/withdraw/", ServiceRequests.as_view(_post("withdraw")), name="withdraw"),
    path("service-requests/<uuid:pk>/wait/", ServiceRequests.as_view({"get": "wait"}), name="wait"),
    # Before intake's own address: reviewers may read the answers of their cases.
    path("questionnaire-responses/<uuid:pk>/", ReviewableResponses.as_view(_ONE), name="response"),
    path("holds/", Holds.as_view(), name="holds"),
    path("holds/<uuid:hold_id>/", Hold.as_view(), name="hold"),
    path("appointments/", Appointments.as_view(_OPEN), name="appointments"),
    path("appointments/<uuid:pk>/", Appointments.as_view(_ONE), name="appointment"),
    path(
        "appointments/<uuid:pk>/calendar.ics",
        Appointments.as_view({"get": "calendar"}, content_negotiation_class=AnyAccept),
        name="appointment-calendar",
    ),
    path("appointments/<uuid:pk>/reschedule/", Appointments.as_view(_post("reschedule")), name="reschedule"),
    path("appointments/<uuid:pk>/cancel/", Appointments.as_view(_post("cancel")), name="cancel"),
    path("appointments/<uuid:pk>/reply/", Appointments.as_view(_post("reply")), name="reply"),
    path("message-preferences/me/", MessagePreferences.as_view(), name="message-preferences"),
    path("push-devices/", PushDevices.as_view(_OPEN), name="push-devices"),
    path("push-devices/<uuid:pk>/", PushDevices.as_view({"get": "retrieve", "delete": "destroy"}), name="push-device"),
    path("waitlist/", Waitlist.as_view(_OPEN), name="waitlist"),
    path("waitlist/<uuid:pk>/", Waitlist.as_view({"get": "retrieve", "delete": "destroy"}), name="waitlist-entry"),
    path("waitlist-offers/", WaitlistOffers.as_view({"get": "list"}), name="waitlist-offers"),
    path("waitlist-offers/<uuid:pk>/", WaitlistOffers.as_view(_ONE), name="waitlist-offer"),
    path("waitlist-offers/<uuid:pk>/accept/", WaitlistOffers.as_view(_post("accept")), name="accept-offer"),
    path("waitlist-offers/<uuid:pk>/decline/", WaitlistOffers.as_view(_post("decline")), name="decline-offer"),
]
