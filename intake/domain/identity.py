"""What a person says of themselves when they register, and whether it can be true."""

import functools
import re
import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import phonenumbers
from django.utils.translation import gettext

from config.core.errors import FieldError
from intake.domain.codes import SexAtBirth
from providers.domain.states import STATES

MINIMUM_AGE_YEARS = 18
MAXIMUM_AGE_YEARS = 120
_ZIP = re.compile(r"[0-9]{5}(-[0-9]{4})?")


@dataclass(frozen=True, slots=True)
class Details:
    """
    A person's own record as given. FHIR R4 Patient.

    phone         E.164, such as +12125550123
    state         USPS code of where the person is
    time_zone     IANA name
    postal_code   ZIP or ZIP+4, such as 10001 or 10001-1234; may be left out. Source: USPS Publication 28
    """

    given_name: str
    family_name: str
    birth_date: date
    sex_at_birth: str
    phone: str
    state: str
    time_zone: str
    preferred_name: str = ""
    gender_identity: str = ""
    address_line: str = ""
    city: str = ""
    postal_code: str = ""
    preferred_language: str = "en"
    emergency_contact_name: str = ""
    emergency_contact_phone: str = ""


def problems(given: Mapping[str, Any], *, today: date, languages: frozenset[str]) -> tuple[FieldError, ...]:
    """
    Return one error for each field of `given` that cannot be true.

    given      some or all fields of Details; only those given are judged
    today      calendar day where the person is
    languages  codes that the product speaks
    """
    return tuple(
        FieldError(field, code, detail) for field, code, detail in _problems(given, today=today, languages=languages)
    )


def e164(text: str) -> str:
    """Return a phone number of any common writing as E.164; an empty text when it is no number."""
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def age(birth_date: date, *, today: date) -> int:
    """Return the age in whole years on a calendar day."""
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))


def _problems(given: Mapping[str, Any], *, today: date, languages: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    words = {"given_name": gettext("Enter your first name."), "family_name": gettext("Enter your last name.")}
    for field, message in words.items():
        if field in given and not str(given[field]).strip():
            yield field, "blank", message
    if "birth_date" in given:
        yield from _birth_date(given["birth_date"], today=today)
    yield from _phones(given)
    if (code := given.get("postal_code", "")) and not _ZIP.fullmatch(code):
        yield (
            "postal_code",
            "not-a-zip-code",
            gettext("Enter a ZIP code of five digits, such as 10001, or leave it empty."),
        )
    known: dict[str, tuple[frozenset[str], str]] = {
        "sex_at_birth": (frozenset(SexAtBirth.values), gettext("Choose one of the answers.")),
        "state": (frozenset(STATES), gettext("Choose a state from the list.")),
        "preferred_language": (languages, gettext("Choose a language from the list.")),
        "time_zone": (_zones(), gettext("Choose a time zone from the list.")),
    }
    for field, (codes, message) in known.items():
        if field in given and given[field] not in codes:
            yield field, "unknown", message


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _phones(given: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for field in ("phone", "emergency_contact_phone"):
        number = given.get(field, "")
        missing = field == "phone" and field in given and not number
        if missing or e164(number) != number:
            yield field, "not-a-phone-number", gettext("Enter a phone number with its area code, such as 212 555 0123.")


def _birth_date(birth_date: date, *, today: date) -> Iterator[tuple[str, str, str]]:
    years = age(birth_date, today=today)
    if birth_date > today:
        yield "birth_date", "in-the-future", gettext("Your date of birth must be in the past.")
    elif years < MINIMUM_AGE_YEARS:
        told = gettext("You must be %(years)s or older to register.") % {"years": MINIMUM_AGE_YEARS}
        yield "birth_date", "under-age", told
    elif years > MAXIMUM_AGE_YEARS:
        yield "birth_date", "too-long-ago", gettext("Check the year of your date of birth.")
