"""
Reading a calendar at an address that a person gave us: fetched with suspicion, read for its busy times alone.

Source  RFC 5545; OWASP ASVS 5.0, 1.3.6 and 15.3.2 (requests to addresses from outside)
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

import recurring_ical_events
import urllib3
from django.conf import settings
from icalendar import Calendar, Event

from config.core import outbound
from config.core.outbound import Resolve
from providers.domain import windows
from providers.domain.intervals import Interval, union

LARGEST = 5_000_000
LONGEST_SECONDS = 20
MOST_EVENTS = 5_000
_PIECE = 65_536
_TIMEOUT = urllib3.Timeout(connect=3, read=10)
OWN = "@anteroom"


class Unreadable(Exception):
    """The calendar could not be had; `code` says why, in words that name nobody."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Fetched:
    """A calendar as it is now; `body` is None when it has not changed since `etag`."""

    body: bytes | None
    etag: str


def checked(address: str) -> SplitResult:
    """
    Return the parts of an address that may be asked at all, before anything is resolved or sent.

    Raises  Unreadable: https on its usual port, a name and no number, no user name, and a host that is allowed here
    """
    try:
        parts = urlsplit(address.strip().replace("webcal://", "https://", 1))
        port = parts.port
    except ValueError as error:
        raise Unreadable("bad-address") from error
    host = parts.hostname or ""
    if parts.scheme != "https" or port not in {None, 443} or parts.username or parts.password or "." not in host:
        raise Unreadable("bad-address")
    if host.rsplit(".", 1)[-1].isdecimal() or ":" in host or not parts.geturl().isascii():
        raise Unreadable("bad-address")
    allowed = settings.CALENDAR_HOSTS
    if allowed and not any(host == one or host.endswith(f".{one}") for one in allowed):
        raise Unreadable("host-not-allowed")
    return parts


def fetch(address: str, *, etag: str = "") -> Fetched:
    """
    Return the calendar at an address.

    etag    what was kept of the last answer, so that nothing is sent twice
    Raises  Unreadable: the address leads inside, elsewhere, to too much, or nowhere

    The name is resolved once and the connection goes to that very address, so that a second answer of the name
    server cannot lead it inside; redirects are not followed.
    """
    parts = checked(address)
    host = parts.hostname or ""
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    headers = {
        "Host": host,
        "Accept": "text/calendar",
        "Accept-Encoding": "identity",
        "User-Agent": "Anteroom calendar import",
        **({"If-None-Match": etag} if etag else {}),
    }
    pool = urllib3.HTTPSConnectionPool(
        public_address(host), 443, server_hostname=host, assert_hostname=host, timeout=_TIMEOUT, retries=False
    )
    try:
        answer = pool.request("GET", path, headers=headers, redirect=False, preload_content=False)
        try:
            return _read(answer, etag)
        finally:
            answer.close()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise Unreadable("no-answer") from error
    finally:
        pool.close()


def public_address(host: str, *, resolve: Resolve | None = None) -> str:
    """
    Return one public IP address of a host.

    Raises  Unreadable when any of its addresses is not public: a name that leads inside at times is not asked at all
    """
    try:
        return outbound.public_address(host, resolve=resolve)
    except outbound.NoPublicAddress as error:
        raise Unreadable(error.code) from error


def busy(body: bytes, *, zone: ZoneInfo, span: Interval) -> tuple[Interval, ...]:
    """
    Return when a calendar is busy within a span, as the fewest intervals in order.

    zone    in which days and times without a zone are meant
    Returns nothing of cancelled and transparent events, nor of events that came from here
    Raises  Unreadable when it is no calendar, or holds too much
    """
    try:
        calendar = Calendar.from_ical(body)
        events = recurring_ical_events.of(calendar).between(span.start, span.end)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError) as error:
        raise Unreadable("no-calendar") from error
    if len(events) > MOST_EVENTS:
        raise Unreadable("too-many-events")
    found = (piece for event in events if _takes_time(event) for piece in _pieces(event, zone))
    return union(Interval(max(one.start, span.start), min(one.end, span.end)) for one in found if one.overlaps(span))


def _read(answer: urllib3.BaseHTTPResponse, etag: str) -> Fetched:
    if answer.status == 304 and etag:
        return Fetched(None, etag)
    if 300 <= answer.status < 400:
        raise Unreadable("redirect")
    if answer.status != 200:
        raise Unreadable("refused")
    ends, body = time.monotonic() + LONGEST_SECONDS, bytearray()
    for piece in answer.stream(_PIECE, decode_content=False):
        body += piece
        if len(body) > LARGEST:
            raise Unreadable("too-large")
        if time.monotonic() > ends:
            raise Unreadable("too-slow")
    return Fetched(bytes(body), answer.headers.get("ETag", "")[:200])


def _takes_time(event: Event) -> bool:
    return (
        str(event.get("TRANSP", "OPAQUE")).upper() != "TRANSPARENT"
        and str(event.get("STATUS", "")).upper() != "CANCELLED"
        and not str(event.get("UID", "")).endswith(OWN)
    )


def _pieces(event: Event, zone: ZoneInfo) -> Iterator[Interval]:
    start, end = event.start, event.end
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        for day in _dates(start, end):
            yield from windows.whole_day(zone=zone, day=day)
        return
    yield Interval(_instant(start, zone), _instant(end, zone))


def _dates(start: date, end: date) -> Iterator[date]:
    for number in range(start.toordinal(), max(end.toordinal(), start.toordinal() + 1)):
        yield date.fromordinal(number)


def _instant(at: datetime, zone: ZoneInfo) -> datetime:
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)
