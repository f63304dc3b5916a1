"""Questions that nobody can ever be asked, whatever is answered."""

from collections.abc import Iterator, Mapping

from intake.domain.choices import key_of
from intake.domain.conditions import is_answer
from intake.domain.doubts import Doubt
from intake.domain.parts import Condition, PlanItem
from intake.domain.plan import Plan


def never_asked(plan: Plan) -> Iterator[Doubt]:
    """Yield the outermost items whose conditions can never hold."""
    dead: set[str] = set()
    # A condition may stand before its question, so what was found dead may make more of them dead.
    while True:
        found = {item.link_id for item in plan.items if item.link_id not in dead and _is_dead(item, plan, dead)}
        if not found:
            break
        dead |= found
    for item in plan.items:
        if item.link_id in dead and item.parent not in dead:
            path = " > ".join([*item.around, item.link_id])
            yield Doubt("never-asked", item.link_id, "No answers lead here: nobody will ever be asked this.", path)


def _is_dead(item: PlanItem, plan: Plan, dead: set[str]) -> bool:
    if item.parent in dead:
        return True
    if item.enable_expression or not item.conditions:
        return False
    cannot = [_cannot_hold(condition, plan.by_link_id[condition.question], dead) for condition in item.conditions]
    return all(cannot) if item.any_condition else any(cannot) or _contradicts(item.conditions, plan)


def _cannot_hold(condition: Condition, source: PlanItem, dead: set[str]) -> bool:
    if condition.operator == "exists" and condition.answer is False:
        return False
    if source.link_id in dead:
        return True
    expected, choices = condition.answer, source.choices
    if condition.operator != "=" or source.question.type != "choice" or not choices.is_known:
        return False
    if not isinstance(expected, Mapping):
        return bool(choices.plain) and choices.key(expected) is None
    if "reference" in expected:
        return False
    system, code = key_of(expected)
    return not any(code == known and (not system or not told or system == told) for told, known in choices.codings)


def _contradicts(conditions: tuple[Condition, ...], plan: Plan) -> bool:
    """Tell whether all conditions would have to hold, and two of them want different answers of one question."""
    wanted: dict[str, list[Condition]] = {}
    for condition in conditions:
        if condition.operator == "=" and not plan.by_link_id[condition.question].question.repeats:
            wanted.setdefault(condition.question, []).append(condition)
    return any(not is_answer(one.answer, told[0].answer) for told in wanted.values() for one in told[1:])
