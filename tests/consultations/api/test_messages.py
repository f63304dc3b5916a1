"""What a person decides about messages, by the API: the same rules as on the page."""

import pytest

from consultations.flows import prefer
from consultations.models import CommunicationPreference, PushDevice
from tests.consultations.push_service import Browser, running
from tests.factories.intake import PatientFactory
from tests.factories.providers import NOW, PractitionerFactory

pytestmark = pytest.mark.django_db
ME, DEVICES = "/api/v1/message-preferences/me/", "/api/v1/push-devices/"


@pytest.fixture
def patient():
    return PatientFactory(time_zone="America/Denver")


@pytest.fixture
def me(sign_in, patient):
    return sign_in(patient.user)


@pytest.fixture
def service(settings, monkeypatch):
    with running(settings, monkeypatch) as double:
        yield double


def test_before_anything_is_decided_the_defaults_hold(me):
    assert me.get(ME).json() == {
        "optional_mail": True, "texts": False, "quiet_from": "20:00", "quiet_until": "09:00", "visit_mail": True,
        "time_zone": "America/Denver", "texts_possible": False, "push_key": "",
    }  # fmt: skip


def test_what_is_left_out_stays(me, patient, settings):
    settings.TEXT_MESSAGES = "twilio"
    me.patch(ME, {"optional_mail": False, "texts": True}, format="json")

    changed = me.patch(ME, {"quiet_from": "21:30"}, format="json")

    assert changed.status_code == 200
    assert changed.json() == me.get(ME).json()
    shown = {name: changed.json()[name] for name in ("optional_mail", "texts", "quiet_from", "quiet_until")}
    assert shown == {"optional_mail": False, "texts": True, "quiet_from": "21:30", "quiet_until": "09:00"}
    assert CommunicationPreference.objects.get(user=patient.user).unsubscribed_source == "page"


def test_who_wanted_texts_where_there_are_none_any_more_may_change_the_rest(me, settings):
    settings.TEXT_MESSAGES = "twilio"
    me.patch(ME, {"texts": True}, format="json")
    settings.TEXT_MESSAGES = ""

    assert me.get(ME).json()["texts"] is False
    assert me.patch(ME, {"optional_mail": False}, format="json").status_code == 200


@pytest.mark.parametrize(
    ("words", "code", "field"),
    [
        ({"quiet_from": "09:00", "quiet_until": "08:00"}, "too-quiet", "quiet_until"),
        ({"texts": True}, "no-texts", "texts"),
        ({"quiet_from": "late"}, "invalid", "quiet_from"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(me, words, code, field):
    refused = me.patch(ME, words, format="json")

    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert [error["field"] for error in refused.json()["errors"]] == [field]


def test_one_reads_ones_own_in_one_query(me, django_assert_num_queries):
    with django_assert_num_queries(1):
        me.get(ME)


def test_a_browser_is_added_listed_and_removed(me, service):
    added = me.post(DEVICES, {**Browser().told, "name": "Firefox on Linux"}, format="json")

    assert added.status_code == 201, added.json()
    assert me.get(DEVICES).json()["results"] == [added.json()]
    assert set(added.json()) == {"id", "name", "since"}
    assert me.get(ME).json()["push_key"]
    assert me.delete(f"{DEVICES}{added.json()['id']}/").status_code == 204
    assert me.get(DEVICES).json()["results"] == []
    assert me.delete(f"{DEVICES}{added.json()['id']}/").status_code == 404


def test_the_device_of_somebody_else_is_not_there(sign_in, patient, service):
    device = prefer.add_device(**Browser().told, name="", by=patient.user, now=NOW)
    stranger = sign_in(PractitionerFactory().user)

    assert stranger.get(DEVICES).json()["results"] == []
    assert stranger.delete(f"{DEVICES}{device.pk}/").status_code == 404
    assert PushDevice.objects.live().get() == device


def test_a_browser_that_cannot_be_reached_is_refused_in_the_language_of_the_reader(me, service):
    told = {**Browser().told, "endpoint": "https://elsewhere.example/x"}

    refused = me.post(DEVICES, told, format="json", headers={"Accept-Language": "es"})

    assert (refused.status_code, refused.json()["code"]) == (422, "bad-device")
    assert "no se puede" in refused.json()["detail"]
