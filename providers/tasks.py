"""What workers do for the providers app."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from providers.flows import hold, open_times
from providers.queries.open_times import to_refresh


@shared_task(acks_late=True, ignore_result=True)
def release_expired_holds(**_later: object) -> None:
    """Free the holds whose time is over. Safe to run twice, and to leave out: an expired hold stops nobody."""
    hold.expire(now=timezone.now())


@shared_task(ignore_result=True)
def refresh_open_times(**_later: object) -> None:
    """Hand each clinician whose free times are doubtful or old to a task. Safe to leave out: search then computes."""
    for practitioner_id in to_refresh(timezone.now()):
        refresh_open_times_of.delay(practitioner_id=str(practitioner_id))


@shared_task(acks_late=True, ignore_result=True)
def refresh_open_times_of(*, practitioner_id: str, **_later: object) -> None:
    """Work out the free times of one clinician. Safe to run twice."""
    try:
        open_times.refresh(practitioner_id=UUID(practitioner_id), now=timezone.now())
    except open_times.NoSuchPractitioner:
        return
