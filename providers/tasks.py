"""What workers do for the providers app."""

from celery import shared_task
from django.utils import timezone

from providers.flows import hold


@shared_task(acks_late=True, ignore_result=True)
def release_expired_holds(**_later: object) -> None:
    """Free the holds whose time is over. Safe to run twice, and to leave out: an expired hold stops nobody."""
    hold.expire(now=timezone.now())
