"""Whatever is sent to whichever address that writes: a problem document with a code, never a 500, and nothing written."""

import itertools
import json
import re

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from rest_framework.test import APIClient

from tests.contracts import openapi
from tests.contracts.product import routes
from tests.contracts.test_api import methods_of
from tests.contracts.world import SLUG
from tests.factories.providers import NOW

pytestmark = pytest.mark.django_db
WRITING = ("post", "put", "patch", "delete")
# What a refused request may leave behind: that somebody looked, and the key that it came with.
TRACES = {"core_auditevent", "core_idempotencykey", "django_session"}
JSON, TOO_LARGE = "application/json", 2 * 1024 * 1024

ENDPOINTS = [
    (method, route)
    for route, _, view in routes()
    if route.startswith("api/v1/") and hasattr(view, "cls")
    for method in WRITING
    if method in methods_of(view)
]
every_endpoint = pytest.mark.parametrize(("method", "route"), ENDPOINTS, ids=[" ".join(one) for one in ENDPOINTS])


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


# What is named by words and not by an id.
NAMED = {
    "<slug:channel>": "email",
    "<slug:name>": "booking-confirmed",
    "<slug:service>": SLUG,
    "<slug:kind>": "visit-in-a-day",
}


def path(route, ids):
    """Return the address of a route whose ids come from a function of the collection that each stands in."""
    for part, word in NAMED.items():
        route = route.replace(part, word)
    return "/" + re.sub(r"([\w-]+)/<uuid:\w+>", lambda part: f"{part[1]}/{ids(part[1])}", route)


def bad_bodies(schema):
    """Yield (name, content type, body) for everything that no endpoint may take."""
    names = openapi.fields(schema) or ["surprise"]
    yield "an array", JSON, b"[]"
    yield "an array of numbers", JSON, b"[1, 2]"
    yield "a text", JSON, b'"text"'
    yield "a number", JSON, b"7"
    yield "null", JSON, b"null"
    yield "no JSON", JSON, b'{"a": '
    yield "not UTF-8", JSON, b'{"a": "\xff"}'
    yield "not a number", JSON, b'{"a": NaN}'
    yield "a field twice", JSON, b'{"a": 1, "a": 2}'
    yield "a NUL character", JSON, json.dumps(dict.fromkeys(names, "a\x00b")).encode()
    yield "half a character", JSON, json.dumps(dict.fromkeys(names, "\ud800")).encode()
    yield "wrong types", JSON, json.dumps({name: {"wrong": [1]} for name in names}).encode()
    yield "an unknown field", JSON, json.dumps({**plausible(schema), "surprise": 1}).encode()
    yield "too deep", JSON, b'{"a":' * 3000 + b"1" + b"}" * 3000
    yield "2 MB", JSON, json.dumps({names[0]: "x" * TOO_LARGE}).encode()
    yield "a form", "application/x-www-form-urlencoded", b"a=1"
    yield "plain text", "text/plain", b"{}"
    if schema.get("required"):
        yield "an empty object", JSON, b"{}"
        yield "nothing", JSON, b""


def plausible(schema):
    return openapi.plausible(schema, ids=openapi.unknown_ids())


def contents():
    """Return a digest of every table, but for the traces."""
    tables = sorted(
        {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed} - TRACES
    )
    ask = " UNION ALL ".join(
        f"SELECT '{table}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{table}\" t" for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(ask)
        return dict(cursor.fetchall())


def send(user, method, address, body, content_type=JSON, **more):
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(user)
    return client.generic(method.upper(), address, body, content_type=content_type, **more)


def fault(answer):
    """Return what is wrong with a refusal; nothing when it is a problem document with a code."""
    if not 400 <= answer.status_code < 500:
        return answer.status_code
    document = answer.json() if answer["Content-Type"] == "application/problem+json" else {}
    whole = document.get("status") == answer.status_code and re.fullmatch(r"[a-z]+(-[a-z]+)*", document.get("code", ""))
    return None if whole else answer.content[:200]


@every_endpoint
def test_bad_body_is_refused_and_writes_nothing(there, method, route):
    if method == "delete":
        pytest.skip("takes no body")
    address, before = path(route, there.rows.__getitem__), contents()

    faults = [
        (user.role, name, wrong)
        for user, (name, content_type, body) in itertools.product(
            there.ours, bad_bodies(openapi.body_of(method, route))
        )
        if (wrong := fault(send(user, method, address, body, content_type)))
    ]

    assert faults == []
    assert changed(before) == set()


def changed(before):
    after = contents()
    return {table for table in after if after[table] != before[table]}


@every_endpoint
def test_id_of_nothing_is_refused_and_writes_nothing(there, method, route):
    schema = openapi.body_of(method, route)
    ids = openapi.unknown_ids()
    if "<uuid" not in route and "uuid" not in str(schema):
        pytest.skip("takes no id")
    before = contents()

    faults = [
        (user.role, wrong)
        for user in there.ours
        if (wrong := fault(send(user, method, path(route, lambda _: next(ids)), json.dumps(plausible(schema)))))
    ]

    assert faults == []
    assert changed(before) == set()


@every_endpoint
def test_id_of_what_others_have_is_refused_and_writes_nothing(there, method, route):
    schema = openapi.body_of(method, route)
    if "<uuid" not in route:
        pytest.skip("takes no id in its address")
    before = contents()

    faults = []
    for user, (name, one) in itertools.product(there.strangers, there.rows.items()):
        body = json.dumps(openapi.plausible(schema, ids=itertools.repeat(one)))
        wrong = fault(send(user, method, path(route, there.rows.__getitem__), body))
        faults += [(user.role, name, wrong)] if wrong else []

    assert faults == []
    assert changed(before) == set()


def test_every_address_that_is_tried_is_there(there):
    tried = [path(route, there.rows.__getitem__) for _, route in ENDPOINTS]

    assert [address for address in tried if "<" in address] == []


def test_there_are_endpoints_to_try():
    assert len(ENDPOINTS) > 40
