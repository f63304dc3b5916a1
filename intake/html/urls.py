"""Addresses of the pages of intake."""

from django.urls import path

from intake.html import authoring
from intake.html.answering import questions, start_questions
from intake.html.consents import consents, sign_consent, withdraw_consent
from intake.html.files import read_file
from intake.html.person import change_details, register
from intake.html.preview import preview_questionnaire, read_consent
from intake.html.review import review_answers

app_name = "intake"
urlpatterns = [
    path("register/", register, name="register"),
    path("details/", change_details, name="details"),
    path("consent/", consents, name="consents"),
    path("consent/<uuid:document_id>/", sign_consent, name="sign-consent"),
    path("consent/<uuid:consent_id>/withdraw/", withdraw_consent, name="withdraw-consent"),
    path("consent/<uuid:document_id>/read/", read_consent, name="read-consent"),
    path("questionnaires/", authoring.questionnaires, name="questionnaires"),
    path("questionnaires/<uuid:questionnaire_id>/check/", authoring.draft, name="draft"),
    path("questionnaires/<uuid:questionnaire_id>/publish/", authoring.publish_draft, name="publish-draft"),
    path("questionnaires/<uuid:questionnaire_id>/source.json", authoring.source_of, name="questionnaire-source"),
    path("questionnaires/<uuid:questionnaire_id>/", preview_questionnaire, name="preview-questionnaire"),
    path("files/<uuid:attachment_id>/", read_file, name="file"),
    path("questions/<uuid:response_id>/", start_questions, name="start-questions"),
    path("questions/<uuid:response_id>/review/", review_answers, name="review-answers"),
    path("questions/<uuid:response_id>/<int:number>/", questions, name="questions"),
]
