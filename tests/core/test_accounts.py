"""Signing up says the same, and does the same work, whether the address is known or not."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import hashers
from django.contrib.messages import get_messages
from django.test import Client

from tests.factories.core import UserFactory

pytestmark = pytest.mark.django_db
SIGN_UP = "/account/signup/"
PASSWORD = "a long and quiet passphrase"


@pytest.fixture
def hashes(monkeypatch):
    made = []
    hasher = hashers.get_hasher()
    encode = type(hasher).encode

    def counted(self, *arguments, **options):
        made.append(1)
        return encode(self, *arguments, **options)

    monkeypatch.setattr(type(hasher), "encode", counted)
    return made


def sign_up(client, email):
    return client.post(SIGN_UP, {"email": email, "password1": PASSWORD})


def test_sign_up_answers_a_known_address_like_a_new_one():
    known = UserFactory(email="known@example.org")

    answers = [sign_up(Client(), email) for email in (known.email, "new@example.org")]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].url == answers[1].url


def test_sign_up_makes_one_hash_for_a_known_address_too(hashes):
    UserFactory(email="known@example.org")

    sign_up(Client(), "known@example.org")
    for_known = len(hashes)
    sign_up(Client(), "new@example.org")

    assert for_known == len(hashes) - for_known == 1


def test_short_password_is_refused_in_words(client):
    answer = client.post(SIGN_UP, {"email": "new@example.org", "password1": "too short"})

    assert answer.status_code == 200
    assert "at least 15 characters" in answer.content.decode()


def test_signing_in_and_out_says_so_without_ids_or_addresses(client):
    user = UserFactory(email="known@example.org")
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)

    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    said = [str(message) for message in get_messages(client.get("/account/").wsgi_request)]

    assert said == ["You are signed in."]


def test_the_mail_with_the_code_names_the_clinic_in_its_subject(client, settings, mailoutbox):
    sign_up(client, "new@example.org")

    assert [mail.subject for mail in mailoutbox] == [f"Your code for {settings.CLINIC_NAME}"]
    assert settings.CLINIC_PHONE in mailoutbox[0].body
