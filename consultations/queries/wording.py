"""The words of each kind of message, in each language and for each channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone, translation

from consultations.domain.codes import Channel

_SHIPPED = "consultations/messages"


@dataclass(frozen=True, slots=True)
class Words:
    """What is sent; a text message has no subject."""

    subject: str
    body: str


def written(
    *, kind: str, channel: str, language: str, zone: ZoneInfo, facts: Mapping[str, Any], for_staff: bool = False
) -> Words:
    """
    Return the words of one message.

    language   of LANGUAGES; the English ones where a kind is not translated
    zone       instants among the facts are shown in it
    for_staff  some kinds say something else to those who work here
    """
    folder = f"{_SHIPPED}/sms" if channel == Channel.SMS else _SHIPPED
    stems = [f"{kind}-staff", kind] if for_staff else [kind]
    names = [f"{folder}/{place}{stem}.txt" for stem in stems for place in (f"{language}/", "")]
    with translation.override(language), timezone.override(zone):
        text = render_to_string(names, dict(facts))
    if channel == Channel.SMS:
        return Words("", " ".join(text.split()))
    subject, _, body = text.partition("\n")
    return Words(subject, body.strip() + "\n")
