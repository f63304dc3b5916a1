"""How the words of one message stand: those in force and whose they are, each version of them, and how they read."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max, QuerySet

from consultations.domain import segments
from consultations.domain.codes import Channel, CommunicationKind, WordsOf
from consultations.domain.phrases import Phrase
from consultations.domain.segments import Segments
from consultations.models import MessageWords
from consultations.queries import wording
from consultations.queries.wording import Key, Words

Own = Mapping[tuple[Key, str], MessageWords]
# The parts of the list that administrators see, and which kinds of message stand in each.
TOPICS: Mapping[str, tuple[CommunicationKind, ...]] = {
    "Visits": (
        CommunicationKind.BOOKING_CONFIRMED,
        CommunicationKind.BOOKING_MOVED,
        CommunicationKind.BOOKING_CANCELLED,
        CommunicationKind.VISIT_TO_MOVE,
        CommunicationKind.WAITLIST_OFFER,
        CommunicationKind.VISIT_IN_A_DAY,
        CommunicationKind.VISIT_IN_AN_HOUR,
        CommunicationKind.CLINICIAN_RUNNING_LATE,
        CommunicationKind.VISIT_MISSED,
        CommunicationKind.NO_SHOW_FOLLOW_UP,
    ),
    "Questions and review": (
        CommunicationKind.INTAKE_UNFINISHED,
        CommunicationKind.CLINICIAN_ASKS,
        CommunicationKind.ASK_NUDGE,
        CommunicationKind.ASK_EXPIRED,
        CommunicationKind.REVIEW_DECIDED,
    ),
    "Care plans": (
        CommunicationKind.CARE_PLAN_READY,
        CommunicationKind.ACTIVITY_DUE,
        CommunicationKind.MEASURE_DUE,
    ),
    "Clinicians and administrators": (
        CommunicationKind.SAFETY_FLAG,
        CommunicationKind.REVIEW_DUE,
        CommunicationKind.ESCALATION,
        CommunicationKind.LICENCE_EXPIRING,
        CommunicationKind.ON_CALL_GAP,
    ),
    "Accounts": (CommunicationKind.SECURITY_NOTICE,),
}


@dataclass(frozen=True, slots=True)
class InForce:
    """Words that are sent now, and whose they are."""

    phrase: Phrase
    of: WordsOf


@dataclass(frozen=True, slots=True)
class Preview:
    """Words as somebody who does not exist would get them; `segments` of a text message, None elsewhere."""

    language: str
    words: Words
    segments: Segments | None


def key_at(channel: str, stem: str) -> Key | None:
    """Return the message that an address names."""
    return next((key for key in wording.all_keys() if (key.channel, key.stem) == (channel, stem)), None)


def in_force(key: Key, *, clinic: Own, line: Own) -> dict[str, InForce]:
    """
    Return the words that are sent now, by language.

    clinic, line  what `wording.in_force` found for the whole clinic, and for the service line that is looked at
    """
    found = {}
    for language in wording.LANGUAGES:
        place = (key, language)
        if (row := line.get(place) or clinic.get(place)) is None:
            found[language] = InForce(wording.shipped(key, language), WordsOf.SHIPPED)
        else:
            of = WordsOf.SERVICE if place in line else WordsOf.CLINIC
            found[language] = InForce(Phrase(row.subject, row.body), of)
    return found


def preview(key: Key, language: str, phrase: Phrase) -> Preview:
    """Return how words read, with a person and a time that do not exist."""
    said = wording.spoken(phrase, channel=key.channel, language=language, values=wording.fiction(language))
    is_text = key.channel == Channel.SMS
    return Preview(language, said, segments.count(said.body.strip()) if is_text else None)


def versions(key: Key, service_id: UUID | None) -> QuerySet[MessageWords]:
    """Return every version of the words of one service line, or of the whole clinic, in each language."""
    rows = MessageWords.objects.of(kind=key.kind, for_staff=key.for_staff, channel=key.channel, service_id=service_id)
    return rows.select_related("written_by")


def newest_version(key: Key, service_id: UUID | None) -> int:
    """Return the number of the last version of one message; 0 when there is none."""
    return newest_versions(service_id).get(key, 0)


def newest_versions(service_id: UUID | None) -> dict[Key, int]:
    """Return the number of the last version of each message that a service line, or the clinic, has written."""
    rows = MessageWords.objects.filter(service_id=service_id).values_list("kind", "channel", "for_staff")
    counted = rows.annotate(last=Max("version")).order_by()
    return {Key(CommunicationKind(kind), Channel(channel), staff): last for kind, channel, staff, last in counted}
