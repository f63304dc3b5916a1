"""Log lines about requests: method and path, never the query string, which may hold what somebody typed."""

from collections.abc import MutableMapping
from typing import Any

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware


class RequestLog(RequestMiddleware):
    """Binds the request's id, address and user to every line that is logged while it is answered."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Return how a line names the request."""
        return f"{request.method} {request.path}"


def without_request(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop the request that Django adds to its warnings: written out, it shows the query string."""
    if isinstance(line.get("request"), HttpRequest):
        del line["request"]
    return line
