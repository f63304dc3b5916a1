"""
Sending what is planned: take due messages, write the intent, send, write the outcome.

The intent is on the disk before a message is sent, and the outcome of each is a commit of its own. So whatever dies and
whenever, no message is lost, and a sender that dies leaves at most the one in doubt that it was handing over: that one
may come twice.
"""

import itertools
import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError

from config.core.flow import flow, insist
from consultations.adapters import links
from consultations.adapters.mail import Letter
from consultations.adapters.outcome import Outcome, Result
from consultations.adapters.push import Note
from consultations.adapters.sms import STOPPED_BY_RECIPIENT, Text
from consultations.domain.codes import Channel, CommunicationStatus, DeviceEnd, WishSource
from consultations.models import Communication, CommunicationPreference, PushDevice, sending
from consultations.models.communication import CommunicationQuerySet
from consultations.models.communication_preference import wishes_of
from consultations.queries import in_hand, letters, outgoing
from consultations.queries.in_hand import Done, Page, Taken
from consultations.queries.letters import NO_DEVICE, NO_PHONE, Void

LEASE = timedelta(seconds=settings.MESSAGE_LEASE_SECONDS)
# A sender stops when less is left of its lease than one hand-over may take, and long before Celery would end its task.
_BATCH_SECONDS = min(12, settings.MESSAGE_LEASE_SECONDS - settings.EMAIL_TIMEOUT - 2)
# So many letters are taken, written and dialled together, and called back when that was so long ago.
_PAGE = 50
_FRESH_SECONDS = 1
# A text is asked for after the carrier has surely listed it, and again at this distance, for so long.
_ASKED_AFTER = timedelta(minutes=1)
_ASKED_FOR = timedelta(days=1)
_Message = Letter | Text | Note
# Takes the messages of its channel: letters, texts or notifications.
Send = Callable[[Any], Outcome | Result]
Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


def drain(*, send: Send, clock: Clock, channel: Channel, seconds: float = 4, limit: int = 50) -> int:
    """
    Send the due messages of one channel until there are none, the time is over or nobody can be reached.

    channel  each by itself, so that one that is down does not keep the others
    seconds  how long to begin new batches
    limit    how many messages are taken at once
    Returns  how many were handed over
    """
    end = time.monotonic() + seconds
    sent = 0
    for number in itertools.count():
        batch = _Batch(send, clock, reaps=number == 0)
        goes_on = batch.run(limit=limit, channel=channel)
        sent += batch.sent
        if not goes_on or time.monotonic() >= end:
            break
    return sent


def dispatch(*, send: Send, clock: Clock, limit: int = 50) -> int:
    """
    Send one batch of due messages; any number of senders may do so at once, and any of them may die.

    clock    returns the present instant of the database, aware UTC
    limit    how many messages one call takes
    Returns  how many were handed to the mail server
    Writes   Communication; each of take, intent and outcome is a transaction of its own
    Source   docs/adr/0003-messages-are-rows.md
    """
    batch = _Batch(send, clock)
    batch.run(limit=limit, channel=None)
    return batch.sent


def look_up(*, ask: Callable[..., Outcome], clock: Clock, limit: int = 50) -> int:
    """
    Settle the texts whose fate is unknown by asking the carrier for each.

    ask      called with a Text and `since`; returns SENT or REFUSED, RETRY when the carrier never had it, UNKNOWN
    clock    returns the present instant of the database, aware UTC
    Returns  how many are settled; the rest is asked for again later, and seen by administrators
    Writes   Communication, as `settle` does
    """
    now = clock()
    settled = 0
    for message in Communication.objects.unknown_texts(since=now - _ASKED_FOR, before=now - _ASKED_AFTER)[:limit]:
        patient = getattr(message.recipient, "patient", None)
        if message.token is None or patient is None:
            continue
        text = Text(to=str(patient.phone), body="", reference=links.short(message.pk))
        outcome = ask(text, since=message.dialled_at)
        settle(taken=Taken(message.pk, message.token), result=outcome, now=clock())
        settled += outcome.result is not Result.UNKNOWN
    return settled


