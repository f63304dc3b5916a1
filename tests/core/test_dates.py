"""Days and times in words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from config.core.dates import hour_in_words, in_words

NEW_YORK, LORD_HOWE = ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")


@pytest.mark.parametrize(
    ("hour", "words"), [(4, "12:30 AM EDT"), (5, "1:30 AM EDT"), (6, "1:30 AM EST"), (7, "2:30 AM EST")]
)
def test_a_time_with_its_zone_names_it_in_the_hour_that_comes_twice_too(hour, words):
    local = datetime(2026, 11, 1, hour, 30, tzinfo=UTC).astimezone(NEW_YORK)
    assert in_words(local, "clock") == words


@pytest.mark.parametrize(("hour", "words"), [(4, "12:30 AM"), (5, "1:30 AM EDT"), (6, "1:30 AM EST"), (7, "2:30 AM")])
def test_an_hour_names_its_zone_only_where_the_clock_shows_it_twice(hour, words):
    assert hour_in_words(datetime(2026, 11, 1, hour, 30, tzinfo=UTC).astimezone(NEW_YORK)) == words


def test_half_an_hour_that_comes_twice_is_told_apart_too():
    first, second = (datetime(2026, 4, 4, hour, 45, tzinfo=UTC).astimezone(LORD_HOWE) for hour in (14, 15))
    assert (hour_in_words(first), hour_in_words(second)) == ("1:45 AM +11", "2:15 AM")


@pytest.mark.parametrize("hour", [6, 7])
def test_around_an_hour_that_no_clock_shows_nothing_is_added(hour):
    assert " AM " not in hour_in_words(datetime(2026, 3, 8, hour, 30, tzinfo=UTC).astimezone(NEW_YORK))
