import pytest

from intake.domain.fhirpath import Failed
from intake.domain.flags import Facts, is_readable, raised
from intake.domain.items import instances, items
from intake.domain.outline import outline
from tests.factories.intake import SLEEP

RESPONSE = {"item": [{"linkId": "a", "answer": [{"valueInteger": 1}, {"valueInteger": 2}]}]}


class Rule:
    def __init__(self, code, expression):
        self.code, self.expression = code, expression


def test_raised_keeps_the_order_and_leaves_out_what_is_false_or_unknown():
    rules = [
        Rule("old", "%age > 60"), Rule("one", "item.answer.value.where($this = 1).exists()"),
        Rule("unknown", "%phq9 > 3"), Rule("two", "item.answer.value.where($this = 2).exists()"),
    ]  # fmt: skip

    assert [flag.code for flag in raised(rules, Facts(RESPONSE, {"age": 40, "phq9": None}))] == ["one", "two"]


def test_raised_never_passes_over_a_rule_that_cannot_be_judged():
    with pytest.raises(Failed):
        raised([Rule("many", "item.answer.value")], Facts(RESPONSE, {}))


@pytest.mark.parametrize(("expression", "readable"), [("%age > 3", True), ("%age >", False), ("nothing()", False)])
def test_is_readable_tells_before_anybody_is_asked(expression, readable):
    assert is_readable(expression) is readable


def test_items_keep_an_answer_above_and_below_each_other():
    told = outline(
        {
            "item": [
                {
                    "linkId": "q", "type": "choice", "text": "?", "repeats": True, "answerOption": [],
                    "item": [{"linkId": "more", "type": "url", "text": "!"}],
                },
                {"linkId": "file", "type": "attachment", "text": "File"},
                {"linkId": "say", "type": "open-choice", "text": "Say"},
                {"linkId": "read", "type": "display", "text": "Read"},
            ]
        }
    )  # fmt: skip
    file = {"id": "1", "title": "x.pdf"}

    assert items(told.roots, {"more": "https://example.org", "file": file, "say": "words"}) == [
        {
            "linkId": "q", "text": "?",
            "answer": [{"item": [{"linkId": "more", "text": "!", "answer": [{"valueUri": "https://example.org"}]}]}],
        },
        {"linkId": "file", "text": "File", "answer": [{"valueAttachment": {"title": "x.pdf"}}]},
        {"linkId": "say", "text": "Say", "answer": [{"valueString": "words"}]},
    ]  # fmt: skip


def test_items_without_answers_are_left_out():
    assert items(outline(SLEEP).roots, {}) == []


@pytest.mark.parametrize(
    ("answers", "count"), [({}, 0), ({"g[0]/a": 1}, 1), ({"g[3]/a": 1, "g[1]/b": 1, "h[9]/a": 1, "g[x]/a": 1}, 4)]
)
def test_instances_are_counted_with_their_gaps(answers, count):
    assert instances(answers, "g") == count
