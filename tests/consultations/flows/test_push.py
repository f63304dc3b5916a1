"""Notifications: encrypted for the device, without a word about anybody, and another way when none can be shown."""

import json
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from config.core import outbound
from consultations.adapters import push
from consultations.domain.codes import Channel, CommunicationKind, CommunicationStatus, DeviceEnd
from consultations.flows import prefer, remind
from consultations.models import Communication, CommunicationPreference, PushDevice
from tests.consultations.html.reading import text_of
from tests.consultations.push_service import USER_AGENT, Browser, running
from tests.factories.consultations import AppointmentFactory
from tests.factories.providers import NINE, NOW

pytestmark = pytest.mark.django_db
Kind, Status = CommunicationKind, CommunicationStatus
PAGE = "/account/messages/"


@pytest.fixture
def service(settings, monkeypatch):
    with running(settings, monkeypatch) as double:
        yield double


@pytest.fixture
def visit():
    return AppointmentFactory.create()


def add(visit, browser, **words):
    return prefer.add_device(**{**browser.told, **words}, name="Firefox on Linux", by=visit.patient.user, now=NOW)


def plan(visit, kind=Kind.CLINICIAN_RUNNING_LATE):
    Communication.objects.plan(
        subject=visit, kind=kind, recipient_id=visit.patient.user_id, due_at=NOW, expires_at=NINE
    )
    return Communication.objects.get(kind=kind)


def send():
    mails = []
    for channel, hand_over in (
        (Channel.PUSH, push.send),
        (Channel.EMAIL, lambda one: mails.append(one) or remind.Result.SENT),
    ):
        remind.drain(send=hand_over, clock=lambda: NOW, channel=channel)
    return mails


def fates():
    rows = Communication.objects.order_by("created_at")
    return [(row.channel, row.status, row.status_reason) for row in rows]


def test_every_device_shows_that_there_is_a_message_and_nothing_about_anybody(service, visit, settings):
    for browser in (service.browser(), service.browser()):
        add(visit, browser)
    message = plan(visit)

    assert send() == []

    assert service.faults == []
    assert len(service.shown) == 2
    said, topic = service.shown[0]
    assert said["body"] == "You have a message. Open it to read it."
    assert said["url"] == f"{settings.SITE_URL}/visits/{visit.pk}/"
    assert said["tag"] == topic
    person = visit.patient
    assert not any(
        word in json.dumps(said) for word in (person.given_name, person.family_name, visit.practitioner.family_name)
    )
    message.refresh_from_db()
    assert (message.status, message.provider_message_id) == (Status.COMPLETED, "message-7")


def test_it_is_said_in_the_language_of_the_person(service):
    visit = AppointmentFactory.create(service_request__patient__preferred_language="es")
    add(visit, service.browser())
    plan(visit)

    send()

    assert service.shown[0][0]["body"].startswith("Tiene un mensaje.")


@pytest.mark.parametrize("way", ["gone", "unknown"])
def test_a_device_that_is_gone_is_removed_and_the_message_goes_another_way(service, visit, way):
    device = add(visit, service.browser(way))
    plan(visit)

    (letter,) = send()

    assert letter.to == visit.patient.user.email
    assert fates() == [(Channel.PUSH, Status.NOT_DONE, "push-gone"), (Channel.EMAIL, Status.COMPLETED, "")]
    device.refresh_from_db()
    assert (device.ended_at, device.ended_why) == (NOW, DeviceEnd.GONE)
    assert CommunicationPreference.objects.get().push_wanted_at is None
    assert plan(visit, Kind.ASK_NUDGE).channel == Channel.EMAIL


def test_one_device_that_is_gone_does_not_keep_the_others(service, visit):
    add(visit, service.browser("gone"))
    add(visit, service.browser())
    plan(visit)

    assert send() == []
    assert len(service.shown) == 1
    assert PushDevice.objects.live().count() == 1
    assert CommunicationPreference.objects.get().push_wanted_at is not None


@pytest.mark.parametrize(("way", "why"), [("busy", "push-429"), ("broken", "push-503"), ("silent", "no-connection")])
def test_what_may_pass_is_tried_again(service, visit, way, why):
    add(visit, service.browser(way))
    message = plan(visit)

    assert send() == []
    message.refresh_from_db()
    assert (message.status, message.status_reason) == (Status.PREPARATION, why)
    assert message.due_at > NOW


@pytest.mark.parametrize(("way", "why"), [("refused", "push-403"), ("elsewhere", "push-302")])
def test_a_refusal_goes_another_way_and_no_redirect_is_followed(service, visit, way, why):
    add(visit, service.browser(way))
    plan(visit)

    assert len(send()) == 1
    assert fates()[0] == (Channel.PUSH, Status.NOT_DONE, why)
    assert service.asked == 1


@pytest.mark.parametrize("kind", [Kind.BOOKING_CONFIRMED, Kind.SECURITY_NOTICE, Kind.SAFETY_FLAG, Kind.VISIT_IN_A_DAY])
def test_what_needs_a_letter_stays_a_letter(service, visit, kind):
    add(visit, service.browser())

    assert plan(visit, kind).channel == Channel.EMAIL


