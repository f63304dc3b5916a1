"""
Log lines about requests: method and path, never the query string, which may hold what somebody typed.

The path is shown without the parts that may open something: who holds the address of a calendar feed or the link of
a message needs nothing else.
"""

import re
from collections.abc import Iterator, MutableMapping
from functools import cache
from ipaddress import ip_address
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django_structlog.middlewares import RequestMiddleware

HIDDEN = "..."
# What an address may show of itself: these name a row or a service, and open nothing.
_SHOWN = re.compile(r"<(?:uuid|int|slug):(\w+)>")
_WORD = re.compile(r"[a-z][a-z0-9_.-]*", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,6}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ELSEWHERE = re.compile(r"(https?://[^/\s]+)/\S+")


class RequestLog(RequestMiddleware):
    """Binds the request's id, address and user to every line that is logged while it is answered."""

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """Bind where the request came from; the audit trail takes it from here."""
        structlog.contextvars.bind_contextvars(ip=client_ip(request))

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Return how a line names the request."""
        return f"{request.method} {shown_path(request.path)}"


def shown_path(path: str) -> str:
    """
    Return a path as logs may show it: only ids, numbers and slugs of its route stay, all else that varies is hidden.

    A path without a route may be a secret address with a slip in it: of that, only words that routes are made of stay.
    """
    try:
        found = resolve(path)
    except Resolver404:
        return _words_alone(path)
    shown = set(_SHOWN.findall(found.route))
    secrets = [*found.args, *(value for name, value in found.kwargs.items() if name not in shown)]
    for secret in sorted(map(str, secrets), key=len, reverse=True):
        path = path.replace(secret, HIDDEN) if secret else path
    return path


def _words_alone(path: str) -> str:
    known = _words_of_routes()
    return "/".join(part if part in known or _NUMBER.fullmatch(part) else HIDDEN for part in path.split("/"))


@cache
def _words_of_routes() -> frozenset[str]:
    return frozenset({"", *_fixed_parts(get_resolver().url_patterns)})


def _fixed_parts(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        yield from (part for part in str(pattern.pattern).strip("^$").split("/") if _WORD.fullmatch(part))
        if isinstance(pattern, URLResolver):
            yield from _fixed_parts(pattern.url_patterns)


def client_ip(request: HttpRequest) -> str | None:
    """
    Return the address of the client as the outermost of our own proxies saw it; None for what is no address.

    Whatever a client writes into X-Forwarded-For stands before what our proxies append, and is not believed.
    """
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    found = hops[-proxies] if 0 < proxies <= len(hops) else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ip_address(found))
    except ValueError:
        return None


def without_request(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop the request that Django adds to its warnings, which shows the query string, and the secret parts of its path."""
    request = line.get("request")
    if isinstance(request, HttpRequest):
        line["event"] = _without_path(str(line.get("event", "")), request.path)
        # A handler that saw the record first leaves the whole text in it.
        line.pop("message", None)
        del line["request"]
    return line


def _without_path(event: str, path: str) -> str:
    # Django escapes what is not ASCII before it logs a path, and names the whole address of a wrong Referer.
    for form in (path, path.encode("unicode_escape").decode("ascii")):
        event = event.replace(form, shown_path(path))
    return _ELSEWHERE.sub(rf"\1/{HIDDEN}", event)
