from email.message import EmailMessage

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from config.core.models import User
from tests.factories.providers import HealthcareServiceFactory

LETTER = b"""\
From: Clinic <no-reply@anteroom.example>
To: robin.member@example.com
Subject: Your code
Date: Tue, 24 Nov 2026 01:02:03 +0000
Content-Type: text/plain; charset="utf-8"

Here is <b>your</b> code: ABCD-1234
"""


@pytest.fixture
def mailbox(tmp_path, monkeypatch):
    monkeypatch.setenv("ANTEROOM_STATE", str(tmp_path))
    folder = tmp_path / "mail"
    folder.mkdir()
    return folder


@pytest.mark.django_db
def test_landing_is_open_and_offers_to_begin(client):
    page = client.get("/")

    assert page.status_code == 200
    assert reverse("account_signup") in page.text


@pytest.mark.django_db
def test_pages_have_a_policy_that_lets_nothing_inline_run(client):
    policy = client.get("/").headers["Content-Security-Policy"]

    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
def test_account_asks_strangers_to_sign_in(client):
    assert client.get("/account/").url == "/account/login/?next=/account/"


@pytest.mark.django_db
def test_account_shows_its_owner_how_to_sign_in(client):
    user = User.objects.create_user("robin.member@example.com")
    client.force_login(user)

    page = client.get("/account/")

    assert user.email in page.text
    assert reverse("mfa_index") in page.text


@pytest.mark.django_db
def test_account_leads_a_patient_to_details_and_consents(client):
    client.force_login(User.objects.create_user("robin.member@example.com"))

    page = client.get("/account/").text

    assert all(f'href="{reverse(name)}"' in page for name in ("intake:details", "intake:consents"))


def test_mailbox_lists_the_newest_first(client, mailbox):
    (mailbox / "one.eml").write_bytes(LETTER)

    page = client.get("/demo/mail/")

    assert "Your code" in page.text
    assert "robin.member@example.com" in page.text


def test_mailbox_without_a_folder_is_empty(client, tmp_path, monkeypatch):
    monkeypatch.setenv("ANTEROOM_STATE", str(tmp_path / "none"))

    assert "No mail yet" in client.get("/demo/mail/").text


def test_mail_is_shown_as_text_and_nothing_in_it_runs(client, mailbox):
    (mailbox / "one.eml").write_bytes(LETTER)

    page = client.get("/demo/mail/one/")

    assert "ABCD-1234" in page.text
    assert "<b>your</b>" not in page.text


def test_mail_with_a_date_that_is_none_is_still_listed(client, mailbox):
    (mailbox / "odd.eml").write_bytes(LETTER.replace(b"Tue, 24 Nov 2026 01:02:03 +0000", b"yesterday"))

    assert "Your code" in client.get("/demo/mail/").text


@pytest.mark.parametrize("name", ["none", "..one"], ids=["unknown", "climbing"])
def test_unknown_mail_is_not_found(client, mailbox, name):
    assert client.get(f"/demo/mail/{name}/").status_code == 404


@pytest.mark.parametrize(
    "template", ["400.html", "403.html", "404.html", "405.html", "429.html", "403_csrf.html", "500.html", "503.html"]
)
def test_error_page_renders_without_a_context(template):
    page = render_to_string(template)

    assert page.count("<h1>") == 1
    assert "911" in page


def test_form_sent_without_its_token_gets_a_page_that_says_what_to_do():
    page = Client(enforce_csrf_checks=True).post("/account/login/")

    assert page.status_code == 403
    assert "open for too long" in page.text


@pytest.mark.django_db
@pytest.mark.parametrize(("pathway", "has_visit"), [("asynchronous", False), ("either", True)])
def test_landing_names_the_length_of_a_visit_only_where_there_is_one(client, pathway, has_visit):
    HealthcareServiceFactory(pathway=pathway)

    assert ("30-minute visit" in client.get("/").text) == has_visit


@pytest.mark.django_db
def test_mail_shows_what_is_attached_and_how_to_end_such_mails(client, mailbox):
    letter = EmailMessage()
    letter["Subject"], letter["To"] = "Your visit", "robin.member@example.com"
    letter["List-Unsubscribe"] = "<http://localhost:8000/u/abc/>"
    letter.set_content("See you.")
    letter.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="visit.ics")
    (mailbox / "one.eml").write_bytes(bytes(letter))

    page = client.get("/demo/mail/one/").text

    assert "Attached: visit.ics" in page
    assert "BEGIN:VCALENDAR" in page
    assert 'href="http://localhost:8000/u/abc/"' in page
