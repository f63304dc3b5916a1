"""Addresses of the clinic's endpoints, under /api/v1/."""

from typing import Any

from django.urls import path

from config.core.api import ApiView
from consultations.api.message_ledger import MessageFigures, Messages
from consultations.api.message_plans import (
    MessagePlanCheck,
    MessagePlanRestore,
    MessagePlans,
    MessagePlanVersions,
    OneMessagePlan,
)
from consultations.api.message_words import (
    MessageWordsCheck,
    MessageWordsList,
    MessageWordsRestore,
    MessageWordsVersions,
    OneMessageWords,
)
from consultations.api.overrides import PolicyOverrides
from consultations.api.plans import (
    CarePlans,
    CaseDetermination,
    DeterminationCarePlan,
    DeterminationSignature,
    EncounterDetermination,
)
from consultations.api.rearrange import (
    AskToMove,
    BrokenPromises,
    ClockChanges,
    EndingLicences,
    KeepPromise,
    Proposals,
    VisitsToMove,
)
from consultations.api.review import Acknowledgement, Answer, ReviewTasks, ShiftEnd, ShiftGoOn, ShiftPause
from consultations.api.safety import Alerts, Chain, Flags, OnCallPeriods
from consultations.api.visits import CheckIn, Encounters, NoShow, RunLate

_LIST: dict[str, Any] = {"get": "list"}
_ONE: dict[str, Any] = {"get": "retrieve"}
_TASK_ACTIONS = (
    "claim", "renew", "note", "release", "ask-patient", "accept", "decline", "refer", "sign-off", "send-back",
    "hand-over", "reassign",
)  # fmt: skip
_WORDS_ACTIONS: dict[str, type[ApiView]] = {
    "check": MessageWordsCheck,
    "versions": MessageWordsVersions,
    "restore": MessageWordsRestore,
}
_PLAN_ACTIONS: dict[str, type[ApiView]] = {
    "check": MessagePlanCheck,
    "versions": MessagePlanVersions,
    "restore": MessagePlanRestore,
}

