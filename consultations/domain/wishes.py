"""What a person wants of messages, and what each kind of message may do against it."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from consultations.domain.codes import Channel, CommunicationKind
from consultations.domain.hours import QuietHours

UNSUBSCRIBED = "unsubscribed"
TEXTS_STOPPED = "texts-stopped"
TEXTS_OFF = "texts-off"
PUSH_OFF = "push-off"


@dataclass(frozen=True, slots=True)
class Rule:
    """
    What one kind of message may do.

    is_optional   the person may do without it: unsubscribing ends it
    at_any_hour   it answers something that was just done, or it cannot wait
    by_text       it may be a text message
    by_push       it may be a notification on a device instead: its loss would harm nobody, and no calendar file belongs
                  to it
    """

    is_optional: bool = False
    at_any_hour: bool = False
    by_text: bool = False
    by_push: bool = False


# A kind that is not named here is sent always and at once: nothing that keeps people safe is lost by forgetting it.
ALWAYS = Rule(at_any_hour=True)
RULES: Mapping[CommunicationKind, Rule] = {
    CommunicationKind.BOOKING_CONFIRMED: Rule(at_any_hour=True, by_text=True),
    CommunicationKind.BOOKING_MOVED: Rule(at_any_hour=True, by_text=True),
    CommunicationKind.BOOKING_CANCELLED: Rule(at_any_hour=True, by_text=True),
    CommunicationKind.VISIT_TO_MOVE: Rule(by_text=True),
    CommunicationKind.VISIT_IN_A_DAY: Rule(is_optional=True, by_text=True),
    # The person chose the hour of the visit; the evening before, this would be of no use.
    CommunicationKind.VISIT_IN_AN_HOUR: Rule(is_optional=True, at_any_hour=True, by_text=True, by_push=True),
    CommunicationKind.CLINICIAN_ASKS: Rule(by_text=True, by_push=True),
    CommunicationKind.REVIEW_DECIDED: Rule(by_push=True),
    CommunicationKind.SAFETY_FLAG: ALWAYS,
    CommunicationKind.MEASURE_DUE: Rule(is_optional=True, by_push=True),
    CommunicationKind.CARE_PLAN_READY: Rule(by_push=True),
    CommunicationKind.VISIT_MISSED: Rule(is_optional=True, by_push=True),
    CommunicationKind.INTAKE_UNFINISHED: Rule(is_optional=True, by_push=True),
    CommunicationKind.NO_SHOW_FOLLOW_UP: Rule(is_optional=True, by_push=True),
    CommunicationKind.CLINICIAN_RUNNING_LATE: Rule(at_any_hour=True, by_text=True, by_push=True),
    # Whoever wants none of these leaves the waitlist; the time is held for them meanwhile.
    CommunicationKind.WAITLIST_OFFER: Rule(by_text=True, by_push=True),
    CommunicationKind.ASK_NUDGE: Rule(by_text=True, by_push=True),
    CommunicationKind.ASK_EXPIRED: Rule(),
    CommunicationKind.ACTIVITY_DUE: Rule(is_optional=True, by_push=True),
    CommunicationKind.REVIEW_DUE: Rule(by_push=True),
    CommunicationKind.ESCALATION: ALWAYS,
    CommunicationKind.LICENCE_EXPIRING: Rule(),
    CommunicationKind.ON_CALL_GAP: Rule(),
    CommunicationKind.SECURITY_NOTICE: ALWAYS,
    CommunicationKind.ACCOUNT_CODE: ALWAYS,
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """
    What one person decided, or the defaults.

    quiet         their quiet hours, in their zone
    language      of LANGUAGES
    by_text       they asked for text messages where there are such
    unsubscribed  of e-mails they want only what must be sent
    stopped       they answered STOP to a text, or their carrier did
    by_push       a device of theirs shows notifications
    """

    quiet: QuietHours
    language: str = "en"
    by_text: bool = False
    unsubscribed: bool = False
    stopped: bool = False
    by_push: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone of their clock."""
        return self.quiet.zone

    def quiet_for(self, kind: CommunicationKind) -> QuietHours | None:
        """Return the quiet hours that a kind of message has to keep; None when it may come at any hour."""
        return None if rule(kind).at_any_hour else self.quiet

    def channel(self, kind: CommunicationKind) -> Channel:
        """Return how a kind of message travels first."""
        return self._ways(kind)[0]

    def _ways(self, kind: CommunicationKind) -> list[Channel]:
        """Return the ways in which a kind of message may go, the most wanted first; e-mail is always left."""
        asked = [(Channel.PUSH, self.takes_push(kind)), (Channel.SMS, self.takes_text(kind))]
        return [*(way for way, is_wanted in asked if is_wanted), Channel.EMAIL]

    def takes_push(self, kind: CommunicationKind) -> bool:
        """Tell whether a kind of message may be a notification on a device of this person."""
        return rule(kind).by_push and self.by_push

    def takes_text(self, kind: CommunicationKind) -> bool:
        """Tell whether a kind of message may be a text to this person."""
        return rule(kind).by_text and self.by_text and not self.stopped

    def refusal(self, kind: CommunicationKind, channel: Channel) -> str:
        """Return why a message must not be sent in this way, as a code; empty when it may."""
        if channel == Channel.EMAIL:
            return UNSUBSCRIBED if self.unsubscribed and rule(kind).is_optional else ""
        if channel == Channel.PUSH:
            return "" if self.takes_push(kind) else PUSH_OFF
        if self.takes_text(kind):
            return ""
        return TEXTS_STOPPED if self.stopped else TEXTS_OFF

    def next_channel(self, kind: CommunicationKind, failed: Channel) -> Channel | None:
        """Return the way that is left after one has failed for good; None when there is none."""
        if failed == Channel.EMAIL:
            return Channel.SMS if self.takes_text(kind) else None
        later = [Channel.SMS, Channel.EMAIL] if failed == Channel.PUSH else [Channel.EMAIL]
        return next(way for way in self._ways(kind) if way in later)


def rule(kind: CommunicationKind | str) -> Rule:
    """Return what a kind of message may do."""
    return RULES.get(CommunicationKind(kind), ALWAYS)
