"""What somebody typed into an address is not in the log."""

import logging

import pytest
import structlog

from config.core.request_log import RequestLog, client_ip
from config.settings import base


def test_line_of_a_request_names_its_path_alone(rf):
    assert RequestLog.format_request(rf.get("/services/?name=Featherstonehaugh")) == "GET /services/"


def test_warning_of_django_is_written_without_the_request(rf):
    words = {name: value for name, value in base.LOGGING["formatters"]["line"].items() if name != "()"}
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

    line = structlog.stdlib.ProcessorFormatter(**words).format(record)

    assert "/nowhere/" in line
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
