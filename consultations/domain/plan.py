"""A care plan before it is stored: what a template proposes, what a clinician changes, on which days it falls."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext, ngettext, override

from config.core.errors import FieldError, Invalid
from consultations.domain.codes import ActivityKind

MAX_TIMES = 100
MAX_DAYS = 730
BLANK = "____"


class PlanFaulty(Invalid):
    """Correct the named goal or activity."""

    code = "plan-faulty"
    title = "Something in the plan needs to be corrected"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Days after the signature: the first, the distance between two, and how many. `times` 0 means no day at all."""

    first_after_days: int = 0
    every_days: int = 0
    times: int = 0

    @property
    def offsets(self) -> tuple[int, ...]:
        """Return the days after the signature, in order."""
        return tuple(self.first_after_days + self.every_days * turn for turn in range(self.times))

    def days_from(self, start: date) -> list[date]:
        """Return the planned calendar days, in order."""
        return [start + timedelta(days=offset) for offset in self.offsets]

    @property
    def words(self) -> str:
        """Return the schedule as a patient reads it."""
        if not self.times:
            return ""
        first = _after(self.first_after_days)
        if self.times == 1:
            return gettext("once, %(first)s") % {"first": first}
        words = {"count": self.times, "every": _every(self.every_days), "first": first}
        return gettext("%(count)s times, %(every)s, first %(first)s") % words

    def told(self, text: str) -> str:
        """Return the stored words of the schedule for who reads: its own in their language, a person's as they are."""
        with override("en"):
            is_own = text == self.words
        return self.words if is_own else text

    def stored(self) -> dict[str, int]:
        """Return the JSON of Activity.schedule."""
        return {"first_after_days": self.first_after_days, "every_days": self.every_days, "times": self.times}


@dataclass(frozen=True, slots=True)
class GoalDraft:
    """What the plan is for; `measure` is {loinc, title, target, due_days} or empty."""

    description: str
    measure: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ActivityDraft:
    """One thing to do."""

    kind: str
    title: str
    detail: str = ""
    schedule: Schedule = field(default_factory=Schedule)
    schedule_text: str = ""
    questionnaire_url: str = ""


def goals(rows: Sequence[Mapping[str, Any]]) -> list[GoalDraft]:
    """
    Return the goals of a template or of a clinician.

    rows    [{description, measure?}]
    Raises  PlanFaulty with one error for each faulty row
    """
    faults: list[FieldError] = []
    drafts = []
    for index, row in enumerate(rows):
        description = str(row.get("description", "")).strip()
        if not description or len(description) > 2000:
            faults.append(FieldError(f"goals[{index}].description", "required", "Say what the goal is."))
        if len(json.dumps(row.get("measure"))) > 1000:
            faults.append(FieldError(f"goals[{index}].measure", "too-long", "Say in fewer words how it is measured."))
        drafts.append(GoalDraft(description, row.get("measure") or {}))
    _refuse(faults)
    return drafts


def activities(rows: Sequence[Mapping[str, Any]]) -> list[ActivityDraft]:
    """
    Return the activities of a template or of a clinician.

    rows    [{kind, title, detail?, schedule?: {first_after_days, every_days, times}, schedule_text?,
            questionnaire_url?}]
    Raises  PlanFaulty with one error for each faulty row
    """
    faults: list[FieldError] = []
    drafts = []
    for index, row in enumerate(rows):
        faults += _faults_of(row, f"activities[{index}]")
        schedule = schedule_of(row.get("schedule") or {})
        with override("en"):  # What is stored is English, whoever asks.
            usual = schedule.words
        drafts.append(
            ActivityDraft(
                kind=str(row.get("kind", "")),
                title=str(row.get("title", "")).strip(),
                detail=str(row.get("detail") or "").strip(),
                schedule=schedule,
                schedule_text=str(row.get("schedule_text") or usual)[:200],
                questionnaire_url=str(row.get("questionnaire_url") or ""),
            )
        )
    _refuse(faults)
    return drafts


def schedule_of(row: Mapping[str, Any]) -> Schedule:
    """Return the schedule of stored or sent JSON; days that are no whole numbers count as none."""
    first, every, times = (_whole(row.get(name)) for name in ("first_after_days", "every_days", "times"))
    return Schedule(first, every, times)


def goals_of_template(rows: Sequence[Mapping[str, Any]], answers: Mapping[str, str]) -> list[dict[str, Any]]:
    """
    Return the goals of a template as `goals` takes them; a goal that is the patient's own has their words.

    rows     [{description, measure, from?: {link_id}}]
    answers  {linkId: what the patient said, in words}
    """
    return [
        {
            "description": answers.get((row.get("from") or {}).get("link_id", "")) or row["description"],
            "measure": row.get("measure"),
        }
        for row in rows
    ]


def activities_of_template(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """
    Return the activities of a template as `activities` takes them.

    rows  as `activities` takes them, with `clinician_fills`: what the clinician must fill in becomes a line with a
          blank, and a plan with blanks cannot be signed
    """
    return [
        {**row, "detail": _with_blanks(str(row.get("detail") or ""), row.get("clinician_fills") or ())} for row in rows
    ]


def label(fill: str) -> str:
    """Return what stands before the blank that a clinician fills in: `Stop rule: `."""
    return f"{fill.replace('_', ' ').capitalize()}: "


def has_blank(detail: str) -> bool:
    """Tell whether the clinician has still to write something here."""
    return BLANK in detail


def _with_blanks(detail: str, fills: Sequence[str]) -> str:
    lines = [f"{label(fill)}{BLANK}" for fill in fills]
    return "\n".join([detail, *lines] if detail else lines)


def _faults_of(row: Mapping[str, Any], path: str) -> list[FieldError]:
    faults = []
    if row.get("kind") not in ActivityKind.values:
        faults.append(FieldError(f"{path}.kind", "unknown", "Choose one of the kinds."))
    if not 0 < len(str(row.get("title", "")).strip()) <= 200:
        faults.append(FieldError(f"{path}.title", "required", "Say in a few words what is to be done."))
    schedule = schedule_of(row.get("schedule") or {})
    if len(schedule.offsets) > MAX_TIMES or max(schedule.offsets, default=0) > MAX_DAYS:
        faults.append(FieldError(f"{path}.schedule", "too-long", "At most 100 times within two years."))
    if schedule.times > 1 and schedule.every_days == 0:
        faults.append(FieldError(f"{path}.schedule", "required", "Say how many days lie between two times."))
    if row.get("kind") == ActivityKind.MEASURE and not row.get("questionnaire_url"):
        faults.append(FieldError(f"{path}.questionnaire_url", "required", "Say which questions are asked."))
    return faults


def _refuse(faults: Sequence[FieldError]) -> None:
    if faults:
        raise PlanFaulty(faults[0].detail, errors=faults)


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _after(days: int) -> str:
    return gettext("on the first day") if days == 0 else gettext("after %(length)s") % {"length": _days(days)}


def _every(days: int) -> str:
    if days == 1:
        return gettext("every day")
    if days == 7:
        return gettext("every week")
    if days == 14:
        return gettext("every two weeks")
    return gettext("every %(length)s") % {"length": _days(days)}


def _days(days: int) -> str:
    if days % 7 == 0:
        weeks = days // 7
        return gettext("a week") if weeks == 1 else gettext("%(count)s weeks") % {"count": weeks}
    return gettext("a day") if days == 1 else ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
