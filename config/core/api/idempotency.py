"""
`Idempotency-Key`: a request sent twice is done once, and answered alike.

The key, the work and the answer are one commit, so that a crash between them cannot double the work. A second
request with the same key waits on the unique key until the first has ended.
Source: draft-ietf-httpapi-idempotency-key-header; docs/adr/0004-idempotency-in-the-same-commit.md.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from config.core import crypto
from config.core.api import problems
from config.core.flow import envelope
from config.core.models import IdempotencyKey, User

KEEP = timedelta(hours=24)
MAX_KEY = 255


def once(request: Request, user: User, answer: Callable[[], Response]) -> Response:
    """
    Return the answer to `request`, doing the work only if this person's key is new.

    answer  does the work; problem documents are answers too and are kept, except 401, 429 and 5xx
    Returns the first answer again for the same key and body; 422 `idempotency-key-reused` for another body;
            409 `still-running` when the first request has not ended within two seconds
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return answer()
    if len(key) > MAX_KEY:
        return problems.problem(400, code="idempotency-key-too-long", detail="A key has at most 255 characters.")
    try:
        with envelope():
            return _once(request, user, key, answer, now=timezone.now())
    except _Discard as thrown:
        return thrown.response
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != "55P03":
            raise
        detail = "The first request with this key is still running."
        return problems.problem(409, code="still-running", detail=detail, headers={"Retry-After": "2"})


class _Discard(Exception):
    """Undoes the envelope and carries an answer that must not be kept."""

    def __init__(self, response: Response) -> None:
        self.response = response


def _once(request: Request, user: User, key: str, answer: Callable[[], Response], *, now: datetime) -> Response:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
    fingerprint = _fingerprint(request)
    IdempotencyKey.objects.filter(user=user, key=key, expires_at__lte=now).delete()
    mine = IdempotencyKey(user=user, key=key, fingerprint=fingerprint, expires_at=now + KEEP)
    IdempotencyKey.objects.bulk_create([mine], ignore_conflicts=True)
    kept = IdempotencyKey.objects.select_for_update().get(user=user, key=key)
    if kept.pk != mine.pk:
        return _again(kept, fingerprint)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    with transaction.atomic():
        response = answer()
    if response.status_code in {401, 429} or response.status_code >= 500:
        raise _Discard(response)
    kept.status = response.status_code
    kept.answer = _seal(response)
    kept.save(update_fields=["status", "answer", "updated_at"])
    return response


def _again(kept: IdempotencyKey, fingerprint: str) -> Response:
    if kept.fingerprint != fingerprint:
        detail = "This key was used before with another request."
        return problems.problem(422, code="idempotency-key-reused", detail=detail)
    status = kept.status or 200
    body = json.loads(crypto.box("idempotency").decrypt(bytes(kept.answer or b"")))
    content_type = problems.CONTENT_TYPE if status >= 400 else None
    return Response(body, status=status, content_type=content_type, headers={"Idempotency-Replayed": "true"})


def _seal(response: Response) -> bytes:
    return crypto.box("idempotency").encrypt(json.dumps(response.data, cls=JSONEncoder).encode())


def _fingerprint(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, cls=JSONEncoder)
    return hashlib.sha256(f"{request.method} {request.path}\n{body}".encode()).hexdigest()