@flow
def take(*, now: datetime, limit: int, channel: Channel | None = None) -> list[Taken]:
    """
    Take due messages for sending, and first put an end to what is late or was left by a sender that died.

    now      aware UTC
    channel  None for every one
    Returns  messages that nobody else holds, oldest due first
    Writes   Communication: `not-done` (too late), `preparation` or `unknown` (left behind), `in-progress` (taken)
    """
    token = uuid.uuid4()
    Communication.objects.reap(now)
    ids = [message.pk for message in Communication.objects.lock_due(now, limit=limit, channel=channel)]
    Communication.objects.filter(pk__in=ids).hold(token=token, now=now, until=now + LEASE)
    return [Taken(pk, token) for pk in ids]


@flow
def take_page(*, now: datetime, limit: int, channel: Channel | None = None, reaps: bool = True) -> Page:
    """
    Take due messages as `take` does, and dial the letters among them that may go as they are, in one commit.

    Who is voiding one of them waits for this commit, and finds it dialled.

    reaps    whether to look first for what dead senders left
    Writes   as `take`; `in-progress` with `dialled_at` and one attempt more (dialled)
    """
    token, rows = uuid.uuid4(), Communication.objects
    if reaps:
        rows.reap(now)
    found = rows.lock_due(now, limit=min(limit, _PAGE), channel=channel)
    words = outgoing.ready(found, now=now)
    others = [message.pk for message in found if message.pk not in words]
    if words:
        rows.filter(pk__in=words).hold(token=token, now=now, until=now + LEASE, is_dialled=True)
    if others:
        rows.filter(pk__in=others).hold(token=token, now=now, until=now + LEASE)
    return Page({Taken(pk, token): letter for pk, letter in words.items()}, [Taken(pk, token) for pk in others])


@flow
def dial(*, taken: Taken, now: datetime) -> _Message | None:
    """
    Write down that the message is about to be sent, unless nobody needs it any more or it is not wanted now.

    Returns  the message; None when it was void, too late, not wanted now or is held by another sender
    Writes   Communication: `dialled_at` and one attempt more, `stopped` with the reason, or a later due time
    """
    message = outgoing.whole(_held(taken).filter(lease_expires_at__gt=now)).first()
    if message is None or _is_not_wanted(message, now=now):
        return None

    composed = letters.compose(message)
    if isinstance(composed, Void):
        message.end(CommunicationStatus.STOPPED, reason=composed.reason, now=now)
        if composed.reason in {NO_PHONE, NO_DEVICE}:
            Communication.objects.another_way(message, wishes=wishes_of(message.recipient), now=now)
        return None
    Communication.objects.filter(pk=message.pk).dial(now=now, until=now + LEASE)
    return composed


@flow
def dial_page(*, taken: Sequence[Taken], now: datetime) -> Page:
    """
    Write down that the letters among some messages are about to be sent, if they may go as they are.

    Returns  as `letters` those that are still held by this sender; one that is being voided right now is left out
    Writes   Communication: `dialled_at` and one attempt more
    """
    words = outgoing.ready(list(in_hand.rows(taken).lock_held(now)), now=now)
    Communication.objects.filter(pk__in=words).dial(now=now, until=now + LEASE)
    letters = {one: words[one.communication_id] for one in taken if one.communication_id in words}
    return Page(letters, [one for one in taken if one not in letters])


@flow
def end_page(*, done: Sequence[Done], left: Sequence[Taken], now: datetime) -> None:
    """
    Write what became of a page, whatever of it is written already, and call back what was not handed over.

    This commit waits for the disk, and what was written before is safe with it. What a database that broke down in
    between has forgotten is written again.

    Writes  Communication, as `settle` does; `dialled_at` and one attempt less for what is left
    """
    sent = [(one.taken.communication_id, one.taken.token, one.name) for one in done if one.is_sent]
    if sent:
        sending.complete_all(sent, now=now)
    for one in done:
        if not one.is_sent:
            _settle(one, now=now)
    if left:
        in_hand.rows(left).call_back(now)


