"""What an author should look at in a definition, before anybody is asked."""

from collections.abc import Iterator, Mapping
from typing import Any

from intake.domain import extensions as ext
from intake.domain.doubts import Doubt, PlanRefused
from intake.domain.issues import Issue
from intake.domain.lint_items import of_item
from intake.domain.lint_reach import never_asked
from intake.domain.lint_words import untranslated
from intake.domain.plan import Plan, compile_plan
from intake.domain.shape import walk
from intake.domain.value_sets import Members

_RESERVED = frozenset({"resource", "context", "questionnaire", "qitem", "rootResource", "ucum", "loinc", "sct"})


def lint(definition: Any, value_sets: Mapping[str, Members] | None = None) -> tuple[Issue, ...]:
    """
    Return errors that block publishing, and warnings; () for a sound definition.

    value_sets  {canonical: members} of value sets that do not stand in the definition
    Returns     each with a stable code, the linkId, the linkIds from the top down to it, and plain words
    Source      FHIR R4 Questionnaire, constraints que-1 to que-13; HL7 SDC 4.0.0
    """
    try:
        plan = compile_plan(definition, value_sets)
    except PlanRefused as refused:
        found = [*refused.issues]
    else:
        found = [*plan.doubts, *_sound(plan)]
    unique = dict.fromkeys(found)
    return tuple(Issue(one.code, one.severity, one.link_id, one.path or one.link_id, one.detail) for one in unique)


def _sound(plan: Plan) -> Iterator[Doubt]:
    yield from _whole(plan.definition)
    for item, path in walk(plan.definition):
        yield from of_item(item, path, plan)
        yield from _names(item, item["linkId"], path)
    yield from never_asked(plan)
    yield from untranslated(plan.definition)


def _whole(definition: Mapping[str, Any]) -> Iterator[Doubt]:
    for one in definition.get("modifierExtension", ()):
        detail = f"{str(one.get('url', ''))[:120]} may change the meaning of the whole questionnaire, and is not known."
        yield Doubt("modifier", "", detail)
    if definition.get("implicitRules"):
        yield Doubt("modifier", "", "Rules that are only named elsewhere may change the meaning.")
    yield from _names(definition, "", "")


def _names(element: Mapping[str, Any], link_id: str, path: str) -> Iterator[Doubt]:
    told = [str(one.get("name")) for one in ext.values(ext.by_url(element), ext.VARIABLE) if isinstance(one, Mapping)]
    for name in dict.fromkeys(told):
        if told.count(name) > 1:
            yield Doubt("variable-twice", link_id, f"Two variables are called %{name[:60]}.", path)
        if name in _RESERVED:
            yield Doubt("variable-reserved", link_id, f"%{name} has a meaning of its own in FHIR.", path)
