"""Addresses of the pages about hours, under /clinic/."""

from django.urls import path

from providers.html import calendar, explain, hours, schedules

app_name = "providers"
urlpatterns = [
    path("schedules/", schedules.schedules, name="schedules"),
    path("schedules/day/", schedules.schedules_of_day, name="schedules-of-day"),
    path("schedules/explain/", explain.explain_time, name="explain-time"),
    path("schedules/change/", schedules.change_hours, name="change-hours"),
    path("schedules/change/<uuid:exception_id>/withdraw/", schedules.withdraw_change, name="withdraw-change"),
    path("schedules/<uuid:practitioner_id>/", hours.hours, name="hours-of"),
    path("schedules/<uuid:practitioner_id>/edit/", hours.edit_hours, name="publish-hours-of"),
    path("schedules/<uuid:practitioner_id>/edit/<uuid:schedule_id>/", hours.edit_hours, name="edit-hours-of"),
    path("hours/", hours.hours, name="hours"),
    path("hours/edit/", hours.edit_hours, name="publish-hours"),
    path("hours/edit/<uuid:schedule_id>/", hours.edit_hours, name="edit-hours"),
    path("hours/<uuid:practitioner_id>/calendar/", calendar.make_calendar, name="make-calendar"),
    path("hours/<uuid:practitioner_id>/calendar/revoke/", calendar.revoke_calendar, name="revoke-calendar"),
    path("hours/<uuid:practitioner_id>/calendars/", calendar.connect_calendar, name="connect-calendar"),
    path("hours/calendars/<uuid:calendar_id>/remove/", calendar.disconnect_calendar, name="disconnect-calendar"),
    path("calendar/<str:token>.ics", calendar.read_calendar, name="read-calendar"),
]
