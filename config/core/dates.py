"""Days and times as people write them, in the language of who reads."""

from datetime import date

from django.utils.dateformat import format as written

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


def in_words(value: date, style: str) -> str:
    """
    Return a day, or an instant that was moved to the reader's zone already, as it is written in their language.

    style  of STYLES; `clock` is a time with the name of its zone
    """
    return written(value, STYLES.get(reading(), STYLES["en"])[style])
