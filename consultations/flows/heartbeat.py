"""The signs of life of background work, which readiness and the alarms look for."""

from datetime import datetime

from config.core.flow import flow
from consultations.models import Heartbeat


@flow
def beat(*, name: str, now: datetime) -> None:
    """
    Write down that a background process, named as readiness looks for it, did its work.

    Writes  Heartbeat
    """
    Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": now})
