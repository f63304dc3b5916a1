"""The JSON API has every endpoint of its contract, and its OpenAPI document is valid and whole."""

import base64
import hashlib
import io
import re

import pytest
import yaml
from django.core.management import call_command
from django.urls import resolve

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
    "POST flags/{id}/acknowledge/",
    "POST appointments/{id}/check-in/",
    "POST encounters/{id}/begin/",
    "POST encounters/{id}/finish/",
    "POST appointments/{id}/no-show/",
    "POST encounters/{id}/determination/",
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
