"""What somebody typed into an address is not in the log, nor what an address opens to whoever holds it."""

import io
import logging
import re

import pytest
import structlog
from django.test import Client

from config.core.request_log import RequestLog, client_ip
from config.embedded import programs
from config.settings import base
from tests.contracts.product import address, routes

SECRET = "kZ3qPw0vXc9LmT-7uRe_5aYbN"
ROW = "0b5c2a4e-1d6f-4c3b-9a8e-7f6d5c4b3a21"
# What a route takes besides ids, numbers and slugs is a secret, or may be one.
_OPENING = re.compile(r"<(?!uuid:|int:|slug:)[^>]*>|\(\?P<\w+>[^)]*\)")


def secret_addresses():
    """Return an address with a secret in it for each route that takes one; what the admin takes are ids."""
    taking = {route for route, _, _ in routes() if _OPENING.search(route) and not route.startswith("admin/")}
    return sorted(address(_OPENING.sub(SECRET, route)) for route in taking)


SECRET_ADDRESSES = secret_addresses()


def test_line_of_a_request_names_its_path_alone(rf):
    assert RequestLog.format_request(rf.get("/services/?name=Featherstonehaugh")) == "GET /services/"


def test_secret_addresses_are_found_in_the_routes():
    assert {f"/m/{SECRET}/", f"/u/{SECRET}/", f"/clinic/calendar/{SECRET}.ics"} < set(SECRET_ADDRESSES)
    assert f"/account/password/reset/key/{SECRET}-{SECRET}/" in SECRET_ADDRESSES


@pytest.mark.parametrize("path", SECRET_ADDRESSES)
def test_line_of_a_request_does_not_open_what_its_path_opens(rf, path):
    line = RequestLog.format_request(rf.get(path))

    assert SECRET not in line
    assert line.startswith("GET /" + path.split("/")[1] + "/")


@pytest.mark.parametrize("slip", ["{}", "/m{}", "{}/more/", "{}x", "{}é", "{}?next=/"], ids=ascii)
@pytest.mark.parametrize("path", SECRET_ADDRESSES)
def test_slip_in_a_secret_address_does_not_bring_it_into_the_log(rf, path, slip):
    assert SECRET not in RequestLog.format_request(rf.get(slip.format(path.removesuffix("/"))))


@pytest.mark.parametrize(
    "path",
    [f"/cases/{ROW}/", f"/cases/{ROW}/nothing/", f"/questions/{ROW}/3/", "/services/stress-and-anxiety/", "/home/"],
)
def test_line_of_a_request_keeps_what_names_a_row(rf, path):
    assert RequestLog.format_request(rf.get(path)).replace("...", "nothing") == f"GET {path}"


@pytest.fixture
def lines(db):
    """Return what the product's own logging writes while the client asks."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


def formatter():
    words = {name: value for name, value in base.LOGGING["formatters"]["line"].items() if name != "()"}
    return structlog.stdlib.ProcessorFormatter(**words)


@pytest.mark.parametrize("tail", ["", "é", "/more/", "%0A"], ids=ascii)
@pytest.mark.parametrize("path", SECRET_ADDRESSES)
def test_refused_secret_address_is_not_in_the_log(client, lines, path, tail):
    client.get(f"{path}{tail}", headers={"user-agent": "curl"})
    client.delete(f"{path}{tail}")

    assert SECRET not in lines.getvalue()


def test_not_found_is_in_the_log_without_the_secret(client, lines):
    client.get(f"/m/{SECRET}/more/")

    assert "Not Found: /m/..." in lines.getvalue()


def test_wrong_referer_is_in_the_log_without_its_path(lines):
    visitor = Client(enforce_csrf_checks=True)
    visitor.cookies["csrftoken"] = "t" * 32

    visitor.post("/account/login/", secure=True, headers={"referer": f"https://other.example/m/{SECRET}/"})

    assert "Referer checking failed - https://other.example/..." in lines.getvalue()
    assert SECRET not in lines.getvalue()


def test_web_server_writes_no_line_of_its_own_for_a_request():
    options = programs.web(programs.addresses()).argv

    assert not [one for one in options if "access" in one]
    assert options[options.index("--log-level") + 1] == "warning"


def test_warning_of_django_is_written_without_the_request(rf):
    record = logging.makeLogRecord(
        {
            "name": "django.request",
            "levelname": "WARNING",
            "msg": "Not Found: %s",
            "args": ("/nowhere/",),
            "status_code": 404,
            "request": rf.get("/nowhere/?name=Featherstonehaugh"),
        }
    )

    line = formatter().format(record)

    assert "Not Found: /" in line
    assert "404" in line
    assert "Featherstonehaugh" not in line


@pytest.mark.parametrize(
    ("proxies", "told", "found"),
    [
        (0, "", "192.0.2.9"),
        (0, "203.0.113.7", "192.0.2.9"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7, 192.0.2.1", "203.0.113.7"),
        (2, "203.0.113.7", "192.0.2.9"),
        (1, "<script>", None),
    ],
    ids=["none", "invented", "one proxy", "one proxy, invented", "two proxies", "a proxy left out", "no address"],
)
def test_address_of_a_client_is_what_our_own_proxies_saw(rf, settings, proxies, told, found):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": told} if told else {}

    assert client_ip(rf.get("/", headers=headers, REMOTE_ADDR="192.0.2.9")) == found
