"""Answers to requests that reach no endpoint: programs below /api/ and /fhir/ read problem details, people read pages."""

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from config.core.api import problems

_PROGRAMS = ("/api/", "/fhir/")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that there is not."""
    if not request.path.startswith(_PROGRAMS):
        return defaults.page_not_found(request, exception)
    return _problem(404, code="not-found", detail="There is no such address.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a request that broke something; what it was is in the log. 503 when it was the database's absence."""
    error = sys.exception()
    if problems.is_database_away(error):
        return _unavailable(request, error)
    if not request.path.startswith(_PROGRAMS):
        return defaults.server_error(request)
    return _problem(500, code="server-error", detail="Something broke on our side. Try again in a moment.")


def _unavailable(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    told = problems.unavailable(error)
    if request.path.startswith(_PROGRAMS):
        answer: HttpResponse = JsonResponse(told.data, status=503, content_type=problems.CONTENT_TYPE)
    else:
        answer = defaults.server_error(request, "503.html")
        answer.status_code = 503
    answer.headers["Retry-After"] = told.headers["Retry-After"]
    return answer


def _problem(status: int, *, code: str, detail: str) -> HttpResponse:
    answer = problems.problem(status, code=code, detail=detail)
    return JsonResponse(answer.data, status=status, content_type=problems.CONTENT_TYPE)
