"""Log lines about requests: method and path, never the query string, which may hold what somebody typed."""

from collections.abc import MutableMapping
from ipaddress import ip_address
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware


class RequestLog(RequestMiddleware):
    """Binds the request's id, address and user to every line that is logged while it is answered."""

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """Bind where the request came from; the audit trail takes it from here."""
        structlog.contextvars.bind_contextvars(ip=client_ip(request))

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Return how a line names the request."""
        return f"{request.method} {request.path}"


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
    """Drop the request that Django adds to its warnings: written out, it shows the query string."""
    if isinstance(line.get("request"), HttpRequest):
        del line["request"]
    return line
