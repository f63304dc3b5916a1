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
# What must have left a sign of life lately, by its name in the answer: a worker may send mail and raise no alert.
SIGNS = {"worker": "tick", "escalations": "escalations", "reviews": "reviews"}


@login_not_required
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """Say that the process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """Say whether database and broker are reachable, and every tick that keeps people safe; 503 names what is not."""
    checks = {"database": False, **dict.fromkeys(SIGNS, False), "broker": _broker_answers()}
    try:
        beats, now = dict(Heartbeat.objects.values_list("name", "beat_at")), database_now()
        checks["database"] = True
        checks.update({check: name in beats and now - beats[name] < LATE for check, name in SIGNS.items()})
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
