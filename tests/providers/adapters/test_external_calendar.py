from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import urllib3

from config.core import outbound
from providers.adapters import external_calendar as outside
from providers.domain.intervals import Interval

NEW_YORK = ZoneInfo("America/New_York")
JUNE = Interval(datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 8, tzinfo=UTC))
SECRET = "https://calendar.example.com/secret/basic.ics"


def at(day, hour, minute=0):
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


def calendar(*events):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"]
    for number, event in enumerate(events):
        uid = [] if any(line.startswith("UID") for line in event) else [f"UID:{number}@elsewhere"]
        lines += ["BEGIN:VEVENT", *uid, "DTSTAMP:20260501T000000Z", *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def busy(*events, span=JUNE):
    return [tuple(one) for one in outside.busy(calendar(*events), zone=NEW_YORK, span=span)]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (["DTSTART:20260601T130000Z", "DTEND:20260601T140000Z"], [(at(1, 13), at(1, 14))]),
        (["DTSTART;TZID=America/Chicago:20260601T090000", "DTEND;TZID=America/Chicago:20260601T100000"],
         [(at(1, 14), at(1, 15))]),
        (["DTSTART:20260601T090000", "DTEND:20260601T093000"], [(at(1, 13), at(1, 13, 30))]),
        (["DTSTART;VALUE=DATE:20260602", "DTEND;VALUE=DATE:20260603"], [(at(2, 4), at(3, 4))]),
        (["DTSTART;VALUE=DATE:20260602"], [(at(2, 4), at(3, 4))]),
        (["DTSTART:20260601T130000Z", "DURATION:PT45M"], [(at(1, 13), at(1, 13, 45))]),
        (["DTSTART:20260601T130000Z", "DTEND:20260601T140000Z", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260602T130000Z"],
         [(at(1, 13), at(1, 14)), (at(3, 13), at(3, 14))]),
        (["DTSTART:20260601T130000Z", "DTEND:20260601T140000Z", "TRANSP:TRANSPARENT"], []),
        (["DTSTART:20260601T130000Z", "DTEND:20260601T140000Z", "STATUS:CANCELLED"], []),
        (["DTSTART:20260601T130000Z", "DTEND:20260601T140000Z", "UID:1@anteroom"], []),
        (["DTSTART:20260501T130000Z", "DTEND:20260501T140000Z"], []),
        (["DTSTART:20260531T230000Z", "DTEND:20260601T010000Z"], [(at(1, 0), at(1, 1))]),
    ],
    ids=["utc", "zone", "floating is in the clinician's zone", "a day", "a day without an end", "duration", "recurring",
         "free", "cancelled", "our own", "earlier", "reaches in"],
)  # fmt: skip
def test_what_is_busy(event, expected):
    assert busy(event) == expected


def test_overlapping_events_are_one_stretch():
    first = ["DTSTART:20260601T130000Z", "DTEND:20260601T140000Z"]
    second = ["DTSTART:20260601T133000Z", "DTEND:20260601T150000Z"]

    assert busy(first, second) == [(at(1, 13), at(1, 15))]


def test_a_weekly_event_keeps_its_wall_clock_over_the_change():
    event = [
        "DTSTART;TZID=America/New_York:20261030T090000", "DTEND;TZID=America/New_York:20261030T100000",
        "RRULE:FREQ=DAILY;COUNT=4",
    ]  # fmt: skip
    span = Interval(datetime(2026, 10, 30, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC))

    assert [start.hour for start, _ in busy(event, span=span)] == [13, 13, 14, 14]


@pytest.mark.parametrize("body", [b"", b"<html>", b"BEGIN:VCALENDAR", b"\xff\xfe"], ids=repr)
def test_what_is_no_calendar_is_refused(body):
    with pytest.raises(outside.Unreadable) as refused:
        outside.busy(body, zone=NEW_YORK, span=JUNE)
    assert refused.value.code == "no-calendar"


def test_a_calendar_with_too_much_in_it_is_refused():
    endless = ["DTSTART:20260601T000000Z", "DURATION:PT1M", "RRULE:FREQ=MINUTELY"]

    with pytest.raises(outside.Unreadable) as refused:
        busy(endless)
    assert refused.value.code == "too-many-events"


@pytest.mark.parametrize(
    "address",
    ["http://example.com/a.ics", "ftp://example.com/a", "https://example.com:8443/a", "https://me:secret@example.com/a",
     "https://localhost/a", "https://127.0.0.1/a", "https://[::1]/a", "https://2130706433/a", "https://0x7f.1/a",
     "https://127.1/a", "file:///etc/passwd", "https:///a", "https://exa\u200bmple.com/a", "", "https://example.com:x/"],
)  # fmt: skip
def test_an_address_that_may_not_be_asked_is_refused_before_anything_is_resolved(address):
    with pytest.raises(outside.Unreadable):
        outside.checked(address)


