"""A small UCUM: the units that questionnaires use, their prefixes, products and powers."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

_BASE = ("m", "g", "s", "rad", "K", "C", "cd", "mol", "U", "{pt}", "bit")
_PREFIXES = {
    "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1, "d": -1, "c": -2, "m": -3,
    "u": -6, "n": -9, "p": -12, "f": -15, "a": -18,
}  # fmt: skip
# unit: (how many, of which units); metric ones may take a prefix.
_METRIC = {
    "m": ("1", "m"), "g": ("1", "g"), "s": ("1", "s"), "rad": ("1", "rad"), "K": ("1", "K"), "C": ("1", "C"),
    "cd": ("1", "cd"), "mol": ("1", "mol"), "L": ("0.001", "m3"), "l": ("0.001", "m3"), "Hz": ("1", "s-1"),
    "N": ("1000", "g.m.s-2"), "Pa": ("1000", "g.m-1.s-2"), "J": ("1000", "g.m2.s-2"), "W": ("1000", "g.m2.s-3"),
    "cal": ("4184", "g.m2.s-2"), "U": ("1", "U"), "[iU]": ("1", "{pt}"), "[IU]": ("1", "{pt}"), "kat": ("1", "mol/s"),
    "eq": ("1", "mol"), "osm": ("1", "mol"), "m[Hg]": ("133322000", "g.m-1.s-2"), "m[H2O]": ("9806650", "g.m-1.s-2"),
    "bar": ("100000000", "g.m-1.s-2"), "By": ("8", "bit"), "bit": ("1", "bit"), "t": ("1000000", "g"),
}  # fmt: skip
_PLAIN = {
    "1": ("1", ""), "%": ("0.01", ""), "[ppm]": ("0.000001", ""), "min": ("60", "s"), "h": ("3600", "s"),
    "d": ("86400", "s"), "wk": ("604800", "s"), "mo": ("2629800", "s"), "a": ("31557600", "s"),
    "[in_i]": ("0.0254", "m"), "[ft_i]": ("0.3048", "m"), "[yd_i]": ("0.9144", "m"), "[mi_i]": ("1609.344", "m"),
    "[in_us]": ("0.0254000508001016", "m"), "[lb_av]": ("453.59237", "g"), "[oz_av]": ("28.349523125", "g"),
    "[stone_av]": ("6350.29318", "g"), "[gal_us]": ("0.003785411784", "m3"), "[pt_us]": ("0.000473176473", "m3"),
    "[cup_us]": ("0.0002365882365", "m3"), "[foz_us]": ("0.0000295735295625", "m3"),
    "[tbs_us]": ("0.00001478676478125", "m3"), "[tsp_us]": ("0.00000492892159375", "m3"),
    "[drp]": ("0.00000005", "m3"), "deg": ("0.0174532925199433", "rad"), "[pi]": ("3.14159265358979", ""),
    "mm[Hg]": ("133322", "g.m-1.s-2"), "[psi]": ("6894757.293", "g.m-1.s-2"), "[Cal]": ("4184000", "g.m2.s-2"),
    "[diop]": ("1", "m-1"), "[pH]": ("1", "{pt}"),
}  # fmt: skip
# Temperatures are not on one scale: kelvin = (value + shift) * factor.
_SCALES = {"Cel": (Decimal("273.15"), Decimal(1)), "[degF]": (Decimal("459.67"), Decimal(5) / Decimal(9))}
_WORDS = {
    "year": "a", "years": "a", "month": "mo", "months": "mo", "week": "wk", "weeks": "wk", "day": "d", "days": "d",
    "hour": "h", "hours": "h", "minute": "min", "minutes": "min", "second": "s", "seconds": "s", "millisecond": "ms",
    "milliseconds": "ms",
}  # fmt: skip
_TERM = re.compile(r"(10[*^])?((?:[A-Za-z%]|\[[^\]]+\]|(?<=^)1$)*)(\{[^}]*\})?([+-]?\d+)?")


class Unit(NamedTuple):
    """A unit as a number of base units to powers."""

    factor: Decimal
    powers: Mapping[str, int]


@lru_cache(maxsize=512)
def unit(code: str) -> Unit | None:
    """
    Return what a UCUM code stands for; None when this table does not know it.

    Source  UCUM 2.1, the units of the corpus; annotations in braces count nothing
    """
    if len(code) > 60:
        return None
    factor, powers = Decimal(1), dict.fromkeys(_BASE, 0)
    for sign, term in re.findall(r"([./]?)([^./]+)", _WORDS.get(code, code)):
        one = _term(term)
        if one is None:
            return None
        way = -1 if sign == "/" else 1
        factor *= one.factor**way
        for base, power in one.powers.items():
            powers[base] += way * power
    return Unit(factor, MappingProxyType({base: power for base, power in powers.items() if power}))


def to_base(value: Decimal, code: str) -> tuple[Decimal, Mapping[str, int]] | None:
    """Return a measured value in base units, with their powers; None for a unit that is not known."""
    if code in _SCALES:
        shift, factor = _SCALES[code]
        return (value + shift) * factor, {"K": 1}
    known = unit(code or "1")
    return None if known is None else (value * known.factor, known.powers)


def convert(value: Decimal, code: str, wanted: str) -> Decimal | None:
    """Return a value in another unit of its kind; None when there is no way."""
    if code == wanted:
        return value
    there, one = to_base(value, code), to_base(Decimal(1), wanted)
    if there is None or one is None or there[1] != one[1]:
        return None
    if wanted in _SCALES:
        shift, factor = _SCALES[wanted]
        return there[0] / factor - shift
    return there[0] / one[0]


def _term(text: str) -> Unit | None:
    if text.isdecimal():
        return Unit(Decimal(text), {})
    found = _TERM.fullmatch(text)
    if not found:
        return None
    ten, name, _annotation, exponent = found.groups()
    power = int(exponent or 1)
    if abs(power) > 30:
        return None
    if ten:
        return Unit(Decimal(10) ** power, {}) if not name else None
    one = _atom(name) if name else Unit(Decimal(1), {})
    if one is None:
        return None
    return Unit(one.factor**power, {base: count * power for base, count in one.powers.items()})


def _atom(name: str) -> Unit | None:
    if name in _PLAIN:
        return _told(_PLAIN[name], 0)
    if name in _METRIC:
        return _told(_METRIC[name], 0)
    for length in (2, 1):
        if name[:length] in _PREFIXES and name[length:] in _METRIC:
            return _told(_METRIC[name[length:]], _PREFIXES[name[:length]])
    return None


def _told(meaning: tuple[str, str], exponent: int) -> Unit:
    number, base = meaning
    powers: dict[str, int] = {}
    for sign, name, power in re.findall(r"([./]?)(\{pt\}|[A-Za-z]+)(-?\d+)?", base):
        powers[name] = powers.get(name, 0) + int(power or 1) * (-1 if sign == "/" else 1)
    return Unit(Decimal(number).scaleb(exponent), powers)
