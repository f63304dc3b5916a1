"""Addresses of the clinic's pages, under /clinic/."""

from django.urls import path

from consultations.html import (
    clinic_booked,
    clinic_case,
    clinic_clocks,
    clinic_determination,
    clinic_plans,
    clinic_queue,
    clinic_rearrange,
    clinic_visits,
    clinic_workload,
    message_board,
    message_plans,
    message_words,
)
from consultations.html.clinic_files import case_file

app_name = "clinic"
urlpatterns = [
    path("messages/", message_board.message_board, name="message-board"),
    path("messages/words/", message_words.message_words, name="message-words"),
    path("messages/words/<slug:channel>/<slug:stem>/", message_words.edit_message_words, name="message-words-edit"),
    path(
        "messages/words/<slug:channel>/<slug:stem>/restore/",
        message_words.restore_message_words,
        name="message-words-restore",
    ),
    path("messages/plans/", message_plans.message_plans, name="message-plans"),
    path("messages/plans/<slug:slug>/<slug:kind>/", message_plans.edit_message_plan, name="message-plan-edit"),
    path(
        "messages/plans/<slug:slug>/<slug:kind>/restore/",
        message_plans.restore_message_plan,
        name="message-plan-restore",
    ),
    path("queue/", clinic_queue.queue, name="queue"),
    path("queue/live/", clinic_queue.live, name="queue-live"),
    path("queue/shift/<slug:step>/", clinic_queue.change_shift, name="shift"),
    path("queue/next/", clinic_queue.claim_next, name="claim-next"),
    path("cases/<uuid:task_id>/", clinic_case.case, name="case"),
    path("cases/<uuid:task_id>/claim/", clinic_queue.claim, name="claim"),
    path(
        "cases/<uuid:task_id>/flags/<uuid:flag_id>/acknowledge/", clinic_case.acknowledge_flag, name="acknowledge-flag"
    ),
    path("cases/<uuid:task_id>/reassign/", clinic_case.reassign_case, name="reassign"),
    path("cases/<uuid:task_id>/files/<uuid:attachment_id>/", case_file, name="case-file"),
    path("cases/<uuid:task_id>/determination/", clinic_determination.case_determination, name="case-determination"),
    path("cases/<uuid:task_id>/<slug:step>/", clinic_case.take_step, name="step"),
    path("workload/", clinic_workload.show_workload, name="workload"),
    path("rearrange/", clinic_rearrange.rearrange_visits, name="rearrange"),
    path("rearrange/<uuid:appointment_id>/", clinic_rearrange.rearrange_visit, name="rearrange-visit"),
    path("booked/", clinic_booked.booked_visits, name="booked"),
    path("booked/<uuid:appointment_id>/", clinic_booked.booked_visit, name="booked-visit"),
    path("booked/<uuid:appointment_id>/cancel/", clinic_booked.cancel_booked, name="cancel-booked"),
    path("booked/<uuid:appointment_id>/move/", clinic_booked.move_booked, name="move-booked"),
    path("clocks/", clinic_clocks.clocks, name="clocks"),
    path("clocks/<uuid:appointment_id>/", clinic_clocks.keep, name="keep-promise"),
    path("visits/", clinic_visits.visits, name="visits"),
    path("visits/<uuid:appointment_id>/", clinic_visits.visit, name="visit"),
    path("visits/<uuid:appointment_id>/begin/", clinic_visits.begin, name="begin"),
    path("visits/<uuid:appointment_id>/finish/", clinic_visits.finish, name="finish"),
    path("visits/<uuid:appointment_id>/late/", clinic_visits.run_late, name="run-late"),
    path("visits/<uuid:appointment_id>/no-show/", clinic_visits.no_show, name="no-show"),
    path("visits/<uuid:appointment_id>/determination/", clinic_determination.determination, name="determination"),
    path(
        "determinations/<uuid:determination_id>/sign/",
        clinic_determination.sign_determination,
        name="sign-determination",
    ),
    path("determinations/<uuid:determination_id>/care-plan/", clinic_plans.care_plan, name="care-plan"),
    path("care-plans/<uuid:care_plan_id>/sign/", clinic_plans.sign_plan, name="sign-plan"),
]