def test_webcal_means_https():
    assert outside.checked("webcal://example.com/a.ics").scheme == "https"


def test_only_named_hosts_and_their_subdomains_are_asked_where_some_are_named(settings):
    settings.CALENDAR_HOSTS = ["example.com"]

    outside.checked("https://calendar.example.com/a")
    for address in ("https://example.org/a", "https://notexample.com/a"):
        with pytest.raises(outside.Unreadable):
            outside.checked(address)


@pytest.mark.parametrize(
    "found",
    [["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["192.168.1.1"], ["100.64.0.1"], ["0.0.0.0"], ["224.0.0.1"],
     ["::1"], ["fe80::1%eth0"], ["fd00::1"], ["::ffff:127.0.0.1"], ["2002:7f00:1::"], ["64:ff9b:1::7f00:1"], ["64:ff9b::a00:1"],
     ["93.184.215.14", "10.0.0.1"], []],
    ids=str,
)  # fmt: skip
def test_a_name_that_leads_inside_is_refused(found):
    with pytest.raises(outside.Unreadable) as refused:
        outside.public_address("example.com", resolve=lambda _host: found)
    assert refused.value.code == "private-address"


def test_a_public_name_is_pinned_to_its_address():
    assert outside.public_address("example.com", resolve=lambda _host: ["93.184.215.14"]) == "93.184.215.14"


class Answer:
    """What a server said."""

    def __init__(self, status=200, body=b"", **headers):
        self.status, self.body, self.headers = status, body, headers

    def stream(self, _size, decode_content):
        assert not decode_content
        yield self.body

    def close(self):
        pass


@pytest.fixture
def server(monkeypatch):
    """Stand in for the network: every name is public, and the pool gives what `answers` holds."""
    seen = {}

    class Pool:
        def __init__(self, host, port, **options):
            seen.update(host=host, port=port, **options)

        def request(self, method, path, **options):
            seen.update(method=method, path=path, **options)
            if isinstance(seen["answer"], Exception):
                raise seen["answer"]
            return seen["answer"]

        def close(self):
            pass

    monkeypatch.setattr(urllib3, "HTTPSConnectionPool", Pool)
    monkeypatch.setattr(outbound, "_resolved", lambda _host: ["93.184.215.14"])
    return seen


def test_the_connection_goes_to_the_address_that_was_looked_at_under_the_name_that_was_asked(server):
    server["answer"] = Answer(body=b"it", ETag='"1"')

    found = outside.fetch(SECRET)

    assert (found.body, found.etag) == (b"it", '"1"')
    assert (server["host"], server["server_hostname"], server["assert_hostname"]) == (
        "93.184.215.14", "calendar.example.com", "calendar.example.com",
    )  # fmt: skip
    assert (server["path"], server["redirect"], server["headers"]["Host"]) == (
        "/secret/basic.ics", False, "calendar.example.com",
    )  # fmt: skip


def test_what_has_not_changed_is_not_sent_again(server):
    server["answer"] = Answer(status=304)

    assert outside.fetch(SECRET, etag='"1"') == outside.Fetched(None, '"1"')
    assert server["headers"]["If-None-Match"] == '"1"'


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(status=302, Location="https://169.254.169.254/"), "redirect"),
        (Answer(status=404), "refused"),
        (Answer(status=304), "redirect"),
        (Answer(body=b"x" * (outside.LARGEST + 1)), "too-large"),
        (urllib3.exceptions.ConnectTimeoutError(), "no-answer"),
        (OSError(), "no-answer"),
    ],
    ids=["redirect", "not found", "unasked 304", "too large", "timeout", "network"],
)
def test_other_answers_are_refused(server, answer, code):
    server["answer"] = answer

    with pytest.raises(outside.Unreadable) as refused:
        outside.fetch(SECRET)
    assert refused.value.code == code


def test_a_server_that_drips_is_left(server, monkeypatch):
    clock = iter([0.0, 10.0, 30.0])
    monkeypatch.setattr(outside.time, "monotonic", lambda: next(clock))
    server["answer"] = Answer()
    server["answer"].stream = lambda _size, decode_content: iter([b"x", b"x"])

    with pytest.raises(outside.Unreadable) as refused:
        outside.fetch(SECRET)
    assert refused.value.code == "too-slow"


def test_a_name_that_is_not_there_is_refused():
    def missing(_host):
        raise OSError

    with pytest.raises(outside.Unreadable) as refused:
        outside.public_address("example.com", resolve=missing)
    assert refused.value.code == "no-such-host"
