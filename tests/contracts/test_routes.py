"""Closed unless listed: what somebody who is not signed in reaches is on a short list, and nothing else is."""

import pytest
from django.urls import resolve

from tests.contracts.product import address, routes

# What django-allauth's headless API answers before somebody is signed in; the flow so far is in their session.
WAY_IN = (
    "config", "auth/session", "auth/signup", "auth/login", "auth/webauthn/login", "auth/code/confirm",
    "auth/email/verify", "auth/email/verify/resend", "auth/phone/verify", "auth/phone/verify/resend",
    "auth/password/request", "auth/password/reset", "account/email", "account/phone",
)  # fmt: skip
# Every route that answers a stranger with more than "sign in", and why.
OPEN = {
    "": "the front page",
    "services/": "what can be asked for",
    "services/<slug:slug>/": "what can be asked for",
    "api/v1/services/": "what can be asked for",
    "api/v1/services/<slug:slug>/": "what can be asked for",
    "api/v1/availability/": "free times, of nobody in particular",
    "api/v1/availability/starts/": "free times, of nobody in particular",
    "api/v1/availability/next/": "free times, of nobody in particular",
    "api/v1/schema/": "the API's description",
    "api/v1/docs/": "the API's description",
    "fhir/metadata": "what the FHIR doors can do",
    "hooks/mail/<slug:provider>/": "the mail provider, by a secret or its signature",
    "metrics": "Prometheus, by METRICS_TOKEN",
    "healthz/live": "load balancers",
    "healthz/ready": "load balancers",
    "clinic/calendar/<str:token>.ics": "calendar programs; the address is the secret",
    "language/": "the language of the pages",
    "language/words.js": "what scripts say, in that language",
    "push-worker.js": "what a browser runs when there is a message, the same for everybody",
    "m/<str:token>/": "the link of a message; the address is the secret, and nothing about health is behind it",
    "u/<str:token>/": "unsubscribing by one click, RFC 8058; the address is the secret",
    "hooks/texts/": "the carrier of text messages; each call is signed",
    "hooks/texts/<uuid:communication_id>/": "the carrier of text messages; each call is signed",
    "account/login/": "the way in",
    "account/logout/": "the way out",
    "account/signup/": "the way in",
    "account/inactive/": "why one cannot come in",
    "account/password/reset/": "a forgotten password",
    "account/password/reset/done/": "a forgotten password",
    "account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "a forgotten password; the address is the secret",
    "account/password/reset/key/done/": "a forgotten password",
    "demo/mail/": "the demo only",
    "demo/mail/<slug:name>/": "the demo only",
    "demo/style/": "the demo only",
    **{f"_allauth/{client}/v1/{path}": "the way in, for programs" for client in ("app", "browser") for path in WAY_IN},
    "_allauth/app/v1/tokens/refresh": "the way in, for programs",
}


@pytest.mark.django_db
def test_strangers_reach_what_is_listed_and_nothing_else(client):
    reached = {route for route, _, _ in routes() for method in ("get", "post") if is_open(client, method, route)}

    assert reached == set(OPEN)


def is_open(client, method, route):
    """Tell whether an address answers a stranger with anything but "sign in" or "not this method"."""
    answer = getattr(client, method)(address(route))
    if answer.status_code in {301, 302}:
        return "/login/" not in answer["Location"]
    return answer.status_code not in {401, 405}


def test_each_route_is_found_at_its_sample_address():
    found = {route: resolve(address(route)).route for route, _, _ in routes()}

    assert [route for route in found if found[route].replace("^", "") != route.replace("^", "")] == []
