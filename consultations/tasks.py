"""What workers do for the consultations app. Rows hold every due thing; a task only wakes somebody to look."""

import time
from collections.abc import Callable, Iterable
from uuid import UUID

import structlog
from celery import shared_task
from django.conf import settings
from kombu.exceptions import OperationalError

from config.core.clock import database_now
from consultations.adapters import mail, push, sms
from consultations.domain.codes import Channel
from consultations.flows import escalate, follow_up, heartbeat, prefer, rearrange, remind, roster, waitlist, watch
from consultations.models import Communication, CommunicationRequest
from consultations.queries import alerts

BATCH = 50
# Beat wakes every five seconds, the other tasks too, which come before the senders that a tick wakes. A page that was
# begun in time takes a tenth of a second more; what is left before the next tick, nobody sends.
DRAIN_SECONDS = 4.9
log = structlog.get_logger(__name__)


@shared_task(ignore_result=True)
def tick(**_later: object) -> None:
    """Every few seconds: leave a sign of life, send due messages, with as many senders as they keep busy."""
    heartbeat.beat(name="tick", now=database_now())
    due = Communication.objects.due(database_now())[: BATCH * settings.MESSAGE_SENDERS].count()
    for _ in range(min(due // BATCH, settings.MESSAGE_SENDERS - 1)):
        _wake_another()
    send_due()


@shared_task(ignore_result=True)
def send_due(**_later: object) -> None:
    """
    Send due messages until there are none, or until shortly before the next tick goes on.

    Any number of these may run at once; MESSAGE_SENDERS says how many one tick starts.
    """
    end = time.monotonic() + DRAIN_SECONDS
    with mail.connected() as send_mail:
        remind.drain(send=send_mail, clock=database_now, channel=Channel.EMAIL, seconds=DRAIN_SECONDS, limit=BATCH)
    # However many letters there are, some texts go too.
    left = max(0.0, end - time.monotonic())
    remind.drain(send=sms.send, clock=database_now, channel=Channel.SMS, seconds=left, limit=BATCH)
    left = max(0.0, end - time.monotonic())
    remind.drain(send=push.send, clock=database_now, channel=Channel.PUSH, seconds=left, limit=BATCH)


@shared_task(ignore_result=True)
def escalate_flags(**_later: object) -> None:
    """Every few seconds, apart from the messages, whose server may be slow: open alerts, take their next steps."""
    _each(alerts.unopened(), lambda pk: escalate.begin(flag_id=pk, now=database_now()))
    _each(alerts.due(database_now()), lambda pk: escalate.climb(escalation_id=pk, now=database_now()))
    heartbeat.beat(name="escalations", now=database_now())


def _each(ids: Iterable[UUID], act: Callable[[UUID], object]) -> None:
    """Act on each row; one that cannot be handled is reported and holds up no other."""
    for pk in ids:
        try:
            act(pk)
        except Exception as error:  # noqa: BLE001  whatever is wrong with one alert, the next one must be raised
            log.error("alert-failed", row=str(pk), error=type(error).__name__)  # noqa: TRY400  a trace may name people


@shared_task(acks_late=True, ignore_result=True)
def offer_free_times(**_later: object) -> None:
    """Every few seconds: offer free times to who waits for one. Safe to run twice, and to leave out."""
    waitlist.work(clock=database_now)


@shared_task(ignore_result=True)
def watch_over_reviews(**_later: object) -> None:
    """Every few seconds: return cases whose lease ended, tell of due times, remind of questions, end unanswered ones."""
    watch.return_ended(now=database_now())
    watch.look(now=database_now())
    watch.nudge(now=database_now())
    ended = CommunicationRequest.objects.ended(database_now()).values_list("pk", flat=True)[:BATCH]
    _each(list(ended), lambda pk: watch.expire(ask_id=pk, now=database_now()))
    heartbeat.beat(name="reviews", now=database_now())


@shared_task(ignore_result=True)
def open_due_questions(**_later: object) -> None:
    """Every few seconds: open the follow-up questions that have become due, tell of what else is. Safe to run twice."""
    follow_up.open_due(now=database_now())
    follow_up.remind_due(now=database_now())


@shared_task(ignore_result=True)
def tend_messages(**_later: object) -> None:
    """Every half minute: ask what became of texts whose answer was lost, and follow people to another zone."""
    remind.look_up(ask=sms.look_up, clock=database_now)
    prefer.follow_moves(now=database_now())


def _wake_another() -> None:
    """Ask for another sender; without a broker there is none, and this one goes on alone."""
    try:
        send_due.delay()
    except OperationalError:
        return


@shared_task(acks_late=True, ignore_result=True)
def warn_of_licences(**_later: object) -> None:
    """Every hour: warn of licences that end. Safe to run twice; a day missed is made up by the next run."""
    rearrange.warn(now=database_now())


@shared_task(acks_late=True, ignore_result=True)
def warn_of_gaps(**_later: object) -> None:
    """Every hour: warn of time in which nobody will be on call. Safe to run twice; a run missed is made up by the next."""
    roster.warn(now=database_now())
