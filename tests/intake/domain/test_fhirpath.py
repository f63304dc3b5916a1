import pytest

from intake.domain.fhirpath import Failed, NotFhirPath, Scope, parse

RESPONSE = {
    "item": [
        {
            "linkId": "page",
            "item": [
                {"linkId": "hours", "answer": [{"valueInteger": 6}]},
                {"linkId": "many", "answer": [{"valueCoding": {"code": "a"}}, {"valueCoding": {"code": "b"}}]},
                {"linkId": "born", "answer": [{"valueDate": "2020-02-03"}]},
                {"linkId": "weight", "answer": [{"valueQuantity": {"value": 80.5, "code": "kg"}}]},
                {"linkId": "yes", "answer": [{"valueBoolean": True}]},
            ],
        }
    ]
}


def run(text, **constants):
    given = {"resource": [RESPONSE], "now": "2026-06-01T15:00:00+00:00", **constants}
    return parse(text).run(Scope([RESPONSE], given))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("repeat(item).where(linkId = 'hours').answer.value", [6]),
        ("%resource.repeat(item).where(linkId = 'many').answer.value.code", ["a", "b"]),
        ("repeat(item).where(linkId = 'hours').answer.value >= 6", [True]),
        ("repeat(item).where(linkId = 'nothing').answer.value >= 6", []),
        ("repeat(item).where(linkId = 'weight').answer.value > 80", [True]),
        ("repeat(item).where(linkId = 'yes').answer.value", [True]),
        ("repeat(item).count()", [6]),
        ("item.item.linkId.first()", ["hours"]),
        ("item.item.linkId.last()", ["yes"]),
        ("item.item.linkId.tail().count()", [4]),
        ("item.item[1].linkId", ["many"]),
        ("item.item[9].linkId", []),
        ("item.item[{}].linkId", []),
        ("item.`item`.select(linkId).count()", [5]),
        ("item.item.all(linkId.exists())", [True]),
        ("item.item.exists(linkId = 'born')", [True]),
        ("item.empty()", [False]),
        ("item.item.answer.value.ofType(integer)", [6]),
        ("item.item.answer.value.ofType(boolean)", [True]),
        ("item.item.answer.value.ofType(Quantity).code", ["kg"]),
        ("item.item.answer.value.ofType(Coding).count()", [2]),
        ("item.item.answer.value.ofType(date).count()", [1]),
        ("(1.5).toString().ofType(decimal)", []),
        ("1 + 2 * 3 - 4", [3]),
        ("(1 + 2) * 3", [9]),
        ("7 / 2", [3.5]),
        ("7 div 2", [3]),
        ("7 mod 2", [1]),
        ("7 / 0", []),
        ("-3 + 1", [-2]),
        ("+3", [3]),
        ("1 + {}", []),
        ("'a' + 'b'", ["ab"]),
        ("'a' & {}", ["a"]),
        ("{} & 'b'", ["b"]),
        ("'it\\'s'.length()", [4]),
        ("'anteroom'.startsWith('ante') and 'anteroom'.endsWith('room')", [True]),
        ("'anteroom'.contains('ero')", [True]),
        ("{}.contains('x')", []),
        ("1 = 1 and 2 = 2", [True]),
        ("1 = 2 or {}", []),
        ("1 = 1 or {}", [True]),
        ("1 = 2 and {}", [False]),
        ("{} and 1 = 1", []),
        ("1 = 2 or 2 = 3", [False]),
        ("true xor false", [True]),
        ("true xor {}", []),
        ("false implies {}", [True]),
        ("true implies false", [False]),
        ("{} implies true", [True]),
        ("{} = 1", []),
        ("1 != 2", [True]),
        ("{} != 2", []),
        ("true = 1", [False]),
        ("{} ~ {}", [True]),
        ("1 ~ 1", [True]),
        ("1 !~ 2", [True]),
        ("{} !~ {}", [False]),
        ("2 in (1 | 2 | 2)", [True]),
        ("{} in (1 | 2)", []),
        ("(1 | 2) contains 3", [False]),
        ("(1 | 2 | 2).count()", [2]),
        ("(1 | 2).sum()", [3]),
        ("{}.sum()", []),
        ("item.item.answer.distinct().count()", [6]),
        ("iif(1 = 1, 'a', 'b')", ["a"]),
        ("iif(1 = 2, 'a', 'b')", ["b"]),
        ("iif({}, 'a')", []),
        ("true.not()", [False]),
        ("{}.not()", []),
        ("item.item.linkId.first().hasValue()", [True]),
        ("'6'.toInteger() + '1.5'.toDecimal()", [7.5]),
        ("'x'.toInteger()", []),
        ("{}.toDecimal()", []),
        ("true.toString()", ["true"]),
        ("6.toString()", ["6"]),
        ("{}.toString()", []),
        ("{}.length()", []),
        ("today()", ["2026-06-01"]),
        ("now()", ["2026-06-01T15:00:00Z"]),
        ("@2020-02-03 < today()", [True]),
        ("@2020 < @2021-01-01", [True]),
        ("@2020 < @2020-05", []),
        ("%age < 18", [True]),
        ("%`age` + 1", [18]),
        ("%late", [5]),
        ("item.item.select($index)", [0, 1, 2, 3, 4]),
        ("(1 | 2 | 3).where($this > 1)", [2, 3]),
        ("'a'.nothing", []),
    ],
)
def test_an_expression_gives_what_fhirpath_says(text, value):
    assert run(text, age=17, late=lambda: [5]) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "1 1",
        "where(",
        "unknown()",
        "where()",
        "where(1, 2)",
        "$that",
        "'open",
        "item.1",
        "§",
        "(" * 60 + "1" + ")" * 60,
        "item[1",
        "x" * 20_001,
    ],
)
def test_what_is_not_read_to_its_end_is_refused(text):
    with pytest.raises(NotFhirPath):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "%unknown > 1",
        "item.item.answer.value and true",
        "(1 | 2) > 1",
        "'a' > 1",
        "1 + 'a'",
        "true + 1",
        "(1 | 2) + 1",
        "item + 1",
    ],
)
def test_what_cannot_be_worked_out_fails(text):
    with pytest.raises(Failed):
        run(text)


def test_a_repetition_does_not_follow_twice_what_it_has_met():
    assert run("repeat($this).count()") == [1]


def test_a_repetition_that_follows_everything_is_stopped():
    with pytest.raises(Failed):
        run("repeatAll($this)")


def test_the_names_that_an_expression_reads_are_known():
    assert parse("%phq9 >= 10 and %`x y` < 20").constants == {"phq9", "x y"}