def test_what_is_planned_follows_the_person_to_the_device_and_back(service, visit):
    message = plan(visit)
    device = add(visit, service.browser())
    message.refresh_from_db()
    assert message.channel == Channel.PUSH

    prefer.remove_device(device_id=device.pk, by=visit.patient.user, now=NOW)

    message.refresh_from_db()
    assert message.channel == Channel.EMAIL


def test_who_uses_a_browser_next_gets_its_notifications_alone(service, visit):
    other, browser = AppointmentFactory.create(start_at=NINE + timedelta(days=1)), service.browser()
    before = add(visit, browser)

    add(other, browser)

    before.refresh_from_db()
    assert before.ended_why == DeviceEnd.MOVED
    assert list(PushDevice.objects.live().values_list("user", flat=True)) == [other.patient.user_id]


def test_the_database_refuses_two_owners_of_one_device(service, visit):
    first = add(visit, service.browser())

    with pytest.raises(IntegrityError, match="consultations_pushdevice_one_owner"), transaction.atomic():
        PushDevice.objects.create(
            user=visit.patient.user, name="x", key="k", endpoint_sha256=first.endpoint_sha256, endpoint_box="", secret_box=""
        )  # fmt: skip


def test_the_address_of_a_device_is_not_readable_in_the_database(service, visit):
    browser = service.browser()
    device = add(visit, browser)

    row = PushDevice.objects.filter(pk=device.pk).values().get()

    assert browser.endpoint not in str(row)
    assert PushDevice.objects.get().endpoint == browser.endpoint


BAD = {
    "not https": {"endpoint": "http://fcm.googleapis.com/x"},
    "another port": {"endpoint": "https://fcm.googleapis.com:8443/x"},
    "a machine inside": {"endpoint": "https://169.254.169.254/latest/meta-data/"},
    "this machine": {"endpoint": "https://localhost/x"},
    "an unknown service": {"endpoint": "https://push.attacker.example/x"},
    "a name that only ends alike": {"endpoint": "https://evilfcm.googleapis.com.attacker.example/x"},
    "a name glued to a known one": {"endpoint": "https://notfcm.googleapis.com/x"},
    "somebody's password": {"endpoint": "https://user:pass@fcm.googleapis.com/x"},
    "a second line": {"endpoint": "https://fcm.googleapis.com/x\r\nX: y"},
    "no key": {"key": ""},
    "a point off the curve": {"key": "BA" + "A" * 85},
    "a short secret": {"secret": "AAAA"},
    "no base64": {"secret": "!!!!"},
}


@pytest.mark.parametrize("told", BAD.values(), ids=BAD)
def test_a_device_that_cannot_be_is_refused(service, visit, told):
    with pytest.raises(prefer.BadDevice):
        add(visit, service.browser(), **told)

    assert not PushDevice.objects.exists()


def test_without_a_key_there_are_no_notifications(visit):
    with pytest.raises(prefer.BadDevice):
        add(visit, Browser())


def test_nobody_removes_the_device_of_somebody_else(service, visit):
    device = add(visit, service.browser())
    stranger = AppointmentFactory.create(start_at=NINE + timedelta(days=1)).patient.user

    with pytest.raises(prefer.NoDevice):
        prefer.remove_device(device_id=device.pk, by=stranger, now=NOW)


def test_a_known_service_whose_name_leads_inside_is_not_asked(settings, monkeypatch):
    settings.PUSH_PRIVATE_KEY = push.new_key()
    monkeypatch.setattr(outbound, "_resolved", lambda _host: ["10.0.0.7"])
    device = push.device(pk=uuid4(), **Browser().told)

    outcome = push.send(push.Note([device], b"{}", "topic", 60))

    assert (outcome.result, outcome.why) == (remind.Result.REFUSED, "push-address")


def test_eleven_devices_are_one_too_many(service, visit):
    first = add(visit, service.browser())
    for _ in range(10):
        add(visit, service.browser())

    first.refresh_from_db()
    assert first.ended_at is not None
    assert PushDevice.objects.live().count() == 10


def test_the_page_offers_it_lists_devices_and_stops_them(client, service, visit):
    client.force_login(visit.patient.user)
    client.post(f"{PAGE}devices/", service.browser().told, headers={"User-Agent": USER_AGENT})

    answer = client.get(PAGE)
    assert "Firefox on Linux" in text_of(answer)
    assert f'data-push="{push.public_key()}"' in answer.text

    client.post(f"{PAGE}devices/{PushDevice.objects.get().pk}/remove/")
    assert "Firefox on Linux" not in text_of(client.get(PAGE))


def test_a_bad_device_is_told_and_not_kept(client, service, visit):
    client.force_login(visit.patient.user)

    answer = client.post(f"{PAGE}devices/", {"endpoint": "https://127.0.0.1/"}, follow=True)

    assert "cannot be reached from here" in text_of(answer)


def test_a_clinic_without_a_key_offers_nothing(client, visit):
    client.force_login(visit.patient.user)

    assert "Notifications" not in text_of(client.get(PAGE))


def test_the_script_of_devices_lies_at_the_top_and_is_for_everybody(client):
    answer = client.get("/push-worker.js")

    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "showNotification" in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_a_key_is_made_for_the_environment(settings):
    out = StringIO()

    call_command("make_push_key", stdout=out)

    name, _, key = out.getvalue().strip().partition("=")
    assert name == "PUSH_PRIVATE_KEY"
    assert len(push.public_key_of(key)) == 87
