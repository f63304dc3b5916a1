"""The words of each kind of message, in each language and for each channel: the clinic's own, else the shipped ones."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.utils import translation

from config.core.dates import in_words
from consultations.adapters import links
from consultations.adapters.links import Purpose
from consultations.domain import phrase_check, phrases
from consultations.domain.codes import Channel, CommunicationKind
from consultations.domain.phrases import Phrase
from consultations.models import MessageWords

_SHIPPED = Path(__file__).parents[1] / "catalogue" / "messages"
_STAFF = "-staff"
LANGUAGES = tuple(code for code, _ in settings.LANGUAGES)
# The styles of config.core.dates that the placeholders of a time are written in.
_STYLES = {"weekday": "weekday", "day": "day", "date": "whole-date", "short_date": "short-date", "time": "clock"}
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    """What is sent; a text message has no subject."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Key:
    """
    One message whose words can be changed, in all languages together.

    for_staff  some kinds say something else to those who work here
    """

    kind: CommunicationKind
    channel: Channel
    for_staff: bool = False

    @property
    def stem(self) -> str:
        """Return the name of its file."""
        return f"{self.kind}{_STAFF}" if self.for_staff else str(self.kind)


_Place = tuple[Key, str, UUID | None]


@dataclass(slots=True)
class _Kept:
    """What was read last, and until when that will do."""

    until: float = 0.0
    found: dict[_Place, Phrase] = field(default_factory=dict)


_kept = _Kept()


def written(
    key: Key, *, language: str, zone: ZoneInfo, facts: Mapping[str, Any], service_id: UUID | None = None
) -> Words:
    """
    Return the words of one message: the service line's own, else the clinic's own, else the shipped ones.

    language    of LANGUAGES
    zone        instants among the facts are shown in it
    facts       a value, or a function that makes it when the words have its placeholder
    service_id  the service line of the case that it speaks of
    """
    phrase = _own(key, language, service_id) or shipped(key, language)
    wanted = _placeholders(phrase.subject, phrase.body, frame(key.channel, language))
    values = _values(facts, zone=zone, language=language, wanted=wanted)
    return spoken(phrase, channel=key.channel, language=language, values=values)


def spoken(phrase: Phrase, *, channel: Channel | str, language: str, values: Mapping[str, str]) -> Words:
    """Return a phrase with its values, inside the frame that nobody edits: who writes, 911 and 988, STOP."""
    # Lines of the words are kept; only values are put on one line.
    head, tail = frame(Channel(channel), language).split("{words}")
    said = [phrases.fill(part, values) for part in (head, phrase.body.strip(), tail)]
    if channel == Channel.SMS:
        return Words("", " ".join("".join(said).split()))
    return Words(" ".join(phrases.fill(phrase.subject, values).split()), "".join(said).strip() + "\n")


@cache
def key_of(kind: str, channel: str, *, for_staff: bool = False) -> Key:
    """Return whose words a message has; most kinds say the same to everybody."""
    folder = _SHIPPED / LANGUAGES[0] / channel
    staff = for_staff and (folder / f"{kind}{_STAFF}.txt").exists()
    return Key(CommunicationKind(kind), Channel(channel), staff)


@cache
def all_keys() -> tuple[Key, ...]:
    """Return every message whose words can be changed, in the order of its kinds."""
    found = []
    for channel in Channel:
        stems = {file.stem for file in (_SHIPPED / LANGUAGES[0] / channel).glob("[!_]*.txt")}
        found += [Key(kind, channel) for kind in CommunicationKind if kind in stems]
        found += [Key(kind, channel, for_staff=True) for kind in CommunicationKind if f"{kind}{_STAFF}" in stems]
    return tuple(sorted(found, key=lambda one: (list(CommunicationKind).index(one.kind), one.for_staff)))


@cache
def shipped(key: Key, language: str) -> Phrase:
    """Return the words that come with the product; the English ones where a kind is not translated."""
    text = _file(key.channel, key.stem, language)
    if key.channel == Channel.SMS:
        return Phrase("", text)
    subject, _, body = text.partition("\n")
    return Phrase(subject.strip(), body.strip())


@cache
def frame(channel: Channel, language: str) -> str:
    """Return what stands around the words of a channel, with {words} in it."""
    return _file(channel, "_frame", language)


def way_out(language: str, address: str) -> str:
    """Return the line below a mail that need not be sent: the address at which such mails end."""
    return phrases.fill(_file(Channel.EMAIL, "_unsubscribe", language), {"unsubscribe": address}) + "\n"


@cache
def _file(channel: Channel, stem: str, language: str) -> str:
    places = [_SHIPPED / place / channel / f"{stem}.txt" for place in (language, LANGUAGES[0])]
    return next(place for place in places if place.exists()).read_text(encoding="utf-8").strip()


