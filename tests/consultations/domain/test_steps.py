from datetime import UTC, datetime, timedelta

import pytest

from consultations.domain.steps import Standing, next_step, way

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TOMORROW = {"visit_start_at": NOW + timedelta(days=1), "visit_end_at": NOW + timedelta(days=1, minutes=30)}
SOON = {"visit_start_at": NOW + timedelta(minutes=30), "visit_end_at": NOW + timedelta(minutes=60)}
PAST = {"visit_start_at": NOW - timedelta(minutes=30), "visit_end_at": NOW}


@pytest.mark.parametrize(
    ("standing", "actor", "code"),
    [
        pytest.param({"status": "draft"}, "patient", "answer", id="draft"),
        pytest.param({"status": "draft", "is_complete": True}, "patient", "submit", id="complete draft"),
        pytest.param({"status": "on-hold"}, "patient", "answer-question", id="clinician asks"),
        pytest.param({"status": "active"}, "patient", "book", id="submitted"),
        pytest.param(
            {"status": "active", "pathway": "review-first"}, "clinician", "review", id="submitted, review first"
        ),
        pytest.param(
            {"status": "active", "pathway": "review-first", "outcome": "accepted"}, "patient", "book", id="accepted"
        ),
        pytest.param({"status": "active", "pathway": "asynchronous"}, "clinician", "review", id="no visit, waiting"),
        pytest.param(
            {"status": "active", "pathway": "asynchronous", "outcome": "accepted"}, "clinician", "decide",
            id="no visit, accepted",
        ),
        pytest.param(
            {"status": "active", "visit_status": "booked", **TOMORROW}, "clinician", "review", id="booked, not reviewed"
        ),
        pytest.param(
            {"status": "active", "visit_status": "booked", "outcome": "accepted", **TOMORROW}, "nobody",
            "wait-for-visit", id="booked and reviewed",
        ),
        pytest.param({"status": "active", "visit_status": "booked", **SOON}, "patient", "check-in", id="about to start"),
        pytest.param({"status": "active", "visit_status": "checked-in", **SOON}, "clinician", "begin", id="checked in"),
        pytest.param({"status": "active", "visit_status": "arrived", **SOON}, "clinician", "visit", id="going on"),
        pytest.param({"status": "active", "visit_status": "booked", **PAST}, "clinician", "visit", id="time is over"),
        pytest.param({"status": "active", "visit_status": "fulfilled", **PAST}, "clinician", "decide", id="done"),
        pytest.param({"status": "active", "visit_status": "noshow", **PAST}, "patient", "book", id="missed"),
        pytest.param({"status": "active", "visit_status": "cancelled", **PAST}, "patient", "book", id="cancelled"),
        pytest.param({"status": "completed"}, "nobody", "completed", id="completed"),
        pytest.param({"status": "revoked"}, "nobody", "withdrawn", id="withdrawn"),
        pytest.param({"status": "revoked", "outcome": "declined"}, "nobody", "declined", id="declined"),
        pytest.param({"status": "revoked", "outcome": "referred"}, "nobody", "referred", id="referred"),
        pytest.param(
            {"status": "revoked", "outcome": "referred", "goes_on": "draft"}, "patient", "go-on", id="referred to a service"
        ),
        pytest.param(
            {"status": "revoked", "outcome": "referred", "goes_on": "active"}, "nobody", "referred", id="went on there"
        ),
    ],
)  # fmt: skip
def test_next_step_says_whose_turn_it_is(standing, actor, code):
    step = next_step(Standing(**{"pathway": "either", **standing}), now=NOW)

    assert (step.actor, step.code) == (actor, code)
    assert step.words.endswith(".")


@pytest.mark.parametrize(
    ("pathway", "labels"),
    [
        ("either", ["Your questions", "Pick a time", "Clinician review", "Your visit", "Your care plan"]),
        ("review-first", ["Your questions", "Clinician review", "Pick a time", "Your visit", "Your care plan"]),
        ("asynchronous", ["Your questions", "Clinician review", "Your care plan"]),
    ],
)
def test_the_way_has_the_stages_of_the_service(pathway, labels):
    assert [mark.label for mark in way(Standing(status="draft", pathway=pathway))] == labels


@pytest.mark.parametrize(
    ("standing", "states"),
    [
        pytest.param({"status": "draft"}, ["now", "next", "next", "next", "next"], id="draft"),
        pytest.param({"status": "active"}, ["done", "now", "next", "next", "next"], id="submitted"),
        pytest.param(
            {"status": "active", "outcome": "accepted"}, ["done", "now", "done", "next", "next"], id="reviewed first"
        ),
        pytest.param(
            {"status": "completed", "outcome": "accepted", "visit_status": "fulfilled"}, ["done"] * 5, id="completed"
        ),
        pytest.param({"status": "revoked", "outcome": "declined"}, ["done", "done"], id="declined"),
        pytest.param({"status": "revoked", "is_sent": False}, [], id="withdrawn before it was sent"),
    ],
)
def test_the_way_marks_one_stage_as_now_unless_the_case_is_over(standing, states):
    assert [mark.state for mark in way(Standing(**{"pathway": "either", **standing}))] == states
