"""The carrier of text messages calls, signed; everybody else is refused."""

import pytest
from django.test import Client

from consultations.adapters import sms
from consultations.domain.codes import AttendanceAnswer, Channel, CommunicationKind, CommunicationStatus, WishSource
from consultations.models import AttendanceReply, Communication, CommunicationPreference
from tests.factories.consultations import AppointmentFactory
from tests.factories.providers import NOW

pytestmark = pytest.mark.django_db
Status = CommunicationStatus


@pytest.fixture(autouse=True)
def texts(settings):
    settings.TEXT_MESSAGES, settings.TWILIO_AUTH_TOKEN = "twilio", "not-a-secret"
    settings.SITE_URL = "https://clinic.example"


@pytest.fixture
def text():
    """Return a text that was sent and asks a patient whether they will come."""
    visit = AppointmentFactory()
    preference = CommunicationPreference.objects.locked(visit.patient.user)
    CommunicationPreference.objects.filter(pk=preference.pk).update(texts_wanted_at=NOW)
    Communication.objects.plan(
        subject=visit, kind=CommunicationKind.VISIT_IN_A_DAY, recipient_id=visit.patient.user_id, due_at=NOW
    )
    Communication.objects.update(status=Status.COMPLETED, sent_at=NOW, provider_message_id="SM1")
    return Communication.objects.get()


def call(path, **fields):
    words = "".join(f"{name}{fields[name]}" for name in sorted(fields))
    signature = sms.sign(f"https://clinic.example{path}{words}")
    return Client(enforce_csrf_checks=True).post(path, fields, headers={"X-Twilio-Signature": signature})


def status(text, word, code=""):
    return call(f"/hooks/texts/{text.pk}/", MessageStatus=word, MessageSid="SM1", ErrorCode=code)


def answer(text, body):
    return call("/hooks/texts/", From=str(text.recipient.patient.phone), Body=body)


@pytest.mark.parametrize("signature", ["", "AAAA", "L/OH5YylLD5NRKLltdqwSvS0BnU="])
def test_an_unsigned_call_is_refused(text, signature):
    fields = {"From": str(text.recipient.patient.phone), "Body": "STOP"}
    answered = Client().post("/hooks/texts/", fields, headers={"X-Twilio-Signature": signature})

    assert answered.status_code == 403
    assert CommunicationPreference.objects.get().texts_stopped_at is None


def test_without_a_secret_nobody_is_believed(text, settings):
    settings.TWILIO_AUTH_TOKEN = ""

    assert answer(text, "STOP").status_code == 403


def test_a_text_that_arrived_is_known_to_have(text):
    assert status(text, "delivered").status_code == 204
    assert status(text, "sent").status_code == 204

    text.refresh_from_db()
    assert text.delivered_at == NOW
    assert text.status == Status.COMPLETED


def test_a_text_that_did_not_arrive_goes_as_a_mail(text):
    status(text, "undelivered", "30005")

    text.refresh_from_db()
    assert (text.status, text.status_reason) == (Status.NOT_DONE, "sms-30005")
    assert Communication.objects.get(channel=Channel.EMAIL).status == Status.PREPARATION


def test_being_told_twice_changes_nothing_more(text):
    status(text, "undelivered", "30005")
    status(text, "undelivered", "30005")
    status(text, "delivered")

    assert sorted(Communication.objects.values_list("channel", "status")) == [
        (Channel.EMAIL, Status.PREPARATION),
        (Channel.SMS, Status.NOT_DONE),
    ]


def test_a_text_whose_fate_was_unknown_is_settled(text):
    Communication.objects.update(status=Status.UNKNOWN, sent_at=None)

    status(text, "sent")

    text.refresh_from_db()
    assert text.status == Status.COMPLETED


@pytest.mark.parametrize("body", ["STOP", "stop", " Stop. ", "Unsubscribe", "CANCEL", "Alto"])
def test_stop_ends_texts_and_says_nothing_more(text, body):
    answered = answer(text, body)

    preference = CommunicationPreference.objects.get()
    assert (preference.texts_stopped_at, preference.texts_stopped_source) == (NOW, WishSource.REPLY)
    assert b"<Message>" not in answered.content


def test_start_begins_texts_again(text):
    answer(text, "STOP")
    answered = answer(text, "START")

    assert CommunicationPreference.objects.get().texts_stopped_at is None
    assert b"You get text messages from" in answered.content


def test_start_makes_nobody_a_receiver_of_texts_who_never_was(text):
    CommunicationPreference.objects.update(texts_wanted_at=None)

    answer(text, "START")

    assert CommunicationPreference.objects.get().texts_wanted_at is None


@pytest.mark.parametrize("body", ["YES", "Sí", "1"])
def test_yes_means_that_they_will_come(text, body):
    answered = answer(text, body)

    assert AttendanceReply.objects.get().answer == AttendanceAnswer.ACCEPTED
    assert b"We look forward to seeing you" in answered.content


@pytest.mark.parametrize("body", ["Please call me", "I want to die", "YES but later", ""])
def test_anything_else_is_told_whom_to_call(text, body):
    answered = answer(text, body)

    assert not AttendanceReply.objects.exists()
    assert b"In an emergency call 911" in answered.content


def test_yes_to_nothing_is_told_whom_to_call(text):
    Communication.objects.update(subject_revision=7)

    assert b"Nobody reads answers" in answer(text, "YES").content


def test_a_stranger_learns_nothing(text):
    answered = call("/hooks/texts/", From="+12125550199", Body="YES")

    assert b"Nobody reads answers" in answered.content
