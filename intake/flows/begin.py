"""
A patient begins to answer a published questionnaire, outside of a service line's own steps.

Refusal
├── NotAPatient      (NotAllowed)
└── NotPublished     (Invalid)   no version of this questionnaire is published under that name
"""

from datetime import datetime

from django.utils.translation import gettext, gettext_lazy

from config.core import audit
from config.core.errors import FieldError, Invalid, NotAllowed
from config.core.flow import flow
from config.core.models import AuditAction, User
from intake.models import Patient, Questionnaire, QuestionnaireResponse


class NotAPatient(NotAllowed):
    """Register a patient's record first; only patients answer."""

    code = "not-a-patient"
    title = gettext_lazy("Only a patient can answer")


class NotPublished(Invalid):
    """Search for a published version of the questionnaire and name that."""

    code = "not-published"
    title = gettext_lazy("This questionnaire is not published")


@flow
def begin(*, canonical: str, by: User, now: datetime) -> QuestionnaireResponse:
    """
    Begin an empty response of one's own.

    canonical  `url|version`, or a url alone for the version that is published now
    Writes     QuestionnaireResponse `in-progress`, StatusChange, AuditEvent
    Raises     NotAPatient, NotPublished
    Source     FHIR R4 QuestionnaireResponse.questionnaire; docs/flows.md, row "answer"
    """
    patient = Patient.objects.visible_to(by).first()
    if patient is None:
        raise NotAPatient(gettext("Only somebody who is registered as a patient can answer."))
    url, _, version = canonical.partition("|")
    published = Questionnaire.objects.published().filter(url=url)
    questionnaire = (published.filter(version=version) if version else published).first()
    if questionnaire is None:
        words = gettext("No version of this questionnaire is published under that name.")
        raise NotPublished(words, errors=[FieldError("QuestionnaireResponse.questionnaire", "not-published", words)])

    made = QuestionnaireResponse.objects.create(questionnaire=questionnaire, patient=patient)

    audit.status_changed(made, old="", new=made.status, by=by, now=now)
    audit.record(
        event="intake.response.begun", action=AuditAction.CREATE, entity=made, by=by, now=now, patient_id=patient.pk,
        detail={"questionnaire": questionnaire.canonical},
    )  # fmt: skip
    return made
