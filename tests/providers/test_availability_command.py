"""`availability expand` prints what the product computes, without a database."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command


def run(zone, day, window):
    out = StringIO()
    call_command("availability", "expand", "--zone", zone, "--date", day, "--window", window, stdout=out)
    return json.loads(out.getvalue())


def test_expand_prints_utc_intervals():
    assert run("America/New_York", "2026-11-01", "00:30-01:30") == [
        {"start": "2026-11-01T04:30:00Z", "end": "2026-11-01T05:30:00Z"},
        {"start": "2026-11-01T06:00:00Z", "end": "2026-11-01T06:30:00Z"},
    ]


def test_expand_prints_nothing_for_a_window_in_a_gap():
    assert run("America/New_York", "2026-03-08", "02:00-03:00") == []


def test_expand_takes_windows_over_midnight_in_both_spellings():
    assert run("America/Chicago", "2026-03-07", "22:00-06:00") == run("America/Chicago", "2026-03-07", "22:00-30:00")


@pytest.mark.parametrize(
    ("zone", "day", "window"),
    [
        ("Mars/Olympus", "2026-03-08", "09:00-17:00"),
        ("../UTC", "2026-03-08", "09:00-17:00"),
        ("UTC", "8 March", "09:00-17:00"),
        ("UTC", "2026-03-08", "9-17"),
        ("UTC", "2026-03-08", "24:00-25:00"),
        ("UTC", "2026-03-08", "09:00-48:01"),
        ("UTC", "2026-03-08", "09:60-17:00"),
        ("UTC", "9999-12-31", "09:00-17:00"),
        ("UTC", "0001-01-01", "09:00-17:00"),
    ],
)
def test_expand_refuses_what_it_cannot_read(zone, day, window):
    with pytest.raises(CommandError):
        run(zone, day, window)
