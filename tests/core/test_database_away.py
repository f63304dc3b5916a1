"""What a person and a program are told while PostgreSQL cannot be reached."""

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.test import Client
from psycopg_pool import PoolTimeout
from rest_framework.test import APIClient

from config.core.api.problems import is_database_away
from tests.factories.intake import PatientFactory

PAGE, API, FHIR = "/home/", "/api/v1/service-requests/", "/fhir/Questionnaire"


@pytest.fixture
def user(transactional_db):
    return PatientFactory().user


@pytest.fixture
def away(user, monkeypatch, tmp_path):
    connection.close()
    with monkeypatch.context() as elsewhere:
        elsewhere.setitem(connection.settings_dict, "HOST", str(tmp_path))
        yield
    connection.close()


def somebody():
    """Return the browser of somebody whose session is asked for in the database."""
    browser = Client(raise_request_exception=False)
    browser.cookies["sessionid"] = "a" * 32
    return browser


def test_a_page_says_to_try_again_in_the_reader_s_language(away):
    page = somebody().get(PAGE, headers={"Accept-Language": "es"})

    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "en un minuto" in page.text
    assert "911" in page.text


def test_the_api_answers_a_problem_that_says_when_to_ask_again(away):
    answer = somebody().get(API)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "unavailable"


@pytest.mark.parametrize("key", [None, "once"], ids=["plain", "with an idempotency key"])
def test_a_step_fails_in_the_same_shape_when_the_database_goes_in_the_midst_of_it(user, away, key):
    client = APIClient()
    client.force_authenticate(user)

    answer = client.post(
        API, {"service": "anxiety", "state": "NY"}, format="json", headers={"Idempotency-Key": key} if key else {}
    )

    assert (answer.status_code, answer.headers["Retry-After"], answer.data["code"]) == (503, "5", "unavailable")


def test_a_fhir_address_answers_an_operation_outcome(user, away):
    client = APIClient()
    client.force_authenticate(user)

    answer = client.get(FHIR)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    [issue] = answer.json()["issue"]
    assert (issue["code"], issue["details"]["coding"][0]["code"]) == ("transient", "unavailable")


def wrapped(cause, kind=OperationalError):
    error = kind(str(cause))
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        wrapped(psycopg.OperationalError("FATAL: sorry, too many clients already")),
        wrapped(psycopg.errors.TooManyConnections()),
        wrapped(psycopg.errors.AdminShutdown()),
        wrapped(psycopg.errors.CannotConnectNow()),
        wrapped(PoolTimeout()),
        wrapped(psycopg.InterfaceError("the connection is closed"), InterfaceError),
    ],
    ids=lambda error: type(error.__cause__).__name__,
)
def test_a_database_that_may_soon_answer_again_is_away(error):
    assert is_database_away(error)


@pytest.mark.parametrize(
    "error",
    [
        wrapped(psycopg.errors.DeadlockDetected()),
        wrapped(psycopg.errors.QueryCanceled()),
        wrapped(psycopg.errors.UniqueViolation(), IntegrityError),
        ValueError(),
        None,
    ],
    ids=lambda error: type(error.__cause__ or error).__name__ if error else "none",
)
def test_what_the_database_said_itself_is_a_fault_of_ours(error):
    assert not is_database_away(error)
