"""A safety rule that nobody could rely on is refused before anybody is asked."""

from collections import Counter

import pytest

from intake.domain.lint import lint
from intake.domain.rule_lint import lint_rules
from tests.factories.intake import SLEEP, coding

HARM = "repeat(item).where(linkId = 'harm').answer.value.where(code = '{}').exists()"
RULE = {
    "code": "harm",
    "questionnaire": SLEEP["url"],
    "severity": "emergency",
    "crisis": True,
    "expression": HARM.format("yes"),
    "clinician_text": "Thoughts of self-harm.",
    "patient_text": "Please read whom to call.",
    "translations": {"es": {"patient_text": "Lea a quién llamar."}},
    "evidence": ["harm"],
    "source": {"citation": "A paper.", "doi": "10.1000/1"},
}
ISI = {"questionnaire": SLEEP["url"], "instrument": "isi-7", "constant": "isi", "minimum": 0, "maximum": 28}


def codes(*rules):
    found = lint_rules(rules, definitions=[SLEEP], scores=[ISI])
    assert {one.field for one in found} <= {rule["code"] for rule in rules}
    return Counter(one.code for one in found)


def code(**changes):
    return list(codes(RULE | changes))


def test_a_sound_rule_has_no_fault():
    assert code() == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        pytest.param({"expression": "repeat(item).wher("}, "expression", id="cannot be read"),
        pytest.param({"questionnaire": "https://elsewhere.example"}, "dead-link", id="no such questionnaire"),
        pytest.param({"expression": HARM.replace("harm", "hurt").format("yes")}, "dead-link", id="no such question"),
        pytest.param({"evidence": ["harm", "hurt"]}, "dead-link", id="no such evidence"),
        pytest.param({"expression": HARM.format("maybe")}, "dead-option", id="an answer that is not offered"),
        pytest.param({"expression": "%iso > 3"}, "unknown-constant", id="no such score"),
        pytest.param({"expression": "%isi > 28"}, "unreachable", id="a score that nobody reaches"),
        pytest.param({"expression": "%isi > 20 and %isi < 8"}, "unreachable", id="contradiction"),
        pytest.param(
            {"expression": f"{HARM.format('yes')} and {HARM.format('no')}"}, "unreachable", id="two of one choice"
        ),
        pytest.param({"severity": "grave"}, "severity", id="no such severity"),
        pytest.param({"source": {}}, "no-source", id="no source"),
        pytest.param({"source": {"citation": "A paper.", "url": "http://plain.example"}}, "no-source", id="dead place"),
        pytest.param(
            {"source": RULE["source"] | {"also": [{"citation": "Another."}]}}, "no-source", id="half a source"
        ),
        pytest.param({"clinician_text": ""}, "no-words", id="nothing for the clinician"),
        pytest.param({"patient_text": None}, "no-words", id="an emergency in silence"),
        pytest.param({"translations": {}}, "no-translation", id="no Spanish"),
    ],
)
def test_a_fault_is_named(changes, fault):
    assert code(**changes) == [fault]


@pytest.mark.parametrize(
    "expression",
    [
        "%isi = 28",
        "%isi >= 15 and %age > 64",
        "repeat(item).where(linkId = 'hours').answer.value.where($this < 4).exists()",
        "repeat(item).where(linkId = 'snores').answer.value.where($this = true).exists() and %isi > 21",
        f"{HARM.format('yes')} or {HARM.format('no')}",
    ],
)
def test_what_some_answers_make_true_is_reachable(expression):
    assert code(expression=expression) == []


def test_a_code_stands_once():
    assert codes(RULE, RULE) == {"twice": 1}


def test_a_caution_may_be_silent_to_the_patient():
    assert code(severity="caution", crisis=False, patient_text=None, translations={}) == []


def test_a_circle_among_the_questions_that_rules_read_is_refused():
    def behind(link, other):
        condition = {"question": other, "operator": "=", "answerCoding": coding("yes", "Yes")["valueCoding"]}
        options = [coding("yes", "Yes"), coding("no", "No")]
        return {"linkId": link, "type": "choice", "text": link, "answerOption": options, "enableWhen": [condition]}

    found = lint(SLEEP | {"item": [behind("a", "b"), behind("b", "a")]})

    assert "error" in {issue.severity for issue in found}
