import pytest

from intake.domain.merge import Change, Save, fold, merge


def save(client="phone", *, sequence=1, base=0, revision=1):
    return Save(client, sequence, base, revision, "somebody", "2026-06-01T15:00:00Z")


def touch(client, revision, sequence=1):
    return {"revision": revision, "at": "earlier", "by": "somebody", "client": client, "sequence": sequence}


@pytest.mark.parametrize(
    ("present", "touched", "sent", "stored", "conflicts", "after"),
    [
        pytest.param({}, {}, 6, 1, 0, {"hours": 6}, id="first answer"),
        pytest.param({"hours": 6}, {"hours": touch("phone", 1)}, 7, 1, 0, {"hours": 7}, id="own answer changed"),
        pytest.param({"hours": 6}, {"hours": touch("phone", 1)}, None, 1, 0, {}, id="own answer cleared"),
        pytest.param({"hours": 6}, {"hours": touch("laptop", 1)}, 7, 1, 0, {"hours": 7}, id="seen answer of another"),
        pytest.param({"hours": 6}, {"hours": touch("laptop", 2)}, 7, 0, 1, {"hours": 6}, id="unseen answer of another"),
        pytest.param({"hours": 6}, {"hours": touch("laptop", 2)}, 6, 1, 0, {"hours": 6}, id="unseen but the same"),
        pytest.param({}, {"hours": touch("laptop", 2)}, 6, 0, 1, {}, id="unseen clearing by another"),
        pytest.param({"hours": 6}, {"hours": touch("phone", 2, 9)}, 7, 0, 0, {"hours": 6}, id="late save of one's own"),
        pytest.param({"hours": 6}, {}, 7, 1, 0, {"hours": 7}, id="answer without a history"),
    ],
)
def test_merge_decides_question_by_question(present, touched, sent, stored, conflicts, after):
    merged = merge(present, touched, [Change("hours", sent)], save(base=1, revision=3, sequence=5))

    assert (len(merged.stored), len(merged.conflicts), merged.answers) == (stored, conflicts, after)


def test_merge_leaves_what_it_was_given_alone():
    answers, touched = {"hours": 6}, {"hours": touch("phone", 1)}

    merge(answers, touched, [Change("hours", 7)], save(sequence=2, base=1, revision=2))

    assert (answers, touched) == ({"hours": 6}, {"hours": touch("phone", 1)})


def test_merge_names_both_values_who_and_when():
    merged = merge({"hours": 6}, {"hours": touch("laptop", 2)}, [Change("hours", 7)], save(base=1, revision=3))

    assert merged.conflicts == [
        {
            "link_id": "hours", "yours": 7, "theirs": 6, "changed_by": "somebody", "changed_at": "earlier",
            "revision": 2,
        }
    ]  # fmt: skip


def test_fold_of_the_ledger_is_the_state():
    saves = [[Change("a", 1), Change("b", 2)], [Change("a", None), Change("c", 3)], [Change("b", 4)]]

    assert fold(saves) == {"b": 4, "c": 3}
