"""Pages that lie beside the way: previews of content, messages, the demo's mail, keys."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator

from config.core.models import Role
from consultations.adapters import links, push
from consultations.adapters.links import Purpose
from consultations.domain.codes import CommunicationKind
from consultations.flows import prefer
from consultations.models import Communication, MessagePlan, MessageWords
from tests.consultations.push_service import Browser
from tests.factories.consultations import AppointmentFactory, MessagePlanFactory, ServiceRequestFactory
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.intake import ConsentDocumentFactory, PatientFactory, QuestionnaireFactory
from tests.factories.providers import HealthcareServiceFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MAIL = """From: clinic@example.org
To: pat@example.org
Subject: Your visit is booked
Date: Wed, 03 Jun 2026 14:00:00 +0000

Your visit is booked. Sign in to see it.
"""


@pytest.fixture
def keeper():
    return UserFactory(role=Role.PRACTITIONER)


def test_previews_of_content_are_sound(look, keeper):
    look(f"/questionnaires/{QuestionnaireFactory().pk}/", name="preview-questionnaire", user=keeper)
    look(f"/consent/{ConsentDocumentFactory().pk}/read/", name="read-consent", user=keeper)


def test_a_mail_of_the_demo_is_sound(look, tmp_path, monkeypatch):
    monkeypatch.setenv("ANTEROOM_STATE", str(tmp_path))
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "booked.eml").write_text(MAIL)

    look("/demo/mail/booked/", name="demo-mail-read")


def test_what_messages_somebody_wants_is_sound(look, settings):
    settings.PUSH_PRIVATE_KEY = push.new_key()
    user, browser = PatientFactory().user, Browser()
    prefer.add_device(**browser.told, name="Firefox on Linux", by=user, now=datetime.now(UTC))

    look("/account/messages/", name="message-preferences", user=user)


@pytest.fixture
def message():
    """Return the reminder of a visit that is to come."""
    start_at = (datetime.now(UTC) + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    visit = AppointmentFactory(service_request=ServiceRequestFactory(submitted=True), start_at=start_at)
    Communication.objects.plan(
        subject=visit,
        kind=CommunicationKind.VISIT_IN_A_DAY,
        recipient_id=visit.patient.user_id,
        due_at=datetime.now(UTC),
    )
    return Communication.objects.get(subject_id=visit.pk)


def test_links_of_messages_lead_to_sound_pages(look, message):
    look(f"/m/{links.token(Purpose.ANSWER, message.pk)}/", name="answer-visit")
    look(f"/u/{links.token(Purpose.UNSUBSCRIBE, message.pk)}/", name="unsubscribe")


@pytest.fixture
def keys():
    """Return somebody with an authenticator app, recovery codes and a key."""
    user = UserFactory()
    kinds = [(Authenticator.Type.TOTP, {}), (Authenticator.Type.RECOVERY_CODES, {"migrated_codes": []})]
    for kind, data in [*kinds, (Authenticator.Type.WEBAUTHN, {"name": "Blue key", "credential": {}})]:
        Authenticator.objects.create(user=user, type=kind, data=data)
    return user


def test_keys_are_listed_renamed_and_removed_on_sound_pages(look, keys):
    key = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)

    look("/account/two-step/", name="two-step-on", user=keys)
    look("/account/two-step/webauthn/", name="keys", user=keys)
    look(f"/account/two-step/webauthn/keys/{key.pk}/edit/", name="key-rename", user=keys)
    look(f"/account/two-step/webauthn/keys/{key.pk}/remove/", name="key-remove", user=keys)


def test_a_key_is_added_on_a_sound_page(look):
    look("/account/two-step/webauthn/add/", name="key-add", user=UserFactory())


def test_the_app_is_set_up_and_removed_on_sound_pages(look, keys):
    look("/account/two-step/totp/activate/", name="app-add", user=UserFactory())
    look("/account/two-step/totp/deactivate/", name="app-remove", user=keys)
    look("/account/two-step/recovery-codes/generate/", name="recovery-codes-new", user=keys)


def test_how_the_messages_do_is_sound(look, message):
    now = datetime.now(UTC)
    Communication.objects.all().delete()
    for number in range(60):
        due_at = now - timedelta(minutes=20 * number)
        has_failed = number % 9 == 4
        Communication.objects.create(
            subject_type="consultations.appointment",
            subject_id=message.subject_id,
            kind=CommunicationKind.VISIT_IN_A_DAY,
            channel="sms" if number % 4 == 0 else "email",
            occurrence=str(number),
            recipient=message.recipient,
            status="not-done" if has_failed else "completed",
            status_reason="smtp-550" if has_failed else "",
            due_at=due_at,
            sent_at=None if has_failed else due_at + timedelta(seconds=2 + number % 7),
        )

    look("/clinic/messages/", name="message-board", user=AdminFactory(), schemes=("light", "dark"))


def test_the_words_of_messages_are_sound(look):
    admin = AdminFactory()
    HealthcareServiceFactory(name="Calm Minds")
    MessageWords.objects.create(
        kind="visit-in-a-day", channel="sms", language="en", version=1, body="{answer_link} {day} {time}",
        written_at=datetime.now(UTC), written_by=admin,
    )  # fmt: skip

    look("/clinic/messages/words/", name="message-words", user=admin)
    look("/clinic/messages/words/", name="message-words-open", user=admin, act=open_everything)
    look("/clinic/messages/words/email/visit-in-a-day/", name="message-words-edit", user=admin)
    look("/clinic/messages/words/sms/visit-in-a-day/", name="message-words-text", user=admin)


def open_everything(page):
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")


def test_when_messages_are_sent_is_sound(look):
    admin, line = AdminFactory(), HealthcareServiceFactory(name="Calm Minds", slug="calm")
    MessagePlanFactory(service=line, minutes=[90, 720, 2880])
    AppointmentFactory(service_request__service=line, start_at=datetime.now(UTC) + timedelta(days=3))

    look("/clinic/messages/plans/", name="message-plans", user=admin)
    look("/clinic/messages/plans/calm/visit-in-a-day/", name="message-plan-edit", user=admin)
    look("/clinic/messages/plans/calm/visit-in-a-day/restore/", name="message-plan-restore", user=admin)


def test_times_of_messages_are_set_without_javascript(open_page):
    line = HealthcareServiceFactory(slug="calm")
    page = open_page(javascript=False, user=AdminFactory())

    page.goto("/clinic/messages/plans/")
    page.get_by_role("link", name=f"Change reminder well before the visit, {line.name}").click()
    page.get_by_label("Time 2", exact=True).fill("0")
    page.get_by_role("button", name="Show who is told when").click()
    assert page.get_by_role("link", name="Time 2").count() == 1
    page.get_by_label("Time 2", exact=True).fill("12")
    page.get_by_label("Unit of time 2").select_option("hours")
    page.get_by_role("button", name="Show who is told when").click()
    assert (
        "12 hours and 1 day before the visit" in page.get_by_role("region", name="Who would be told when").inner_text()
    )
    page.get_by_role("button", name="Keep these times").click()

    assert "The times are kept." in page.inner_text("main")
    assert MessagePlan.objects.get().minutes == [720, 1440]
