"""Whether the value of one FHIR answer is what the type of its question takes, and is written as FHIR writes it."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from intake.domain.parts import PlanItem
from intake.domain.resources import RESOURCES

Fault = tuple[str, str]
_TYPES: Mapping[str, frozenset[str]] = {
    "boolean": frozenset({"valueBoolean"}),
    "integer": frozenset({"valueInteger"}),
    "decimal": frozenset({"valueDecimal", "valueInteger"}),
    "date": frozenset({"valueDate"}),
    "dateTime": frozenset({"valueDateTime", "valueDate"}),
    "time": frozenset({"valueTime"}),
    "string": frozenset({"valueString"}),
    "text": frozenset({"valueString"}),
    "url": frozenset({"valueUri", "valueUrl"}),
    "quantity": frozenset({"valueQuantity"}),
    "reference": frozenset({"valueReference"}),
    "attachment": frozenset({"valueAttachment"}),
    "choice": frozenset({"valueCoding"}),
    "open-choice": frozenset({"valueCoding", "valueString"}),
}
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_DATE_TIME = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2}))?)?)?")
_TIME = re.compile(r"\d{2}:\d{2}:\d{2}(\.\d{1,9})?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:\S*")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_UNIT = ("code", "unit", "system")
_LONGEST = 1_000_000
# What a file begins with, for the kinds that browsers send most.
_SIGNS = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
}


def allowed(item: PlanItem) -> frozenset[str]:
    """
    Return the names of value[x] that an item takes: those of its options, where it has some.

    Source  FHIR R4 Questionnaire.item.type and answerOption
    """
    kind = item.question.type
    if kind not in {"choice", "open-choice"} or not item.choices.is_known:
        return _TYPES.get(kind, frozenset())
    names = {key[0] for key in item.choices.plain}
    if item.choices.codings or not names:
        names.add("valueCoding")
    return frozenset(names | ({"valueString"} if kind == "open-choice" else set()))


def faults(item: PlanItem, name: str, value: Any) -> Iterator[Fault]:
    """
    Yield (code, plain words) for what is wrong with the value itself; bounds are judged elsewhere.

    name    the name of value[x], one of those that the item takes
    Source  FHIR R4 datatypes; questionnaire extensions mimeType, maxSize, unitOption, referenceResource
    """
    form = _FORMS.get(name)
    if form is not None:
        told = form(value)
        if told:
            yield told
            return
    judge = _JUDGES.get(item.question.type)
    if judge is not None:
        yield from judge(item, value)
    elif item.choices.is_known:
        yield from _listed(item, value)


def _boolean(value: Any) -> Fault | None:
    return None if isinstance(value, bool) else ("wrong-type", "This is not true or false.")


def _integer(value: Any) -> Fault | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and -(2**31) <= value < 2**31
    return None if fits else ("wrong-type", "This is no whole number.")


def _decimal(value: Any) -> Fault | None:
    fits = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return None if fits else ("wrong-type", "This is no number.")


def _text(value: Any) -> Fault | None:
    if not isinstance(value, str) or len(value) > _LONGEST:
        return "wrong-type", "This is no text, or too long for one."
    return None if value.strip() else ("empty", "A text must hold something.")


def _moment(pattern: re.Pattern[str], told: str) -> Callable[[Any], Fault | None]:
    def check(value: Any) -> Fault | None:
        if not isinstance(value, str) or not pattern.fullmatch(value) or not _is_real(value):
            return "not-a-date", told
        return None

    return check


def _is_real(text: str) -> bool:
    """Tell whether a date or a time of the right form is one that the calendar and the clock have."""
    date, _, clock = text.partition("T")
    if ":" in date:
        date, clock = "2000-01-01", text
    year, month, day = (*date.split("-"), "01", "01")[:3]
    hour, minute, second = (clock.partition(".")[0][:8] or "00:00:00").split(":")
    try:
        datetime(int(year), int(month), int(day), int(hour), int(minute), min(int(second), 59), tzinfo=UTC)
    except ValueError:
        return False
    return int(second) <= 60


def _object(value: Any) -> Fault | None:
    return None if isinstance(value, Mapping) else ("wrong-type", "An object was expected.")


def _coding(value: Any) -> Fault | None:
    if not isinstance(value, Mapping) or any(not isinstance(value.get(name, ""), str) for name in ("system", "code")):
        return "wrong-type", "This is no coding."
    return None if value.get("code") or value.get("display") else ("wrong-type", "A coding needs a code.")


def _quantity_form(value: Any) -> Fault | None:
    if not isinstance(value, Mapping) or any(not isinstance(value.get(name, ""), str) for name in _UNIT):
        return "wrong-type", "This is no quantity."
    return _decimal(value["value"]) if "value" in value else None


def _uri(value: Any) -> Fault | None:
    if not isinstance(value, str) or not value.strip() or any(sign.isspace() for sign in value):
        return "url-malformed", "This is no address."
    scheme, _, rest = value.partition(":")
    if value.startswith("urn:uuid:"):
        return None if _UUID.fullmatch(value[9:]) else ("url-malformed", "This is no UUID.")
    if value.startswith("urn:oid:"):
        return None if _OID.fullmatch(value[8:]) else ("url-malformed", "This is no OID.")
    if rest and "/" not in scheme and not _SCHEME.fullmatch(value):
        return "url-malformed", "This is no address."
    return ("url-malformed", "This is no address.") if "\\" in value else None


def _listed(item: PlanItem, value: Any) -> Iterator[Fault]:
    """Judge an answer by the options of its question."""
    choices = item.choices
    if isinstance(value, Mapping):
        key = choices.key(value)
        if key is None:
            is_set = "answerValueSet" in item.definition
            yield ("not-in-value-set" if is_set else "not-an-option"), "This is not one of the answers to choose from."
        elif (told := choices.codings.get(key)) and value.get("display", told) != told:
            yield "wrong-display", f"The answer is called “{told[:80]}”."
    elif choices.plain and choices.key(value) is None:
        yield "not-an-option", "This is not one of the answers to choose from."
    elif not choices.plain and not _is_member(choices.codings, value):
        yield "not-in-value-set", "This is not one of the answers to choose from."


def _is_member(codings: Mapping[tuple[str, str], str], value: Any) -> bool:
    """A text stands for a member of a value set by its display, or by its code where the set tells no display."""
    return any(value == (display or key[1]) for key, display in codings.items())


def _open(item: PlanItem, value: Any) -> Iterator[Fault]:
    if isinstance(value, Mapping):
        yield from _listed(item, value) if item.choices.is_known else ()
    elif isinstance(value, str) and any(value in {key[1], told} for key, told in item.choices.codings.items()):
        yield "looks-like-option", "This text is one of the answers to choose from."


def _unit(item: PlanItem, value: Any) -> Iterator[Fault]:
    if not isinstance(value, Mapping):
        return
    if value.get("value") is None:
        yield "wrong-type", "A quantity needs a number."
    if item.units.is_known and item.units.key(value) is None and not _named(item, value):
        yield "unit-not-offered", "This unit is not one of those to choose from."


def _named(item: PlanItem, value: Mapping[str, Any]) -> bool:
    """A unit that is only written in words counts where the question offers these words."""
    return "code" not in value and value.get("unit") in {
        *item.units.codings.values(),
        *(one[1] for one in item.units.codings),
    }


def _attachment(item: PlanItem, value: Any) -> Iterator[Fault]:
    bounds, kind, size = item.bounds, value.get("contentType"), value.get("size")
    content = _content(value.get("data"))
    if content is None:
        yield "wrong-type", "The content is not in base64."
        return
    if content and isinstance(size, int) and size != len(content):
        yield "wrong-size", f"The size is told as {size:,} bytes, but it is {len(content):,}."
    real = len(content) or (size if isinstance(size, int) else 0)
    if bounds.max_size is not None and real > bounds.max_size:
        yield "too-big", f"A file may have at most {bounds.max_size:,} bytes."
    if bounds.mime_types and not any(_is_kind(str(kind), wanted) for wanted in bounds.mime_types):
        yield "file-kind", f"Give a file of this kind: {', '.join(bounds.mime_types)}."
    sign = _SIGNS.get(str(kind))
    if sign and content.startswith(tuple(_SIGNS.values())) and not content.startswith(sign):
        yield "file-kind", "The file is of another kind than it says."


def _content(data: Any) -> bytes | None:
    if data is None:
        return b""
    try:
        return base64.b64decode("".join(data.split()), validate=True) if isinstance(data, str) else None
    except (binascii.Error, ValueError):
        return None


def _is_kind(kind: str, wanted: str) -> bool:
    return kind == wanted or (wanted.endswith("/*") and kind.startswith(wanted[:-1]))


def _reference(item: PlanItem, value: Any) -> Iterator[Fault]:
    """
    Judge a literal reference: absolute, relative, or contained.

    Source  FHIR R4 Reference; questionnaire-referenceResource
    """
    told = value.get("reference")
    if told is None:
        if not value.get("identifier") and not value.get("display"):
            yield "reference-malformed", "This refers to nothing."
        return
    wrong = _uri(told)
    if wrong:
        yield "reference-malformed", "This is no reference."
        return
    if told.startswith(("#", "urn:")):
        return
    parts = told.partition("/_history/")[0].split("/")
    kind = parts[-2] if len(parts) > 1 else ""
    if kind not in RESOURCES:
        yield "reference-type", f"There is no {kind[:40]} in FHIR R4."
    elif item.bounds.resources and kind not in item.bounds.resources:
        yield "reference-type", f"This must be one of: {', '.join(item.bounds.resources)}."


_FORMS: Mapping[str, Callable[[Any], Fault | None]] = {
    "valueBoolean": _boolean,
    "valueInteger": _integer,
    "valueDecimal": _decimal,
    "valueString": _text,
    "valueDate": _moment(_DATE, "This is no date as FHIR writes it, such as 1985-03-08."),
    "valueDateTime": _moment(_DATE_TIME, "This is no date and time as FHIR writes it, with seconds and a time zone."),
    "valueTime": _moment(_TIME, "This is no time as FHIR writes it, such as 14:30:00."),
    "valueUri": _uri,
    "valueUrl": _uri,
    "valueCoding": _coding,
    "valueQuantity": _quantity_form,
    "valueAttachment": _object,
    "valueReference": _object,
}
_JUDGES: Mapping[str, Callable[[PlanItem, Any], Iterator[Fault]]] = {
    "open-choice": _open,
    "quantity": _unit,
    "attachment": _attachment,
    "reference": _reference,
}
