"""The smallest valid rows of the intake app."""

import hashlib
import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import factory

from intake.domain.codes import FlagStatus, QuestionnaireStatus, Severity, SexAtBirth
from intake.models import (
    Consent,
    ConsentDocument,
    Flag,
    FlagRule,
    Patient,
    Questionnaire,
    QuestionnaireResponse,
    ServiceQuestionnaire,
)
from tests.factories.core import UserFactory
from tests.factories.providers import HealthcareServiceFactory

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
SYSTEM = "https://anteroom.example/fhir/CodeSystem/intake"


def sha256(text):
    """Return the digest that rows keep beside a text."""
    return hashlib.sha256(text.encode()).hexdigest()


class PatientFactory(factory.django.DjangoModelFactory):
    """A patient in New York."""

    class Meta:
        model = Patient

    user = factory.SubFactory(UserFactory)
    given_name = "Grace"
    family_name = factory.Sequence("Sample{}".format)
    birth_date = date(1985, 3, 8)
    sex_at_birth = SexAtBirth.FEMALE
    phone = "+12125550123"
    state = "NY"
    time_zone = ZoneInfo("America/New_York")


class ConsentDocumentFactory(factory.django.DjangoModelFactory):
    """A text to sign."""

    class Meta:
        model = ConsentDocument

    slug = factory.Sequence("telehealth-{}".format)
    version = "1.0.0"
    title = "Telehealth consent"
    body = "You agree to be seen **by video**."
    sha256 = factory.LazyAttribute(lambda document: sha256(document.body))


class ConsentFactory(factory.django.DjangoModelFactory):
    """A signature in force."""

    class Meta:
        model = Consent

    patient = factory.SubFactory(PatientFactory)
    document = factory.SubFactory(ConsentDocumentFactory)
    document_sha256 = factory.SelfAttribute("document.sha256")
    signed_name = "Grace Sample"
    signed_at = NOW
    signed_by = factory.SelfAttribute("patient.user")


def coding(code, display):
    """Return an answer option."""
    return {"valueCoding": {"system": SYSTEM, "code": code, "display": display}}


SLEEP = {
    "resourceType": "Questionnaire",
    "url": "https://anteroom.example/fhir/Questionnaire/sleep",
    "version": "1.0.0",
    "name": "Sleep",
    "title": "Your sleep",
    "status": "active",
    "item": [
        {
            "linkId": "night-page",
            "type": "group",
            "text": "Your nights",
            "item": [
                {"linkId": "hours", "type": "integer", "text": "How many hours do you sleep?", "required": True},
                {"linkId": "snores", "type": "boolean", "text": "Do you snore?", "required": True},
                {
                    "linkId": "snores-since",
                    "type": "string",
                    "text": "Since when?",
                    "required": True,
                    "maxLength": 50,
                    "enableWhen": [{"question": "snores", "operator": "=", "answerBoolean": True}],
                },
            ],
        },
        {
            "linkId": "mood-page",
            "type": "group",
            "text": "Your mood",
            "item": [
                {
                    "linkId": "harm",
                    "type": "choice",
                    "text": "Do you think of harming yourself?",
                    "required": True,
                    "answerOption": [coding("no", "No"), coding("yes", "Yes")],
                },
                {
                    "linkId": "medicine",
                    "type": "group",
                    "repeats": True,
                    "text": "Medicine",
                    "item": [
                        {"linkId": "medicine-name", "type": "string", "text": "Name", "required": True},
                        {"linkId": "medicine-dose", "type": "string", "text": "Dose"},
                    ],
                },
                {"linkId": "born", "type": "date", "text": "When did it begin?"},
            ],
        },
    ],
}


class QuestionnaireFactory(factory.django.DjangoModelFactory):
    """A published version of two pages, with a question behind a question and a repeating group."""

    class Meta:
        model = Questionnaire

    url = factory.Sequence("https://anteroom.example/fhir/Questionnaire/sleep-{}".format)
    version = "1.0.0"
    title = "Your sleep"
    status = QuestionnaireStatus.ACTIVE
    definition = factory.LazyAttribute(lambda row: {**SLEEP, "url": row.url, "version": row.version})
    source = factory.LazyAttribute(lambda row: json.dumps(row.definition))
    sha256 = factory.LazyAttribute(lambda row: sha256(row.source))


class ServiceQuestionnaireFactory(factory.django.DjangoModelFactory):
    """A questionnaire asked first by a service."""

    class Meta:
        model = ServiceQuestionnaire

    service = factory.SubFactory(HealthcareServiceFactory)
    url = factory.Sequence("https://anteroom.example/fhir/Questionnaire/sleep-{}".format)
    position = 1


class QuestionnaireResponseFactory(factory.django.DjangoModelFactory):
    """An empty response in progress."""

    class Meta:
        model = QuestionnaireResponse

    questionnaire = factory.SubFactory(QuestionnaireFactory)
    patient = factory.SubFactory(PatientFactory)


class FlagRuleFactory(factory.django.DjangoModelFactory):
    """The rule that somebody thinks of harming themselves: a crisis."""

    class Meta:
        model = FlagRule

    service = factory.SubFactory(HealthcareServiceFactory)
    code = factory.Sequence("harm-{}".format)
    version = "1.0.0"
    questionnaire_url = factory.Sequence("https://anteroom.example/fhir/Questionnaire/sleep-{}".format)
    severity = Severity.EMERGENCY
    expression = "repeat(item).where(linkId = 'harm').answer.value.where(code = 'yes').exists()"
    is_crisis = True
    clinician_text = "Thoughts of self-harm."
    evidence = ["harm"]


class FlagFactory(factory.django.DjangoModelFactory):
    """A flag that nobody has acknowledged."""

    class Meta:
        model = Flag

    response = factory.SubFactory(QuestionnaireResponseFactory)
    patient = factory.SelfAttribute("response.patient")
    rule = factory.SubFactory(FlagRuleFactory)
    severity = Severity.EMERGENCY
    status = FlagStatus.ACTIVE
    revision = 1
    raised_at = NOW
