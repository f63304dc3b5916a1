"""A number beside its unit, as people say it."""

# What questionnaires call units of time, in the languages they are written in; one of it goes without the plural.
ONE = {
    "minutes": "minute", "hours": "hour", "days": "day", "weeks": "week", "months": "month", "years": "year",
    "minutos": "minuto", "horas": "hora", "días": "día", "semanas": "semana", "meses": "mes", "años": "año",
}  # fmt: skip


def counted(value: object, unit: str) -> str:
    """
    Return a number with its unit: `6 hours`, `1 hour`.

    unit  as the questionnaire names it; may be empty
    """
    named = ONE.get(unit.lower(), unit) if str(value) in {"1", "1.0"} else unit
    return f"{value} {named}".strip()
