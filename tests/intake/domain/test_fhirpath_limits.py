"""Whatever the text and whatever the answers, an expression gives a result, refuses, or fails; it never hangs."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.domain.fhirpath import Failed, NotFhirPath, Scope, parse

WORDS = """
item answer value linkId where repeat iif exists sum ofType string %resource $this $index ( ) [ ] { } . , + - * /
div mod and or xor implies = != ~ < >= | & is as in contains 'a' '\\u0041' 1 2.5 4'mg' 3 days @2020-02-29 @T10:30
true false {} `item` // /* */ -1 round power matches toString descendants %now first
"""
ANSWERS = [
    {"valueInteger": 7},
    {"valueDecimal": 2.5},
    {"valueString": "a"},
    {"valueDate": "2020-02"},
    {"valueCoding": {"system": "s", "code": "c"}},
    {"valueQuantity": {"value": 3, "code": "kg"}},
]
RESPONSE = {
    "resourceType": "QuestionnaireResponse",
    "item": [{"linkId": str(number), "answer": [answer]} for number, answer in enumerate(ANSWERS)],
}


def attempt(text):
    """Return what comes of a text; anything but a refusal or a failure passes through."""
    try:
        return parse(text).run(Scope([RESPONSE], {"resource": [RESPONSE], "now": "2026-06-01T15:00:00+00:00"}))
    except (NotFhirPath, Failed) as error:
        return type(error)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    attempt(text)


@settings(max_examples=400)
@given(st.lists(st.sampled_from(WORDS.split()), max_size=25).map(" ".join))
def test_any_row_of_words_gives_a_result_or_is_refused(text):
    first = attempt(text)

    assert attempt(text) == first


@settings(max_examples=400)
@given(st.lists(st.sampled_from(WORDS.split()), max_size=12).map("".join))
def test_any_words_without_spaces_give_a_result_or_are_refused(text):
    attempt(text)


@given(st.integers(-(2**40), 2**40), st.integers(-(2**40), 2**40))
def test_whole_numbers_divide_as_mathematics_has_it(one, other):
    if other == 0:
        assert attempt(f"({one}) div ({other})") == []
        return
    whole, rest = attempt(f"({one}) div ({other})")[0], attempt(f"({one}) mod ({other})")[0]

    assert whole * other + rest == one
    assert abs(rest) < abs(other)


@given(st.decimals("-1e12", "1e12", places=6), st.decimals("-1e12", "1e12", places=6))
def test_decimals_add_exactly(one, other):
    assert attempt(f"({one:f}) + ({other:f}) = ({one + other:f})") == [True]


@given(st.dates(), st.integers(0, 400))
def test_months_that_were_added_come_off_again_on_days_that_every_month_has(day, months):
    day = day.replace(day=min(day.day, 28))

    assert attempt(f"@{day} + {months} months - {months} months = @{day}") in ([True], Failed)


@pytest.mark.parametrize(
    "text",
    [
        "repeatAll($this)",
        "(1|2|3|4|5|6|7|8|9).select(%resource.descendants()).select(%resource.descendants()).select(%resource.descendants())",
        "'aaaaaaaaaa'.replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaa')" + ".replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaa')" * 6,
        "2.power(1000).power(1000)",
        "@9999-12-31 + 1 day",
    ],
    ids=["no end", "product", "growing text", "growing number", "no such day"],
)
def test_what_grows_beyond_all_use_is_stopped(text):
    assert attempt(text) is Failed


@pytest.mark.parametrize(
    "text",
    ["(" * 5_000 + ")" * 5_000, "-" * 5_000 + "1", "a" + ".a" * 5_000, "1" + "+1" * 5_000, "a" * 50_000, "{" * 9_000],
    ids=["parentheses", "signs", "path", "sum", "name", "braces"],
)
def test_what_is_too_deep_or_too_long_is_refused(text):
    with pytest.raises(NotFhirPath):
        parse(text)


def test_a_pattern_that_takes_others_a_lifetime_takes_no_time():
    assert attempt(f"'{'a' * 5_000}!'.matches('^(a+)+$')") == [False]


def test_a_pattern_with_a_lookahead_fails():
    assert attempt("'abc'.matches('a(?=b)')") is Failed


def test_the_present_is_pinned():
    assert attempt("now() = %now.toDateTime() and today() = @2026-06-01") == [True]


def test_decimals_keep_their_digits():
    frame = Scope([], {}).frame.inner()

    assert parse("0.1 + 0.2").compiled(frame, []) == [Decimal("0.3")]
