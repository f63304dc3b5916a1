"""Sessions end when nobody is there, and staff need a second factor, whichever door they come through."""

from datetime import timedelta
from importlib import import_module

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.utils import timezone

from config.core.models import Role
from tests.factories.core import UserFactory

pytestmark = pytest.mark.django_db
SERVICES = "/api/v1/consents/"


def token_of(user, **extra):
    store = import_module(django_settings.SESSION_ENGINE).SessionStore()
    store["_auth_user_id"] = str(user.pk)
    store["_auth_user_backend"] = "allauth.account.auth_backends.AuthenticationBackend"
    store["_auth_user_hash"] = user.get_session_auth_hash()
    for key, value in extra.items():
        store[key] = value
    store.save()
    return store.session_key


@pytest.mark.parametrize(("role", "minutes"), [(Role.PATIENT, 31), (Role.PRACTITIONER, 16)], ids=str)
def test_token_is_refused_after_its_owner_slept(client, role, minutes):
    token = token_of(UserFactory(role=role))
    headers = {"X-Session-Token": token}
    assert client.get(SERVICES, headers=headers).status_code == 200

    with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
        answer = client.get(SERVICES, headers=headers)

    assert answer.status_code == 401
    assert answer.json()["code"] == "not-signed-in"
    assert client.get(SERVICES, headers=headers).status_code == 401


def test_token_lives_while_its_owner_is_active(client):
    headers = {"X-Session-Token": token_of(UserFactory())}
    start = timezone.now()
    for minutes in (0, 25, 50, 75):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert client.get(SERVICES, headers=headers).status_code == 200


def test_token_dies_of_age_however_active_its_owner_is(client):
    headers = {"X-Session-Token": token_of(UserFactory())}
    start = timezone.now()
    statuses = []
    for minutes in range(0, 12 * 60 + 30, 29):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            statuses.append(client.get(SERVICES, headers=headers).status_code)

    assert statuses[:24] == [200] * 24
    assert statuses[-1] == 401


def test_cookie_of_the_api_ends_with_401_when_its_owner_slept(client):
    client.force_login(UserFactory())
    assert client.get(SERVICES).status_code == 200

    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        assert client.get(SERVICES).status_code == 401


@pytest.mark.parametrize("door", ["token", "cookie"])
def test_staff_without_second_factor_are_refused_by_the_api(client, settings, door):
    settings.STAFF_SECOND_FACTOR_REQUIRED = True
    user = UserFactory(role=Role.PRACTITIONER)
    headers = {"X-Session-Token": token_of(user)} if door == "token" else {}
    if door == "cookie":
        client.force_login(user)

    assert client.get(SERVICES, headers=headers).status_code == 401


def test_staff_with_second_factor_are_let_in(client, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = True
    user = UserFactory(role=Role.PRACTITIONER)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    token = token_of(user, account_authentication_methods=[{"method": "password"}, {"method": "mfa"}])

    assert client.get(SERVICES, headers={"X-Session-Token": token}).status_code == 200


def test_staff_without_second_factor_are_sent_to_set_one_up(client, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = True
    client.force_login(UserFactory(role=Role.PRACTITIONER))

    answer = client.get("/clinic/queue/")

    assert answer.status_code == 302
    assert answer.url == "/account/two-step/"


def test_patients_need_no_second_factor(client, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = True

    assert client.get(SERVICES, headers={"X-Session-Token": token_of(UserFactory())}).status_code == 200


@pytest.mark.parametrize("was_signed_in", [True, False], ids=["slept", "stranger"])
def test_who_sends_a_form_after_their_session_goes_on_at_the_page_they_sent_it_from(client, was_signed_in):
    if was_signed_in:
        client.force_login(UserFactory())
        client.get("/account/")
    page = "http://testserver/visits/7f0c/?from=mail"

    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        answer = client.post("/account/messages/devices/", headers={"Referer": page})

    assert answer.url == "/account/login/?next=/visits/7f0c/%3Ffrom%3Dmail"


@pytest.mark.parametrize("page", ["https://elsewhere.example/visits/", ""], ids=["elsewhere", "unknown"])
def test_who_sends_a_form_from_no_page_of_ours_goes_on_at_home(client, page):
    answer = client.post("/account/messages/devices/", headers={"Referer": page})

    assert answer.url == "/account/login/?next=/home/"


def test_who_opens_a_page_after_their_session_goes_on_there_with_what_they_looked_for(client):
    client.force_login(UserFactory())
    client.get("/account/")

    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        answer = client.get("/services/?day=2026-12-03")

    assert answer.url == "/account/login/?next=/services/%3Fday%3D2026-12-03"


def test_sign_in_page_says_why_it_came_up(client):
    assert "Sign in to go on." in client.get("/account/login/?next=/home/").text
    assert "Sign in to go on." not in client.get("/account/login/").text
