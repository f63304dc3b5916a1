"""A number beside its unit, as people say it."""

# What questionnaires call units of time, in the languages they are written in; one of it goes without the plural.
ONE = {
    "minutes": "minute", "hours": "hour", "days": "day", "weeks": "week", "months": "month", "years": "year",
    "minutos": "minuto", "horas": "hora", "días": "día", "semanas": "semana", "meses": "mes", "años": "año",
}  # fmt: skip


INCH, CENTIMETER = "[in_i]", "cm"
_INCHES_A_FOOT, _CENTIMETERS_AN_INCH = 12, 2.54


def feet_and_inches(inches: float) -> tuple[int, int | float]:
    """Return whole feet, and the inches beside them without needless decimals."""
    feet, rest = divmod(round(inches, 2), _INCHES_A_FOOT)
    rounded = round(rest, 2)
    return int(feet), int(rounded) if rounded == int(rounded) else rounded


def both_ways(value: float, code: str) -> str:
    """
    Return a length of a body as colleagues read it: as it was given, and the other way to the centimeter or inch.

    code  UCUM, inches or centimeters
    """
    if code == INCH:
        feet, inches = feet_and_inches(value)
        return f"{feet} ft {inches} in ({round(value * _CENTIMETERS_AN_INCH)} cm)"
    feet, inches = feet_and_inches(round(value / _CENTIMETERS_AN_INCH))
    return f"{counted(value, CENTIMETER)} ({feet} ft {inches} in)"


def counted(value: object, unit: str) -> str:
    """
    Return a number with its unit: `6 hours`, `1 hour`.

    unit  as the questionnaire names it; may be empty
    """
    named = ONE.get(unit.lower(), unit) if str(value) in {"1", "1.0"} else unit
    return f"{value} {named}".strip()