@flow
def settle(*, taken: Taken, result: Outcome | Result, now: datetime) -> bool:
    """
    Write what became of a message that was sent.

    Returns  False when the message is no longer held by this sender
    Writes   Communication: `completed`, `not-done`, `unknown`, or `preparation` with a later due time; after a
             refusal a new row for the channel that is left
    """
    return _settle(Done(taken, _outcome(result)), now=now)


@flow
def put_off(*, taken: Taken, now: datetime) -> None:
    """
    Try a message again later that could not even be written; after some attempts an administrator has to look.

    Writes  Communication: one attempt more, `preparation` or `not-done`
    """
    message = _held(taken).first()
    if message is not None:
        message.attempts += 1
        message.try_again(why="could-not-be-written", now=now)


@flow
def give_back(*, taken: Sequence[Taken], now: datetime) -> None:
    """
    Give messages back that were taken and not dialled, for any sender to take.

    Writes  Communication `preparation`
    """
    in_hand.rows(taken).release(now)


class _Batch:
    """
    The messages that one sender took, on their way: most of them in pages, the others one by one.

    A page is taken, written and dialled in one go, and called back when it has become old. That each was sent is in the
    socket of the database before the next is handed over; the end of the page waits for the disk and the answer. So a
    sender that dies leaves one in doubt, and only a machine that dies a page (docs/adr/0003-messages-are-rows.md).
    """

    def __init__(self, send: Send, clock: Clock, *, reaps: bool = True) -> None:
        self.sent, self._reaps = 0, reaps
        self._send, self._clock, self._size = send, clock, _PAGE
        self._is_reachable, self._end = True, time.monotonic() + _BATCH_SECONDS
        self._completing = sending.completing()
        self._unconfirmed: Done | None = None

    def run(self, *, limit: int, channel: Channel | None) -> bool:
        """Take messages and send them; False when none were due, or some are given back: no time, or nobody reached."""
        page, rest = self._first(limit, channel), list[Taken]()
        is_empty = not page.letters and not page.others
        while page.letters or page.others:
            others, called_back = list(page.others), self._together(page.letters)
            if page.letters and len(called_back) == len(page.letters):
                # Not even one went while the page was new: alone it goes however slow all is.
                others, called_back = [called_back[0], *others], called_back[1:]
            while others and self._may_go_on():
                self._alone(others.pop(0))
            rest = [*called_back, *others, *rest]
            if not self._may_go_on():
                break
            page, rest = self._again(rest[: self._size]), rest[self._size :]
        if rest:
            insist(lambda: give_back(taken=rest, now=self._clock()))
        return not is_empty and not rest

    def _may_go_on(self) -> bool:
        return self._is_reachable and time.monotonic() < self._end

    def _first(self, limit: int, channel: Channel | None) -> Page:
        page = self._page(partial(take_page, limit=limit, channel=channel, reaps=self._reaps))
        return page or Page({}, insist(lambda: take(now=self._clock(), limit=limit, channel=channel)))

    def _again(self, taken: Sequence[Taken]) -> Page:
        page = self._page(partial(dial_page, taken=taken)) if taken else None
        return page or Page({}, taken)

    def _page(self, step: Callable[..., Page]) -> Page | None:
        try:
            return insist(lambda: step(now=self._ask()))
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # Each is looked at by itself then, and the one that cannot be written shows.
            logger.info("consultations.message.looked_at_one_by_one", exc_info=True)
            return None

    def _ask(self) -> datetime:
        self._asked, self._asked_at = time.monotonic(), self._clock()
        return self._asked_at

    def _together(self, letters: Mapping[Taken, Letter]) -> list[Taken]:
        """Send a page of letters that are dialled; return which were called back."""
        done: list[Done] = []
        with self._completing.open():
            for number, (one, letter) in enumerate(letters.items(), start=1):
                if time.monotonic() > self._asked + _FRESH_SECONDS or not self._may_go_on():
                    break
                done.append(self._handed(one, letter))
                if number < len(letters):
                    self._settle(done[-1], now=self._asked_at + timedelta(seconds=time.monotonic() - self._asked))
            self._confirm()
        left = list(letters)[len(done) :]
        if letters:
            insist(lambda: end_page(done=done, left=left, now=self._clock()))
        self._size = max(1, len(done)) if left else min(_PAGE, 2 * self._size)
        return left

    def _settle(self, done: Done, *, now: datetime) -> None:
        """Write what became of one message of a page; what was not sent is written with its whole story."""
        self._confirm()
        if not done.is_sent:
            insist(lambda: settle(taken=done.taken, result=done.outcome, now=self._clock()))
            return
        one, self._unconfirmed = done.taken, done
        self._completing.send([str(one.communication_id), str(one.token), done.name, now.isoformat()])

    def _confirm(self) -> None:
        """See to it that the letter before is settled; its answer was on its way while this one was handed over."""
        done, self._unconfirmed = self._unconfirmed, None
        if done is not None and not self._completing.wait():
            insist(lambda: settle(taken=done.taken, result=done.outcome, now=self._clock()))

    def _alone(self, one: Taken) -> None:
        try:
            message = insist(lambda: dial(taken=one, now=self._clock()))
        except Exception:
            # One message that cannot be written must not keep the others.
            which = {"communication": str(one.communication_id)}
            logger.exception("consultations.message.could_not_be_written", extra=which)
            put_off(taken=one, now=self._clock())
            return
        if message is not None:
            done = self._handed(one, message)
            insist(lambda: settle(taken=one, result=done.outcome, now=self._clock()))

    def _handed(self, one: Taken, message: _Message) -> Done:
        outcome = _outcome(self._send(message))
        self.sent += outcome.result is Result.SENT
        self._is_reachable = outcome.is_reachable
        return Done(one, outcome)


