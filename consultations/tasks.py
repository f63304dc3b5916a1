"""What workers do for the consultations app. Rows hold every due thing; a task only wakes somebody to look."""

from celery import shared_task

from config.core.clock import database_now
from consultations.adapters import mail
from consultations.flows import follow_up, remind


@shared_task(ignore_result=True)
def tick(**_later: object) -> None:
    """Every few seconds: open due follow-up questions, send due messages, leave a sign of life."""
    follow_up.open_due(now=database_now())
    remind.dispatch(send=mail.send, clock=database_now)
    remind.beat(name="tick", now=database_now())
