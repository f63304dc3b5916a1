"""What the FHIR doors share: FHIR's media type, whole bodies, OperationOutcomes, pages of bundles."""

import json
from collections.abc import Callable, Mapping
from typing import IO, Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from rest_framework import exceptions
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from config.core.api import ApiView
from config.core.api.problems import TooLarge
from intake.fhir.bundle import of_problem, searchset

Row = TypeVar("Row", bound=Model)
LARGEST = 5 * 1024 * 1024
MOST_ROWS = 100


class WholeBody(BaseParser):
    """Hands the body on as bytes: a Questionnaire is kept byte for byte."""

    media_type = "application/fhir+json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the body's bytes; 413 when it is larger than five megabytes."""
        body = bytes(stream.read(LARGEST + 1))
        if len(body) > LARGEST:
            raise TooLarge
        return body


class WholeJson(WholeBody):
    """The same for clients that say application/json."""

    media_type = "application/json"


class FhirJson(JSONRenderer):
    """FHIR's JSON."""

    media_type = "application/fhir+json"
    charset = "utf-8"


class FhirView(ApiView):
    """One FHIR address; every error is an OperationOutcome."""

    parser_classes = (WholeBody, WholeJson)
    renderer_classes = (FhirJson, JSONRenderer)
    schema = None

    def handle_exception(self, exc: Exception) -> Response:
        """Return a refusal as FHIR says it; the JSON API's codes stay in its details."""
        told = super().handle_exception(exc)
        told.data = of_problem(told.data, told.status_code)
        told.content_type = FhirJson.media_type
        return told


def body_of(request: Request) -> bytes:
    """Return the bytes of a body; none for a request without one."""
    sent: Any = request.data
    return sent if isinstance(sent, bytes) else b""


def resource(request: Request, kind: str) -> dict[str, Any]:
    """Return the resource of a body; 400 when it is none of that kind."""
    try:
        read = json.loads(body_of(request).decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        message = "The body is not JSON."
        raise exceptions.ParseError(message) from error
    if not isinstance(read, dict) or read.get("resourceType") not in {kind, "Parameters"}:
        message = f"The body is no {kind}."
        raise exceptions.ParseError(message)
    return _inside(read, kind) if read["resourceType"] == "Parameters" else read


def _inside(parameters: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return the resource that stands in Parameters, as operations may send it."""
    listed = parameters.get("parameter")
    for one in listed if isinstance(listed, list) else ():
        found = one.get("resource") if isinstance(one, dict) else None
        if isinstance(found, dict) and found.get("resourceType") == kind:
            return found
    message = f"The parameters hold no {kind}."
    raise exceptions.ParseError(message)


def found(request: Request, rows: QuerySet[Row], show: Callable[[Row], Mapping[str, Any]], *, base: str) -> Response:
    """Return one page of a search: `_count` rows, at most a hundred, from `_offset`."""
    count = min(_number(request, "_count", 20), MOST_ROWS)
    start, total = _number(request, "_offset", 0), rows.count()
    here = request.build_absolute_uri(request.path)
    asked = {key: str(value) for key, value in request.query_params.items() if key not in {"_offset", "_count"}}
    links = {"self": _address(here, asked, count, start)}
    if start + count < total:
        links["next"] = _address(here, asked, count, start + count)
    if start:
        links["previous"] = _address(here, asked, count, max(start - count, 0))
    page = [show(row) for row in rows[start : start + count]]
    return Response(searchset(page, total=total, base=base, links=links))


def only(request: Request, names: frozenset[str]) -> None:
    """Refuse a search by anything else: a parameter that is overlooked finds too much."""
    unknown = sorted(set(request.query_params) - names - {"_count", "_offset", "_format"})
    if unknown:
        message = f"Searching by {unknown[0]} is not supported."
        raise exceptions.ParseError(message)


def _address(here: str, asked: Mapping[str, str], count: int, start: int) -> str:
    return f"{here}?{urlencode({**asked, '_count': count, '_offset': start})}"


def _number(request: Request, name: str, otherwise: int) -> int:
    text = request.query_params.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 7):
        message = f"{name} is a number."
        raise exceptions.ParseError(message)
    return int(text) if text else otherwise


def _refuse(name: str) -> None:
    message = f"{name} is not JSON."
    raise ValueError(message)
