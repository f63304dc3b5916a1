"""What a mail provider tells is believed when it knows the secret, and written down."""

import base64
import json

import pytest
from django.core import mail as outbox
from django.test import Client

from consultations.adapters.mail import connected
from consultations.domain.codes import Channel, CommunicationKind, CommunicationStatus, WishSource
from consultations.models import Communication, CommunicationPreference
from consultations.queries import letters
from tests.factories.consultations import AppointmentFactory
from tests.factories.providers import NOW

pytestmark = pytest.mark.django_db
Status = CommunicationStatus
SECRET = "who:knows"


@pytest.fixture(autouse=True)
def provider(settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    settings.TEXT_MESSAGES = "twilio"


@pytest.fixture
def mail():
    visit = AppointmentFactory()
    preference = CommunicationPreference.objects.locked(visit.patient.user)
    CommunicationPreference.objects.filter(pk=preference.pk).update(texts_wanted_at=NOW)
    Communication.objects.plan(
        subject=visit,
        kind=CommunicationKind.VISIT_IN_A_DAY,
        recipient_id=visit.patient.user_id,
        due_at=NOW,
        channel=Channel.EMAIL,
    )
    Communication.objects.update(status=Status.COMPLETED, sent_at=NOW)
    return Communication.objects.get()


def tell(mail, record, *, secret=SECRET, **more):
    """Tell as Postmark does, which gives back what was sent along."""
    body = {"RecordType": record, "Metadata": {"communication": str(mail.pk)}, "MessageID": "1", **more}
    browser = Client(enforce_csrf_checks=True)
    credentials = base64.b64encode(secret.encode()).decode()
    return browser.post(
        "/hooks/mail/postmark/",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Basic {credentials}"},
    )


def bounce(mail, **more):
    return tell(
        mail, "Bounce", Type="HardBounce", TypeCode=1, Email="p@example.com", BouncedAt="2026-06-01T12:00:00Z", **more
    )


def test_a_mail_that_bounced_goes_as_a_text(mail):
    assert bounce(mail).status_code == 200

    mail.refresh_from_db()
    assert (mail.status, mail.status_reason) == (Status.NOT_DONE, "mail-bounced")
    assert Communication.objects.get(channel=Channel.SMS).status == Status.PREPARATION


def test_being_told_twice_plans_one_text(mail):
    bounce(mail)
    bounce(mail)

    assert Communication.objects.count() == 2


def test_who_complains_gets_no_optional_mails_any_more(mail):
    tell(mail, "SpamComplaint", Email="p@example.com", BouncedAt="2026-06-01T12:00:00Z")

    preference = CommunicationPreference.objects.get()
    assert (preference.unsubscribed_at, preference.unsubscribed_source) == (NOW, WishSource.VENDOR)


def test_a_mail_that_arrived_is_known_to_have(mail):
    tell(mail, "Delivery", Recipient="p@example.com", DeliveredAt="2026-06-01T12:00:00Z")

    mail.refresh_from_db()
    assert mail.delivered_at == NOW


def test_without_the_secret_nobody_is_believed(mail):
    assert tell(mail, "Bounce", secret="somebody:else", Type="HardBounce").status_code == 400

    mail.refresh_from_db()
    assert mail.status == Status.COMPLETED


def test_our_mails_carry_what_the_provider_gives_back(mail):
    with connected() as send:
        send(letters.compose(mail))

    assert outbox.outbox[-1].metadata == {"communication": str(mail.pk)}
