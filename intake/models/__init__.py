"""Rows of the intake app."""

from intake.models.attachment import Attachment
from intake.models.consent import Consent, ConsentDocument
from intake.models.flag import Flag, FlagRule
from intake.models.patient import Patient
from intake.models.questionnaire import Questionnaire, ServiceQuestionnaire
from intake.models.response import Answer, QuestionnaireResponse

__all__ = [
    "Answer",
    "Attachment",
    "Consent",
    "ConsentDocument",
    "Flag",
    "FlagRule",
    "Patient",
    "Questionnaire",
    "QuestionnaireResponse",
    "ServiceQuestionnaire",
]
