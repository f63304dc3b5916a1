"""Every error of the API as RFC 9457 problem details; the only place that knows status codes of refusals."""

import http
import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from config.core.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound, Refusal, Stale

logger = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"
STATUS: list[tuple[type[Refusal], int]] = [
    (Stale, 412),
    (Conflict, 409),
    (Invalid, 422),
    (NotAllowed, 403),
    (NotFound, 404),
    (Refusal, 400),
]
CODES = {
    400: "malformed",
    401: "not-signed-in",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "unsupported-media-type",
    422: "invalid",
    429: "too-often",
}
# Classes of SQLSTATE: no connection, no room (53300 is one connection too many), shut down. An error of connecting has none.
_AWAY = ("08", "53", "57P")
_BACK_SECONDS = 5


class TooLarge(exceptions.APIException):
    """Send less than the limit at once."""

    status_code = 413
    default_detail = "The body is larger than one megabyte."
    default_code = "too-large"


class Unprocessable(exceptions.ValidationError):
    """DRF's validation error with the status that the contract names."""

    status_code = 422


def problem(
    status: int,
    *,
    code: str,
    detail: str,
    title: str = "",
    errors: list[dict[str, str]] | None = None,
    extra: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return one problem document; `errors` names each offending field."""
    body = {
        "type": f"urn:anteroom:problem:{code}",
        "title": title or http.HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": errors or [],
        **(extra or {}),
    }
    return Response(body, status=status, content_type=CONTENT_TYPE, headers=headers)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the problem document of an exception; None lets an unexpected one become a 500."""
    set_rollback()
    if isinstance(error, Refusal):
        return refusal(error)
    if is_database_away(error):
        return unavailable(error)
    told = _in_words_of_rest_framework(error)
    return _from_rest_framework(told) if isinstance(told, exceptions.APIException) else None


def _in_words_of_rest_framework(error: Exception) -> Exception:
    if isinstance(error, Http404):
        return exceptions.NotFound("There is no such thing, or it is not yours to see.")
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, SuspiciousOperation):
        return exceptions.ParseError("The request is malformed.")
    return Unprocessable(error.messages) if isinstance(error, ValidationError) else error


def is_database_away(error: BaseException | None) -> bool:
    """Tell whether the database refuses connections, ended this one or is starting: soon it may answer again."""
    if isinstance(error, InterfaceError):
        return True
    state = getattr(error.__cause__, "sqlstate", None) if error else None
    return isinstance(error, OperationalError) and (state is None or state.startswith(_AWAY))


def unavailable(error: BaseException | None) -> Response:
    """Return the problem document of a database that is away, and write down how; such an error shows no values."""
    logger.error("The database does not answer: %s", error)
    detail = gettext("This is not available for the moment. Try again in a few seconds.")
    return problem(503, code="unavailable", detail=detail, headers={"Retry-After": str(_BACK_SECONDS)})


def refusal(error: Refusal) -> Response:
    """Return the problem document of a flow's refusal."""
    status = next(number for kind, number in STATUS if isinstance(error, kind))
    errors = [{"field": one.field, "code": one.code, "detail": one.detail} for one in error.errors]
    title = str(error.title)
    return problem(status, code=error.code, title=title, detail=error.detail, errors=errors, extra=error.extra)


def _from_rest_framework(error: exceptions.APIException) -> Response:
    status = 422 if isinstance(error, exceptions.ValidationError) else error.status_code
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(max(1, int(wait)))
    errors = [
        {"field": one.field, "code": one.code, "detail": one.detail}
        for one in (fields(error.detail) if status == 422 else ())
    ]
    detail = errors[0]["detail"] if errors else str(error.detail)
    return problem(status, code=CODES.get(status, "error"), detail=detail, errors=errors, headers=headers)


def fields(detail: Any, path: str = "") -> Iterator[FieldError]:
    """Yield one FieldError for each leaf of DRF's nested validation detail."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            inner = f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}"
            yield from fields(value, inner.removeprefix("."))
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            nested = isinstance(value, dict)
            yield from fields(value, f"{path}[{index}]" if nested else path)
    else:
        name = path.removesuffix(".non_field_errors").removeprefix("non_field_errors")
        yield FieldError(name, str(getattr(detail, "code", "invalid")).replace("_", "-"), str(detail))
