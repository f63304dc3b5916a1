"""Addresses of the pages of safety alerts, under /clinic/."""

from django.urls import path

from consultations.html import safety_alerts, safety_roster

app_name = "safety"
urlpatterns = [
    path("alerts/", safety_alerts.alerts, name="alerts"),
    path("alerts/<uuid:escalation_id>/", safety_alerts.alert, name="alert"),
    path("alerts/<uuid:escalation_id>/acknowledge/", safety_alerts.acknowledge_alert, name="acknowledge"),
    path("alerts/<uuid:escalation_id>/called/", safety_alerts.called, name="called"),
    path("on-call/", safety_roster.rosters, name="rosters"),
    path("on-call/<slug:service>/", safety_roster.roster_of, name="roster"),
    path("on-call/<slug:service>/put/", safety_roster.put_on_call, name="put-on-call"),
    path("on-call/<slug:service>/chain/", safety_roster.set_chain, name="set-chain"),
    path("on-call/<slug:service>/<uuid:on_call_id>/off/", safety_roster.take_off, name="take-off-call"),
]
