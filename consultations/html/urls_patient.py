"""Addresses of the patient's pages."""

from django.urls import path

from consultations.html import (
    hooks,
    mail_events,
    message_link,
    patient_cases,
    patient_home,
    patient_plans,
    patient_times,
    patient_visits,
    patient_waitlist,
    preferences,
    unsubscribe,
)

app_name = "consultations"
urlpatterns = [
    path("home/", patient_home.home, name="home"),
    path("account/messages/", preferences.message_preferences, name="message-preferences"),
    path("account/messages/devices/", preferences.add_device, name="add-device"),
    path("account/messages/devices/<uuid:device_id>/remove/", preferences.remove_device, name="remove-device"),
    path("push-worker.js", preferences.push_worker, name="push-worker"),
    path("m/<str:token>/", message_link.message_link, name="message-link"),
    path("u/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("hooks/mail/<slug:provider>/", mail_events.mail_told, name="mail-told"),
    path("hooks/texts/", hooks.text_arrived, name="text-arrived"),
    path("hooks/texts/<uuid:communication_id>/", hooks.text_status, name="text-status"),
    path("services/", patient_home.services, name="services"),
    path("services/<slug:slug>/", patient_home.service, name="service"),
    path("cases/<uuid:case_id>/", patient_cases.show_case, name="case"),
    path("cases/<uuid:case_id>/submit/", patient_cases.submit_case, name="submit-case"),
    path("cases/<uuid:case_id>/withdraw/", patient_cases.withdraw_case, name="withdraw-case"),
    path("cases/<uuid:case_id>/questions/<uuid:ask_id>/", patient_cases.answer_question, name="answer-question"),
    path("cases/<uuid:case_id>/times/", patient_times.pick_time, name="pick-time"),
    path("cases/<uuid:case_id>/times/<uuid:hold_id>/", patient_times.confirm_time, name="confirm-time"),
    path("cases/<uuid:case_id>/waitlist/", patient_waitlist.wait_for_time, name="wait-for-time"),
    path("offers/<uuid:offer_id>/", patient_waitlist.answer_offer, name="offer"),
    path("visits/<uuid:visit_id>/", patient_visits.show_visit, name="visit"),
    path("visits/<uuid:visit_id>/check-in/", patient_visits.check_in, name="check-in"),
    path("visits/<uuid:visit_id>/calendar.ics", patient_visits.visit_calendar, name="visit-calendar"),
    path("visits/<uuid:visit_id>/cancel/", patient_visits.cancel_visit, name="cancel-visit"),
    path("care-plans/", patient_plans.care_plans, name="care-plans"),
    path("care-plans/<uuid:plan_id>/", patient_plans.care_plan, name="care-plan"),
    path(
        "care-plans/<uuid:plan_id>/activities/<uuid:activity_id>/done/",
        patient_plans.activity_done,
        name="activity-done",
    ),
]
