"""What workers do for the consultations app. Rows hold every due thing; a task only wakes somebody to look."""

from celery import shared_task
from django.conf import settings

from config.core.clock import database_now
from consultations.adapters import mail, sms
from consultations.domain.codes import Channel
from consultations.flows import follow_up, remind
from consultations.models import Communication

BATCH = 50


@shared_task(ignore_result=True)
def tick(**_later: object) -> None:
    """Every few seconds: leave a sign of life, open due follow-up questions, send due messages."""
    remind.beat(name="tick", now=database_now())
    follow_up.open_due(now=database_now())
    due = Communication.objects.due(database_now())[: BATCH * settings.MESSAGE_SENDERS].count()
    for _ in range(min(due // BATCH, settings.MESSAGE_SENDERS - 1)):
        send_due.delay()
    send_due()


@shared_task(ignore_result=True)
def send_due(**_later: object) -> None:
    """
    Send due messages until there are none, or until shortly before the next tick goes on.

    Any number of these may run at once; MESSAGE_SENDERS says how many one tick starts.
    """
    with mail.connected() as send_mail:
        remind.drain(send=send_mail, clock=database_now, channel=Channel.EMAIL, limit=BATCH)
    remind.drain(send=sms.send, clock=database_now, channel=Channel.SMS, limit=BATCH)
