"""Addresses of the providers' endpoints, under /api/v1/."""

from typing import Any

from django.urls import path

from providers.api.availability import Availability, Explanation, NextTimes, Starts
from providers.api.calendars import CalendarFeeds, ExternalCalendars
from providers.api.practitioners import OneQualification, Practitioners, Qualifications
from providers.api.schedules import ScheduleExceptions, Schedules
from providers.api.services import Services

_LIST: dict[str, Any] = {"get": "list"}
_OPEN: dict[str, Any] = {"get": "list", "post": "create"}
_ONE: dict[str, Any] = {"get": "retrieve"}
_CHANGEABLE: dict[str, Any] = {"get": "retrieve", "put": "update"}

app_name = "providers-api"
urlpatterns = [
    path("services/", Services.as_view(_LIST), name="services"),
    path("services/<slug:slug>/", Services.as_view(_ONE), name="service"),
    path("availability/", Availability.as_view(), name="availability"),
    path("availability/starts/", Starts.as_view(), name="availability-starts"),
    path("availability/next/", NextTimes.as_view(), name="availability-next"),
    path("availability/explain/", Explanation.as_view(), name="availability-explain"),
    path("practitioners/", Practitioners.as_view(_OPEN), name="practitioners"),
    path("practitioners/<uuid:pk>/", Practitioners.as_view(_CHANGEABLE), name="practitioner"),
    path("practitioners/<uuid:pk>/retire/", Practitioners.as_view({"post": "retire"}), name="practitioner-retire"),
    path(
        "practitioners/<uuid:pk>/roles/",
        Practitioners.as_view({"get": "roles", "post": "roles"}),
        name="practitioner-roles",
    ),
    path("practitioners/<uuid:practitioner_id>/qualifications/", Qualifications.as_view(), name="qualifications"),
    path(
        "practitioners/<uuid:practitioner_id>/qualifications/<uuid:qualification_id>/",
        OneQualification.as_view(),
        name="qualification",
    ),
    path("practitioners/<uuid:practitioner_id>/calendar-feed/", CalendarFeeds.as_view(), name="calendar-feed"),
    path("external-calendars/", ExternalCalendars.as_view(_OPEN), name="external-calendars"),
    path(
        "external-calendars/<uuid:pk>/",
        ExternalCalendars.as_view({"get": "retrieve", "delete": "destroy"}),
        name="external-calendar",
    ),
    path("schedules/", Schedules.as_view(_OPEN), name="schedules"),
    path("schedules/<uuid:pk>/", Schedules.as_view(_CHANGEABLE), name="schedule"),
    path("schedules/<uuid:pk>/retire/", Schedules.as_view({"post": "retire"}), name="schedule-retire"),
    path("schedule-exceptions/", ScheduleExceptions.as_view(_OPEN), name="schedule-exceptions"),
    path("schedule-exceptions/<uuid:pk>/", ScheduleExceptions.as_view(_ONE), name="schedule-exception"),
    path(
        "schedule-exceptions/<uuid:pk>/withdraw/",
        ScheduleExceptions.as_view({"post": "withdraw"}),
        name="schedule-exception-withdraw",
    ),
]
