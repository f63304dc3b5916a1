"""Plans as values: days, words, and templates of the catalogue."""

import json
from datetime import date

import pytest

from consultations.domain import plan
from consultations.domain.codes import ActivityKind
from intake.adapters import catalogue

MONDAY = date(2026, 6, 1)
SCHEDULES = {
    "never": ({}, [], ""),
    "once": ({"times": 1}, ["2026-06-01"], "once, on the first day"),
    "later": ({"times": 1, "first_after_days": 14}, ["2026-06-15"], "once, after 2 weeks"),
    "weekly": (
        {"times": 2, "every_days": 7, "first_after_days": 1},
        ["2026-06-02", "2026-06-09"],
        "2 times, every week, first after a day",
    ),
    "over the end of a month": ({"times": 2, "every_days": 30}, ["2026-06-01", "2026-07-01"], None),
    "nonsense counts as none": ({"times": "many", "every_days": -1}, [], ""),
}


@pytest.mark.parametrize(("row", "days", "words"), SCHEDULES.values(), ids=SCHEDULES.keys())
def test_schedule_names_its_days(row, days, words):
    schedule = plan.schedule_of(row)

    assert [day.isoformat() for day in schedule.days_from(MONDAY)] == days
    assert words is None or schedule.words == words
    assert plan.schedule_of(schedule.stored()) == schedule


def test_template_goals_take_the_patients_own_words():
    rows = [{"description": "Your own goal.", "measure": None, "from": {"link_id": "goal"}}]

    assert plan.goals_of_template(rows, {"goal": "Sleep again"})[0]["description"] == "Sleep again"
    assert plan.goals_of_template(rows, {"goal": ""})[0]["description"] == "Your own goal."


def test_template_activities_leave_blanks_for_the_clinician():
    rows = [{"kind": "medication", "title": "Spray", "detail": "As told.", "clinician_fills": ["dose", "stop_rule"]}]

    [activity] = plan.activities_of_template(rows)

    assert activity["detail"] == "As told.\nDose: ____\nStop rule: ____"
    assert plan.has_blank(activity["detail"])


TEMPLATES = [
    pytest.param(template, id=f"{file.parent.name}-{template['code']}")
    for file in catalogue.ROOT.glob("*/care-plan.json")
    for template in json.loads(file.read_text())["templates"]
]


@pytest.mark.parametrize("template", TEMPLATES)
def test_shipped_template_is_a_plan(template):
    activities = plan.activities(plan.activities_of_template(template["activities"]))
    goals = plan.goals(plan.goals_of_template(template["goals"], {}))

    assert goals
    measures = [one for one in activities if one.kind == ActivityKind.MEASURE]
    assert all(one.schedule.offsets for one in measures)
    for one, row in zip(activities, template["activities"], strict=True):
        assert len(one.schedule.offsets) == row["schedule"]["times"]
