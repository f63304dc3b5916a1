"""The JSON API has every endpoint of its contract, and its OpenAPI document is valid and whole."""

import base64
import hashlib
import io
import json
import re

import pytest
import yaml
from django.core.management import call_command
from django.urls import resolve

from config.core.api import outside
from tests.contracts.product import routes

# The table of the API's contract, word for word in its order: what an integrator was promised.
PROMISED = [
    "",
    "GET services/",
    "GET services/{slug}/",
    "POST patients/",
    "GET patients/me/",
    "PATCH patients/me/",
    "GET consent-documents/",
    "POST consents/",
    "POST consents/{id}/withdraw/",
    "POST service-requests/",
    "GET service-requests/",
    "GET service-requests/{id}/",
    "POST service-requests/{id}/submit/",
    "POST service-requests/{id}/withdraw/",
    "GET questionnaires/{id}/",
    "GET questionnaire-responses/{id}/",
    "POST questionnaire-responses/{id}/answers/",
    "POST questionnaire-responses/{id}/complete/",
    "POST questionnaire-responses/{id}/carry-over/",
    "POST questionnaire-responses/{id}/attachments/",
    "GET attachments/{id}/",
    "GET availability/",
    "GET availability/explain/",
    "POST holds/",
    "DELETE holds/{id}/",
    "POST appointments/",
    "GET appointments/",
    "GET appointments/{id}/",
    "GET appointments/{id}/calendar.ics",
    "POST appointments/{id}/reschedule/",
    "POST appointments/{id}/cancel/",
    "GET review-tasks/",
    "POST review-tasks/claim-next/",
    "POST review-tasks/{id}/claim/",
    "POST review-tasks/{id}/renew/",
    "POST review-tasks/{id}/release/",
    "POST review-tasks/{id}/ask-patient/",
    "POST review-tasks/{id}/accept/",
    "POST review-tasks/{id}/decline/",
    "POST review-tasks/{id}/refer/",
    "GET review-tasks/{id}/referral-options/",
    "POST flags/{id}/acknowledge/",
    "POST appointments/{id}/check-in/",
    "POST encounters/{id}/begin/",
    "POST encounters/{id}/finish/",
    "POST appointments/{id}/no-show/",
    "POST encounters/{id}/determination/",
    "POST service-requests/{id}/determination/",
    "POST determinations/{id}/sign/",
    "POST determinations/{id}/care-plan/",
    "GET care-plans/",
    "POST care-plans/{id}/activities/{id}/done/",
    "GET practitioners/",
    "POST practitioners/",
    "PUT practitioners/{id}/",
    "POST practitioners/{id}/retire/",
    "GET practitioners/{id}/qualifications/",
    "POST practitioners/{id}/qualifications/",
    "PUT practitioners/{id}/qualifications/{id}/",
    "GET schedules/",
    "POST schedules/",
    "PUT schedules/{id}/",
    "POST schedules/{id}/retire/",
    "GET schedule-exceptions/",
    "POST schedule-exceptions/",
    "POST schedule-exceptions/{id}/withdraw/",
    "POST appointments/{id}/reply/",
    "GET messages/",
    "GET messages/figures/",
    "GET messages/{id}/",
    "POST messages/{id}/send-again/",
    "GET message-words/",
    "GET message-words/{slug}/{slug}/",
    "POST message-words/{slug}/{slug}/check/",
    "GET message-words/{slug}/{slug}/versions/",
    "POST message-words/{slug}/{slug}/versions/",
    "POST message-words/{slug}/{slug}/restore/",
    "GET message-plans/",
    "GET message-plans/{slug}/{slug}/",
    "POST message-plans/{slug}/{slug}/check/",
    "GET message-plans/{slug}/{slug}/versions/",
    "POST message-plans/{slug}/{slug}/versions/",
    "POST message-plans/{slug}/{slug}/restore/",
    "",
][1:-1]
METHODS = ("get", "post", "put", "patch", "delete")
UUID = "00000000-0000-4000-8000-000000000000"


def methods_of(view):
    """Return the methods that an endpoint of the API answers."""
    actions = getattr(view, "actions", None)
    return {method for method in METHODS if (method in actions if actions else hasattr(view.cls, method))}


@pytest.mark.parametrize("promise", PROMISED)
def test_promised_endpoint_is_there(promise):
    method, _, path = promise.partition(" ")

    found = resolve("/api/v1/" + path.replace("{id}", UUID).replace("{slug}", "some-line"))

    assert method.lower() in methods_of(found.func)


@pytest.mark.parametrize("path", ["/healthz/live", "/healthz/ready", "/api/v1/schema/", "/api/v1/docs/"])
def test_promised_page_is_there(path):
    assert resolve(path).route == path.removeprefix("/")


@pytest.fixture(scope="module")
def document():
    """Return the OpenAPI document; making it fails on any warning, and on anything that OpenAPI does not allow."""
    written = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=written)
    return yaml.safe_load(written.getvalue())


