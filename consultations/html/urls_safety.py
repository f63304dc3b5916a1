"""Addresses of the pages of safety alerts, under /clinic/."""

from django.urls import path

from consultations.html import safety_alerts

app_name = "safety"
urlpatterns = [
    path("alerts/", safety_alerts.alerts, name="alerts"),
    path("alerts/<uuid:escalation_id>/", safety_alerts.alert, name="alert"),
    path("alerts/<uuid:escalation_id>/acknowledge/", safety_alerts.acknowledge_alert, name="acknowledge"),
    path("alerts/<uuid:escalation_id>/called/", safety_alerts.called, name="called"),
]
