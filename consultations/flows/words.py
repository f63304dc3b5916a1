"""
Administrators write the words of messages, and take the shipped ones back.

Refusal
├── OnlyAdministrators (NotAllowed) see config.core.administrators
├── NoSuchMessage      (NotFound)   there is no such message whose words could be changed
├── BadWords           (Invalid)    one error for each thing that is wrong, by field
└── ChangedMeanwhile   (Stale)      somebody else wrote other words
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from config.core import administrators, audit
from config.core.constraints import refused_as
from config.core.errors import Invalid, NotFound, Stale
from config.core.flow import flow
from config.core.models import AuditAction, User
from consultations.domain import phrase_check
from consultations.domain.phrases import Phrase
from consultations.models import MessageWords
from consultations.models.message_words import VERSION_ONCE
from consultations.queries import wording
from consultations.queries.wording import LANGUAGES, Key
from providers.models import HealthcareService


class NoSuchMessage(NotFound):
    """Choose one of the messages that are listed."""

    code = "no-such-message"
    title = "There is no such message"


class BadWords(Invalid):
    """Correct the named fields."""

    code = "bad-words"
    title = "These words cannot be sent"


class ChangedMeanwhile(Stale):
    """Look at the present words, then decide again."""

    code = "words-changed"
    title = "Somebody changed these words meanwhile"


@flow
def write(
    *,
    key: Key,
    service_id: UUID | None,
    words: Mapping[str, Phrase],
    version: int,
    by: User,
    now: datetime,
) -> list[MessageWords]:
    """
    Store new words for one message in every language; from the next message on they are sent.

    service_id  the service line they are for; None for the whole clinic
    words       by language; every language of the product
    version     the version they were written from, 0 when there was none
    Writes      MessageWords, AuditEvent
    Raises      OnlyAdministrators, NoSuchMessage, BadWords, ChangedMeanwhile
    """
    service = _refuse_who_and_what(key, service_id, by=by)
    rules = wording.rules(key, private=(service.name,) if service else ())
    if wrong := phrase_check.check(words, rules):
        raise BadWords(errors=wrong)

    said = {language: words[language] for language in LANGUAGES}
    return _add(key, service_id, said, version=version, by=by, now=now)


@flow
def restore(*, key: Key, service_id: UUID | None, version: int, by: User, now: datetime) -> list[MessageWords]:
    """
    Go back to the words that come with the product (for a service line: to the clinic's); the versions stay.

    version  the version that is in force for who asks for this
    Writes   MessageWords, AuditEvent
    Raises   OnlyAdministrators, NoSuchMessage, ChangedMeanwhile
    """
    _refuse_who_and_what(key, service_id, by=by)

    return _add(key, service_id, dict.fromkeys(LANGUAGES), version=version, by=by, now=now)


def _refuse_who_and_what(key: Key, service_id: UUID | None, *, by: User) -> HealthcareService | None:
    administrators.require_for("the words of messages", by=by)
    if key not in wording.all_keys():
        raise NoSuchMessage("There is no such message.")
    if service_id is None:
        return None
    service = HealthcareService.objects.filter(pk=service_id).first()
    if service is None:
        raise NoSuchMessage("There is no such service.")
    return service


def _add(
    key: Key,
    service_id: UUID | None,
    said: Mapping[str, Phrase | None],
    *,
    version: int,
    by: User,
    now: datetime,
) -> list[MessageWords]:
    """Add the next version of every language; the constraint lets only one of two writers."""
    before = MessageWords.objects.of(
        kind=key.kind, for_staff=key.for_staff, channel=key.channel, service_id=service_id
    ).order_by("-version")
    newest = before.first()
    changed = ChangedMeanwhile("Somebody wrote other words meanwhile. Look at them, then decide again.")
    if (newest.version if newest else 0) != version:
        raise changed
    rows = [
        MessageWords(
            service_id=service_id, kind=key.kind, for_staff=key.for_staff, channel=key.channel, language=language,
            version=version + 1, subject=phrase.subject.strip() if phrase else "",
            body=_lines(phrase.body) if phrase else "", is_shipped=phrase is None, written_at=now, written_by=by,
        )
        for language, phrase in said.items()
    ]  # fmt: skip
    with refused_as(changed, by=VERSION_ONCE):
        MessageWords.objects.bulk_create(rows)
    audit.record(
        event="consultations.words.restored" if rows[0].is_shipped else "consultations.words.written",
        action=AuditAction.CREATE, entity=rows[0], by=by, now=now,
        detail={
            "kind": key.kind, "channel": key.channel, "for_staff": key.for_staff, "version": version + 1,
            "service": str(service_id) if service_id else None,
        },
    )  # fmt: skip
    return rows


def _lines(body: str) -> str:
    """Return the words as they are stored: lines end alike on every system, none ends in blanks."""
    return "\n".join(line.rstrip() for line in body.strip().splitlines())
