"""What the sign-in tells people is in the ledger of messages, and no secret of it is."""

import json
import smtplib

import pytest
from allauth.account.models import EmailAddress
from django.core import mail, serializers
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from config.core.clock import database_now
from consultations.adapters.mail import Letter
from consultations.domain.codes import CommunicationKind, CommunicationStatus
from consultations.flows import remind, resend
from consultations.models import Communication
from tests.factories.core import AdminFactory, UserFactory

pytestmark = pytest.mark.django_db
Kind, Status = CommunicationKind, CommunicationStatus
PASSWORD = "a long enough passphrase 7"


def sign_up(email="new@example.org"):
    return Client(raise_request_exception=False).post("/account/signup/", {"email": email, "password1": PASSWORD})


@pytest.fixture
def owner(client):
    user = UserFactory.create(email="known@example.org")
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    mail.outbox.clear()
    return user


def change_password(client):
    new = "another long passphrase 8"
    return client.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password": new, "password1": new, "password2": new}
    )


def test_a_code_is_sent_at_once_and_recorded_without_the_code():
    sign_up()

    (sent,) = mail.outbox
    row = Communication.objects.get()
    assert (row.kind, row.status, row.recipient.email) == (Kind.ACCOUNT_CODE, Status.COMPLETED, "new@example.org")
    code = next(line.strip() for line in sent.body.splitlines() if line.strip() and line.strip().isupper())
    stored = serializers.serialize("json", [row])
    assert code not in stored
    assert "new@example.org" not in json.dumps(json.loads(stored))


def test_a_code_that_the_mail_server_did_not_take_shows_and_is_not_sent_again(monkeypatch):
    def refuse(*_words):
        raise smtplib.SMTPServerDisconnected("gone")

    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", refuse)
        sign_up()

    row = Communication.objects.get()
    assert (row.status, row.status_reason) == (Status.NOT_DONE, "not-handed-over")
    with pytest.raises(resend.HasSecret):
        resend.resend(communication_id=row.pk, by=AdminFactory.create(), now=database_now())
    assert remind.dispatch(send=lambda _one: remind.Result.SENT, clock=database_now) == 0


def test_a_process_that_dies_leaves_a_code_of_unknown_fate_that_nobody_sends(monkeypatch):
    def die(*_words):
        raise SystemExit

    monkeypatch.setattr(EmailBackend, "send_messages", die)
    with pytest.raises(SystemExit):
        sign_up()

    row = Communication.objects.get()
    assert (row.status, row.status_reason) == (Status.UNKNOWN, "being-sent")
    assert remind.dispatch(send=lambda _one: remind.Result.SENT, clock=database_now) == 0


def test_who_tries_a_known_address_leaves_as_many_traces_as_with_a_new_one():
    UserFactory.create(email="known@example.org")

    sign_up("known@example.org")
    sign_up("new@example.org")

    assert Communication.objects.filter(kind=Kind.ACCOUNT_CODE, status=Status.COMPLETED).count() == 2


def test_a_changed_password_is_told_by_a_planned_message(client, owner):
    change_password(client)

    row = Communication.objects.get(kind=Kind.SECURITY_NOTICE)
    assert (row.recipient, row.status, mail.outbox) == (owner, Status.PREPARATION, [])

    sent = []
    remind.dispatch(send=lambda one: sent.append(one) or remind.Result.SENT, clock=database_now)

    (letter,) = sent
    assert isinstance(letter, Letter)
    assert "If it was not, please call us at once." in letter.body
    assert letter.unsubscribe == ""


def test_a_former_address_is_told_that_it_is_one(client, owner):
    EmailAddress.objects.create(user=owner, email="newer@example.org", verified=True)

    client.post("/account/email/", {"action_primary": "", "email": "newer@example.org"})

    owner.refresh_from_db()
    assert owner.email == "newer@example.org"
    assert [one.to for one in mail.outbox] == [["known@example.org"]]
    rows = Communication.objects.filter(kind=Kind.SECURITY_NOTICE)
    assert sorted(rows.values_list("status", flat=True)) == [Status.COMPLETED, Status.PREPARATION]