def rules(key: Key, *, private: tuple[str, ...] = (), languages: tuple[str, ...] = LANGUAGES) -> phrase_check.Rules:
    """Return what words for one message have to keep; `private` names what must not be told of a service line."""
    return phrase_check.Rules(
        kind=key.kind,
        channel=key.channel,
        shipped={language: shipped(key, language) for language in languages},
        frames={language: frame(key.channel, language) for language in languages},
        values={language: fiction(language) for language in languages},
        private=private,
    )


def fiction(language: str) -> dict[str, str]:
    """Return values of people and times that do not exist, long enough to show what may happen."""
    start = datetime(2030, 9, 25, 22, 30, tzinfo=ZoneInfo("UTC"))
    facts = {
        "name": "Maximiliana",
        "link": f"{settings.SITE_URL}/visits/00000000-0000-4000-8000-000000000000/",
        "answer_link": links.address(Purpose.ANSWER, UUID("00000000-0000-4000-8000-000000000000")),
        "clinic": settings.CLINIC_NAME,
        "phone": settings.CLINIC_PHONE,
        "place": "New York",
        "clinician": "Dr. Ana Fictitious-Example",
        "minutes": 120,
        "start": start,
        "until": start - timedelta(hours=2),
    }
    return _values(facts, zone=ZoneInfo("America/New_York"), language=language)


def in_force(service_id: UUID | None) -> dict[tuple[Key, str], MessageWords]:
    """Return the words that a service line, or the whole clinic, has of its own."""
    rows = MessageWords.objects.newest().filter(service_id=service_id).select_related("written_by")
    return {(_key_of_row(row), row.language): row for row in rows if not row.is_shipped}


def faults() -> list[MessageWords]:
    """Return the words in force that are not sent, because something about them is wrong; the shipped ones go out."""
    rows = MessageWords.objects.newest().select_related("service")
    return [row for row in rows if not row.is_shipped and not _is_sound(row)]


def _own(key: Key, language: str, service_id: UUID | None) -> Phrase | None:
    found = _all_own()
    places = [(key, language, line) for line in dict.fromkeys((service_id, None))]
    return next((found[place] for place in places if place in found), None)


def _all_own() -> dict[_Place, Phrase]:
    """Return all words of the clinic's own; a sender reads them once in a few seconds."""
    if time.monotonic() < _kept.until:
        return _kept.found
    found: dict[_Place, Phrase] = {}
    for row in MessageWords.objects.newest():
        if row.is_shipped:
            continue
        if _is_sound(row):
            found[(_key_of_row(row), row.language, row.service_id)] = Phrase(row.subject, row.body)
        else:
            log.error("message-words-faulty", row=str(row.pk), kind=row.kind, channel=row.channel)
    _kept.until, _kept.found = time.monotonic() + settings.MESSAGE_WORDS_SECONDS, found
    return found


def _is_sound(row: MessageWords) -> bool:
    """Tell whether stored words can be sent; rules may have become stricter, and a kind may be gone."""
    key = _key_of_row(row)
    if key not in all_keys() or row.language not in LANGUAGES:
        return False
    # Only this language is looked at; that each has its words was seen to when they were written.
    one = rules(key, languages=(row.language,))
    return not phrase_check.check({row.language: Phrase(row.subject, row.body)}, one)


def _key_of_row(row: MessageWords) -> Key:
    return Key(CommunicationKind(row.kind), Channel(row.channel), row.for_staff)


@lru_cache(maxsize=1024)
def _placeholders(*texts: str) -> frozenset[str]:
    return frozenset[str]().union(*map(phrases.used, texts))


def _values(
    facts: Mapping[str, Any], *, zone: ZoneInfo, language: str, wanted: Collection[str] = tuple(phrases.MEANINGS)
) -> dict[str, str]:
    """Return what stands for the wanted placeholders; writing a time in words is most of the work."""
    plain = {name: facts[name] for name in wanted if name in facts and not isinstance(facts[name], datetime)}
    values = {name: str(value() if callable(value) else value) for name, value in plain.items()}
    if isinstance(start := facts.get("start"), datetime):
        at = start.astimezone(UTC)
        values |= {name: _said(at, zone, style, language) for name, style in _STYLES.items() if name in wanted}
    if "until" in wanted and isinstance(until := facts.get("until"), datetime):
        values["until"] = _said(until.astimezone(UTC), zone, _STYLES["time"], language)
    return values


@lru_cache(maxsize=1024)
def _said(at: datetime, zone: ZoneInfo, style: str, language: str) -> str:
    """Return an instant, in UTC, in words; kept, as what is due at once speaks of few times."""
    # Not by the local time: an hour that a clock shows twice is equal to itself, in EDT and in EST.
    with translation.override(language):
        return in_words(at.astimezone(zone), style)
