"""Lines over time, prepared for drawing."""

import pytest

from config.core.html.line_chart import line_chart


def chart(values, **given):
    columns = [f"week {number}" for number in range(len(values))]
    return line_chart(title="Waits", unit="hours", columns=columns, lines=[("half", "half within", values)], **given)


@pytest.mark.parametrize(("highest", "top"), [(0.3, "4"), (4, "4"), (5, "8"), (19, "20"), (21, "40"), (900, "2000")])
def test_axis_ends_at_a_round_number_above_everything(highest, top):
    assert chart([highest]).heights[-1].label == top


def test_a_column_without_a_value_has_no_point():
    drawn = chart([1, None, 3])

    assert len(drawn.lines[0].dots) == 2
    assert [mark.label for mark in drawn.columns] == ["week 0", "week 1", "week 2"]


def test_higher_values_stand_higher():
    (_, low), (_, high) = chart([1, 3]).lines[0].dots

    assert float(high) < float(low)


def test_words_say_the_last_value():
    assert chart([1, 2.5]).description == "Waits, week 0 to week 1. In the last week: half within 2.5 hours."
    assert chart([]).description == "Waits: nothing to show yet."
