"""What somebody typed into an address is not in the log."""

import logging

import structlog

from config.core.request_log import RequestLog
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
