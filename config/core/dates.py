"""Days and times as people write them, in the language of who reads."""

from datetime import date, datetime

from django.utils.dateformat import DateFormat

from config.core.languages import reading

STYLES = {
    "en": {
        "full": "l, F j, Y \\a\\t g:i A",
        "short": "D, M j, g:i A",
        "day": "l, F j",
        "date": "F j, Y",
        "month-day": "F j",
        "time": "g:i A",
        "month": "F Y",
        "weekday": "l",
        "whole-date": "l, F j, Y",
        "short-date": "D, M j",
        "clock": "g:i A T",
    },
    "es": {
        "full": "l j \\d\\e F \\d\\e Y, g:i a",
        "short": "D j b, g:i a",
        "day": "l j \\d\\e F",
        "date": "j \\d\\e F \\d\\e Y",
        "month-day": "j \\d\\e F",
        "time": "g:i a",
        "month": "F \\d\\e Y",
        "weekday": "l",
        "whole-date": "l j \\d\\e F \\d\\e Y",
        "short-date": "D j/n",
        "clock": "g:i A T",
    },
}


class _Written(DateFormat):
    """As Django writes a time, but with the name of its zone in the hour that a clock shows twice, too."""

    def __init__(self, value: date) -> None:
        super().__init__(value)
        if isinstance(value, datetime):
            self.timezone = value.tzinfo


def in_words(value: date, style: str) -> str:
    """
    Return a day, or an instant that was moved to the reader's zone already, as it is written in their language.

    style  of STYLES; `clock` is a time with the name of its zone
    """
    return str(_Written(value).format(STYLES.get(reading(), STYLES["en"])[style]))


def hour_in_words(local: datetime) -> str:
    """Return the time of an instant, local already; with its zone's name when a clock shows that time twice (1:30 EST)."""
    is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return in_words(local, "clock" if is_twice else "time")
