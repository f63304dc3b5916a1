"""Criteria: what the answers say is shown, what the clinician found is frozen."""

import pytest

from consultations.domain import criteria

ROWS = [
    {"code": "adult", "text": "Adult", "evidence": ["age"], "expression": "a"},
    {"code": "anxious", "text": "Anxious", "evidence": ["score:gad-7"], "expression": "b"},
    {"code": "told", "text": "Told", "evidence": ["hope", "flag:harm"]},
]
FOUND = [{"code": row["code"], "finding": "met"} for row in ROWS]


def test_read_says_what_the_answers_say_and_where():
    found = {"adult": True, "anxious": None, "told": True}

    readings = criteria.read(ROWS, present={"age", "flag:harm"}, holds=lambda row: found[row["code"]])

    assert [(one.code, one.suggestion, one.evidence) for one in readings] == [
        ("adult", "met", ("age",)),
        ("anxious", "unknown", ()),
        ("told", "unknown", ("flag:harm",)),
    ]


def test_read_says_not_met():
    assert criteria.read(ROWS[:1], present=(), holds=lambda _: False)[0].suggestion == "not-met"


def test_frozen_takes_the_protocols_evidence_where_the_clinician_named_none():
    sent = [{**FOUND[0], "evidence": []}, *FOUND[1:]]

    frozen = criteria.frozen(ROWS, sent, known={"age", "score:gad-7"})

    assert [one["evidence"] for one in frozen] == [[], ["score:gad-7"], []]


@pytest.mark.parametrize("finding", ["", None, "MET", 1])
def test_frozen_refuses_unknown_findings(finding):
    with pytest.raises(criteria.CriteriaFaulty):
        criteria.frozen(ROWS, [{**FOUND[0], "finding": finding}, *FOUND[1:]], known=())