def _outcome(answer: Outcome | Result) -> Outcome:
    return answer if isinstance(answer, Outcome) else Outcome(answer)


def _held(taken: Taken) -> CommunicationQuerySet:
    rows = Communication.objects.select_for_update(of=("self",), no_key=True)
    # A sender that was thought dead may still tell what became of its text.
    held = (CommunicationStatus.IN_PROGRESS, CommunicationStatus.UNKNOWN)
    return rows.filter(pk=taken.communication_id, token=taken.token, status__in=held)


def _is_not_wanted(message: Communication, *, now: datetime) -> bool:
    """End a message that is too late or refused, or put it off until the quiet hours are over."""
    found = outgoing.hindrance(message, now=now)
    if found is None:
        return False
    message.due_at = found.until or message.due_at
    message.end(found.status, reason=found.reason, now=now)
    if found.is_refused and message.channel != Channel.EMAIL:
        Communication.objects.another_way(message, wishes=wishes_of(message.recipient), now=now)
    return True


def _settle(done: Done, *, now: datetime) -> bool:
    outcome, held = done.outcome, _held(done.taken)
    if outcome.gone:
        PushDevice.objects.finish(outcome.gone, why=DeviceEnd.GONE, now=now)
    if done.is_sent:
        return held.complete(provider_id=done.name, now=now)
    message = outgoing.whole(held).first()
    if message is None:
        return False
    if outcome.result is Result.UNKNOWN:
        message.end(CommunicationStatus.UNKNOWN, reason=outcome.why or "answer-lost", now=now)
    elif outcome.result is Result.REFUSED:
        _refused(message, why=outcome.why or "refused", now=now)
    else:
        # What could not even be tried says nothing about this message.
        message.attempts -= not outcome.is_reachable
        message.try_again(why=outcome.why or "try-again", now=now)
    return True


def _refused(message: Communication, *, why: str, now: datetime) -> None:
    if why == STOPPED_BY_RECIPIENT:
        CommunicationPreference.objects.stop_texts([message.recipient], source=WishSource.VENDOR, now=now)
    message.end(CommunicationStatus.NOT_DONE, reason=why, now=now)
    Communication.objects.another_way(message, wishes=wishes_of(message.recipient), now=now)
