"""What people read of a clinician beside a time: name and zone, remembered by each process for as long as they hold."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from providers.models import Practitioner


class Card(NamedTuple):
    """A clinician's name as patients read it, and their zone by its IANA name."""

    name: str
    time_zone: str


class _Remembered(NamedTuple):
    edition: UUID | None
    cards: dict[UUID, Card]


class _Memory:
    """The cards of one edition. Replaced as a whole, so that a thread never reads cards of two editions."""

    remembered = _Remembered(None, {})


def cards(practitioners: Collection[UUID], *, edition: UUID | None) -> dict[UUID, Card]:
    """
    Return the cards of these clinicians, and perhaps of others.

    edition  the one that stands in Directory, read before or with whatever the cards are for; None remembers nothing
    Reads    nothing when all of them were read in this edition, otherwise Practitioner: one query
    """
    remembered = _Memory.remembered
    if edition is None or remembered.edition != edition:
        remembered = _Remembered(edition, {})
    missing = [one for one in practitioners if one not in remembered.cards]
    if missing:
        for one in Practitioner.objects.filter(pk__in=missing):
            remembered.cards[one.pk] = Card(one.display_name, str(one.time_zone))
    if edition is not None:
        _Memory.remembered = remembered
    return remembered.cards