app_name = "consultations-clinic-api"
urlpatterns = [
    path("review-tasks/", ReviewTasks.as_view(_LIST), name="review-tasks"),
    path("review-tasks/claim-next/", ReviewTasks.as_view({"post": "claim_next"}), name="claim-next"),
    path("review-tasks/<uuid:pk>/", ReviewTasks.as_view(_ONE), name="review-task"),
    *(
        path(
            f"review-tasks/<uuid:pk>/{verb}/",
            ReviewTasks.as_view({"post": verb.replace("-", "_")}),
            name=f"review-task-{verb}",
        )
        for verb in _TASK_ACTIONS
    ),
    path(
        "review-tasks/<uuid:pk>/referral-options/",
        ReviewTasks.as_view({"get": "referral_options"}),
        name="referral-options",
    ),
    path("review-shift/pause/", ShiftPause.as_view(), name="shift-pause"),
    path("review-shift/go-on/", ShiftGoOn.as_view(), name="shift-go-on"),
    path("review-shift/end/", ShiftEnd.as_view(), name="shift-end"),
    path("flags/", Flags.as_view(_LIST), name="flags"),
    path("flags/<uuid:pk>/", Flags.as_view(_ONE), name="flag"),
    path("alerts/", Alerts.as_view(_LIST), name="alerts"),
    path("alerts/<uuid:pk>/", Alerts.as_view(_ONE), name="alert"),
    path("alerts/<uuid:pk>/called/", Alerts.as_view({"post": "called"}), name="alert-called"),
    path("on-call/", OnCallPeriods.as_view({"get": "list", "post": "put"}), name="on-call"),
    path("on-call/<uuid:pk>/", OnCallPeriods.as_view({**_ONE, "delete": "take_off"}), name="on-call-period"),
    path("chains/<uuid:pk>/", Chain.as_view(), name="chain"),
    path("flags/<uuid:pk>/acknowledge/", Acknowledgement.as_view(), name="acknowledge-flag"),
    path("service-requests/<uuid:pk>/answer/", Answer.as_view(), name="answer-ask"),
    path("appointments/<uuid:pk>/check-in/", CheckIn.as_view(), name="check-in"),
    path("appointments/<uuid:pk>/no-show/", NoShow.as_view(), name="no-show"),
    path("appointments/<uuid:pk>/run-late/", RunLate.as_view(), name="run-late"),
    path("appointments/<uuid:pk>/proposals/", Proposals.as_view(), name="proposals"),
    path("appointments/<uuid:pk>/ask-to-move/", AskToMove.as_view(), name="ask-to-move"),
    path("appointments/<uuid:pk>/keep-promise/", KeepPromise.as_view(), name="keep-promise"),
    path("policy-overrides/", PolicyOverrides.as_view(_LIST), name="policy-overrides"),
    path("visits-to-move/", VisitsToMove.as_view(), name="visits-to-move"),
    path("ending-licences/", EndingLicences.as_view(), name="ending-licences"),
    path("broken-promises/", BrokenPromises.as_view(), name="broken-promises"),
    path("clock-changes/", ClockChanges.as_view(), name="clock-changes"),
    path("messages/", Messages.as_view(_LIST), name="messages"),
    path("messages/figures/", MessageFigures.as_view(), name="message-figures"),
    path("messages/<uuid:pk>/", Messages.as_view(_ONE), name="message"),
    path("messages/<uuid:pk>/send-again/", Messages.as_view({"post": "send_again"}), name="send-again"),
    path("message-words/", MessageWordsList.as_view(), name="message-words"),
    path("message-words/<slug:channel>/<slug:name>/", OneMessageWords.as_view(), name="one-message-words"),
    *(
        path(f"message-words/<slug:channel>/<slug:name>/{verb}/", view.as_view(), name=f"message-words-{verb}")
        for verb, view in _WORDS_ACTIONS.items()
    ),
    path("message-plans/", MessagePlans.as_view(), name="message-plans"),
    path("message-plans/<slug:service>/<slug:kind>/", OneMessagePlan.as_view(), name="one-message-plan"),
    *(
        path(f"message-plans/<slug:service>/<slug:kind>/{verb}/", view.as_view(), name=f"message-plan-{verb}")
        for verb, view in _PLAN_ACTIONS.items()
    ),
    path("encounters/", Encounters.as_view(_LIST), name="encounters"),
    path("encounters/<uuid:pk>/", Encounters.as_view(_ONE), name="encounter"),
    path("encounters/<uuid:pk>/begin/", Encounters.as_view({"post": "begin"}), name="begin"),
    path("encounters/<uuid:pk>/finish/", Encounters.as_view({"post": "finish"}), name="finish"),
    path("encounters/<uuid:pk>/determination/", EncounterDetermination.as_view(), name="determination"),
    path("service-requests/<uuid:pk>/determination/", CaseDetermination.as_view(), name="case-determination"),
    path("determinations/<uuid:pk>/sign/", DeterminationSignature.as_view(), name="sign-determination"),
    path("determinations/<uuid:pk>/care-plan/", DeterminationCarePlan.as_view(), name="write-care-plan"),
    path("care-plans/", CarePlans.as_view(_LIST), name="care-plans"),
    path("care-plans/<uuid:pk>/", CarePlans.as_view(_ONE), name="care-plan"),
    path("care-plans/<uuid:pk>/revise/", CarePlans.as_view({"post": "revise"}), name="revise-care-plan"),
    path("care-plans/<uuid:pk>/sign/", CarePlans.as_view({"post": "sign"}), name="sign-care-plan"),
    path(
        "care-plans/<uuid:pk>/activities/<uuid:activity_pk>/done/",
        CarePlans.as_view({"post": "activity_done"}),
        name="activity-done",
    ),
]
