"""Whether this process is up, and whether everything it needs is."""

from datetime import timedelta

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from config.core.clock import database_now
from consultations.models import Heartbeat

LATE = timedelta(seconds=60)


@login_not_required
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """Say that the process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """Say whether database, broker and worker are reachable; 503 names what is not."""
    checks = {"database": False, "worker": False, "broker": _broker_answers()}
    try:
        beat = Heartbeat.objects.filter(name="tick").first()
        checks["database"] = True
        checks["worker"] = beat is not None and database_now() - beat.beat_at < LATE
    except DatabaseError:
        pass
    well = all(checks.values())
    return JsonResponse({"status": "ok" if well else "failing", "checks": checks}, status=200 if well else 503)


def _broker_answers() -> bool:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
