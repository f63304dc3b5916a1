"""What an author should look at in a definition, before anybody is asked."""

from collections.abc import Mapping
from typing import Any

from intake.domain.issues import Issue
from intake.domain.plan import Plan, PlanRefused, compile_plan


def lint(definition: Mapping[str, Any]) -> tuple[Issue, ...]:
    """Return errors that block publishing, and warnings; () for a sound definition."""
    try:
        plan = compile_plan(definition)
    except PlanRefused as refused:
        return tuple(Issue(one.code, "error", one.link_id, one.link_id, one.detail) for one in refused.issues)
    return tuple(_warnings(plan))


def _warnings(plan: Plan) -> list[Issue]:
    found: list[Issue] = []
    for item in plan.items:
        question = item.question
        if question.type in {"choice", "open-choice"} and not question.options:
            found.append(Issue("no-options", "warning", item.link_id, item.link_id, "There is nothing to choose."))
        if question.is_required and question.is_computed:
            found.append(Issue("required-read-only", "warning", item.link_id, item.link_id, "Nobody can answer this."))
    return found