def endpoints():
    """Return every (method, path) of the API, paths as OpenAPI writes them."""
    of_api = [(route, view) for route, _, view in routes() if route.startswith("api/v1/")]
    return {
        (method, "/" + re.sub(r"<(?:\w+:)?(\w+)>", "{}", route))
        for route, view in of_api
        if hasattr(view, "cls") and not route.endswith(("schema/", "docs/"))
        for method in methods_of(view)
    }


def test_openapi_document_names_every_endpoint_and_no_other(document):
    named = {
        (method, re.sub(r"{\w+}", "{}", path))
        for path, operations in document["paths"].items()
        for method in operations
        if method in METHODS
    }

    assert named == endpoints()
    assert document["openapi"].startswith("3.1")


def test_openapi_document_says_how_each_operation_fails(document):
    operations = [one for path in document["paths"].values() for method, one in path.items() if method in METHODS]

    silent = [one["operationId"] for one in operations if "application/problem+json" not in str(one["responses"])]

    assert silent == []


def test_openapi_document_offers_the_idempotency_key_on_every_post(document):
    posts = [operations["post"] for operations in document["paths"].values() if "post" in operations]

    without = [
        one["operationId"]
        for one in posts
        if "Idempotency-Key" not in [parameter["name"] for parameter in one.get("parameters", [])]
    ]

    assert without == []


# What a problem tells beyond its code, by the operation that answers with it: (path, method, status, names).
MORE_WORDS = [
    ("holds/", "post", "409", {"nearest"}),
    ("practitioners/{id}/retire/", "post", "409", {"affected", "proposals"}),
    ("practitioners/{practitioner_id}/qualifications/{qualification_id}/", "put", "409", {"affected", "proposals"}),
    ("schedules/", "post", "409", {"affected", "proposals"}),
    ("schedules/{id}/", "put", "409", {"affected", "proposals"}),
    ("schedules/{id}/retire/", "post", "409", {"affected", "proposals"}),
    ("schedule-exceptions/", "post", "409", {"affected", "proposals"}),
    ("schedule-exceptions/{id}/withdraw/", "post", "409", {"affected", "proposals"}),
    ("review-tasks/{id}/claim/", "post", "409", {"held_by", "lease_expires_at"}),
    ("review-tasks/{id}/renew/", "post", "409", {"held_by", "lease_expires_at"}),
    ("review-tasks/{id}/accept/", "post", "409", {"held_by", "lease_expires_at"}),
    ("review-tasks/{id}/decline/", "post", "409", {"held_by", "lease_expires_at"}),
    ("questionnaire-responses/{id}/complete/", "post", "412", set()),
]


@pytest.mark.parametrize(("path", "method", "status", "names"), MORE_WORDS)
def test_openapi_document_names_what_a_problem_tells_beyond_its_code(document, path, method, status, names):
    operation = document["paths"]["/api/v1/" + path][method]

    schema = operation["responses"][status]["content"]["application/problem+json"]["schema"]["$ref"]
    told = document["components"]["schemas"][schema.rpartition("/")[2]]["properties"]

    assert names | {"code", "detail", "errors", "status", "title", "type"} == set(told)


@pytest.mark.parametrize("path", ["practitioners/{id}/roles/", "practitioners/{practitioner_id}/qualifications/"])
def test_openapi_document_shows_lists_as_they_are_sent(document, path):
    content = document["paths"]["/api/v1/" + path]["get"]["responses"]["200"]["content"]["application/json"]

    listed = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]["properties"]

    assert set(listed) == {"next", "previous", "results"}


@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/v1/holds/none/", "/api/v2/services/"])
def test_address_that_there_is_not_is_a_problem_document_for_programs(client, path):
    answer = client.get(path)

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert (answer.json()["code"], answer.json()["status"]) == ("not-found", 404)


@pytest.mark.django_db
def test_page_that_there_is_not_is_a_page_for_people(client):
    assert client.get("/nothing/")["Content-Type"].startswith("text/html")


def test_broken_endpoint_is_a_problem_document_without_the_cause(rf):
    answer = outside.server_error(rf.get("/api/v1/services/"))

    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert json.loads(answer.content)["code"] == "server-error"


@pytest.mark.django_db
def test_cursor_that_no_page_named_is_refused_by_its_name(client):
    answer = client.get("/api/v1/services/?cursor=rubbish")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


def test_every_endpoint_goes_through_the_base_of_the_api():
    views = {view.cls for route, _, view in routes() if route.startswith("api/v1/") and hasattr(view, "cls")}
    ours = {view for view in views if not view.__module__.startswith("drf_spectacular")}

    assert [view for view in ours if "_Once" not in [base.__name__ for base in view.__mro__]] == []


def test_the_description_of_the_api_allows_its_one_style_by_hash_and_no_other(client):
    page = client.get("/api/v1/docs/")

    style = re.search(r"<style>(.*?)</style>", page.content.decode(), re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}'" in page.headers["Content-Security-Policy"]
    assert "unsafe-" not in page.headers["Content-Security-Policy"]
