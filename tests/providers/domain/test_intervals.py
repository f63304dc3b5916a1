"""The algebra of intervals equals the algebra of sets of instants."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.domain.intervals import Interval, intersect, subtract, union

ZERO = datetime(2026, 3, 8, tzinfo=UTC)


def at(minute):
    return ZERO + timedelta(minutes=minute)


def spans(*pairs):
    return tuple(Interval(at(start), at(end)) for start, end in pairs)


def minutes(intervals):
    return {
        minute
        for start, end in intervals
        for minute in range(int((start - ZERO).total_seconds() // 60), 200)
        if at(minute) < end
    }


sets = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: spans(pair)[0]), max_size=8)


@pytest.mark.parametrize(
    ("given_", "merged"),
    [
        ([], []),
        ([(3, 3)], []),
        ([(5, 2)], []),
        ([(0, 5), (5, 9)], [(0, 9)]),
        ([(4, 9), (0, 5)], [(0, 9)]),
        ([(0, 9), (2, 3)], [(0, 9)]),
        ([(6, 9), (0, 5)], [(0, 5), (6, 9)]),
    ],
    ids=["nothing", "empty", "reversed", "touching", "overlapping", "nested", "apart"],
)
def test_union_is_the_fewest_intervals_in_order(given_, merged):
    assert union(spans(*given_)) == spans(*merged)


def test_subtract_leaves_what_is_before_between_and_after():
    assert subtract(spans((0, 30)), spans((5, 10), (20, 25))) == spans((0, 5), (10, 20), (25, 30))


def test_subtract_uses_one_interval_against_several():
    assert subtract(spans((0, 10), (12, 20)), spans((5, 15))) == spans((0, 5), (15, 20))


def test_half_open_neighbours_do_not_overlap():
    left, right = spans((0, 5), (5, 9))

    assert not left.overlaps(right)
    assert left.overlaps(Interval(at(4), at(6)))


@given(left=sets, right=sets)
def test_algebra_equals_sets_of_minutes(left, right):
    assert minutes(union(left)) == minutes(left)
    assert minutes(intersect(left, right)) == minutes(left) & minutes(right)
    assert minutes(subtract(left, right)) == minutes(left) - minutes(right)


@given(left=sets, right=sets)
def test_results_are_canonical(left, right):
    for result in (union(left), intersect(left, right), subtract(left, right)):
        assert result == union(result)
