"""Whether a FHIR QuestionnaireResponse is a true answer to its Questionnaire."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext

from intake.domain import checks
from intake.domain.fhirpath.temporal import parse_moment
from intake.domain.issues import Issue, of_constraints
from intake.domain.live import Live
from intake.domain.places import Place
from intake.domain.plan import Plan
from intake.domain.response import Response, Walk
from intake.domain.swift import Proof, proof_of

FINAL = frozenset({"completed", "amended"})
STATUSES = frozenset({"in-progress", "completed", "amended", "entered-in-error", "stopped"})
# Until a response is completed it may lack answers, or have more of them than it will (HL7 SDC 4.0.0, form validation).
_MAY_WAIT = frozenset({"required", "too-few", "too-many"})
_WARNINGS = frozenset({"looks-like-option", "text-differs"})


def validate(plan: Plan, response: Any, *, now: datetime, launch: Mapping[str, Any] | None = None) -> tuple[Issue, ...]:
    """
    Return what is wrong with a QuestionnaireResponse, in the order of the questionnaire; () for a sound one.

    response  parsed JSON, from anybody; numbers may be Decimal, so that their digits are known
    now       aware UTC; what `today()` and `now()` say
    Returns   issues with the path as answers are keyed, and `params["expression"]` as FHIRPath
    Source    HL7 SDC 4.0.0, form validation; FHIR R4 Questionnaire and QuestionnaireResponse
    """
    if not launch and prove(plan, response, now=now) is not None:
        return ()
    return read_response(plan, response, now=now, launch=launch)[1]


def prove(plan: Plan, response: Any, *, now: datetime) -> dict[str, Any] | None:
    """Return {linkId: value} of a response that is surely sound; None for one that `validate` must look at closely."""
    proof = _proof(plan)
    return None if proof is None else proof.prove(response, now=now.isoformat())


@lru_cache(maxsize=256)
def _proof(plan: Plan) -> Proof | None:
    return proof_of(plan)


def read_response(
    plan: Plan, response: Any, *, now: datetime, launch: Mapping[str, Any] | None = None
) -> tuple[Live, tuple[Issue, ...]]:
    """Return a QuestionnaireResponse as it stands when everything is worked out, and what is wrong with it."""
    live = Live(plan, now=now, launch=launch)
    walk = Walk(live)
    if not isinstance(response, Mapping) or response.get("resourceType") != "QuestionnaireResponse":
        return live, (Issue("resource-type", "error", "", "", "This is no QuestionnaireResponse."),)
    sent = walk.read(response)
    live.work()
    is_final = str(response.get("status")) in FINAL
    found = [*_whole(plan, response), *walk.issues, *_judged(live, sent, is_final=is_final), *_failed(live)]
    return live, tuple(found)


def _judged(live: Live, sent: Response, *, is_final: bool) -> Iterator[Issue]:
    for place in live.all():
        if place.item is None:
            continue
        issues = _asked(place, sent) if place.asked else _not_asked(place, sent) if is_final else ()
        for issue in issues:
            softened = not is_final and issue.code in _MAY_WAIT and issue.severity == "error"
            yield _with_severity(issue, "warning") if softened else issue
    yield from of_constraints(live.top, live.plan.constraints, live.plan.items[0].link_id)


def _asked(place: Place, sent: Response) -> Iterator[Issue]:
    item, where = place.item, sent.where.get(place)
    if item is None:
        return
    question = item.question
    if question.type == "group":
        is_open = not place.is_present and not any(child.is_present for child in place.children)
        if question.is_required and is_open and not place.is_instance and sent.counts(place.parent):
            yield _issue(place, "required", gettext("At least one of these questions must be answered."), where)
        if question.repeats and not place.is_instance:
            count = len(place.children)
            yield from _each(place, checks.counted(item.bounds, count) if count else (), where)
    elif question.type != "display":
        yield from _of_question(place, sent, where)
    if place.broken and (where or question.type != "group"):
        yield from of_constraints(place, item.constraints)


def _of_question(place: Place, sent: Response, where: str | None) -> Iterator[Issue]:
    item = place.item
    if item is None:
        return
    if question_is_computed(place):
        yield from _recalculated(place, sent, where)
    elif place.values:
        if not item.question.repeats and len(place.values) > 1:
            yield _issue(place, "too-many", gettext("This question takes one answer."), where)
        value = place.values if len(place.values) > 1 or item.question.repeats else place.values[0]
        told = checks.faults(item, value, low=place.low, high=place.high, off=place.off)
        yield from _each(place, told, where)
    elif place not in sent.misfits and sent.counts(place.parent):
        if item.question.is_required:
            yield _issue(place, "required", gettext("This question must be answered."), where)
        elif where and item.bounds.least and item.bounds.least > 0:
            lacks = gettext("Give at least %(count)s answers.") % {"count": item.bounds.least}
            yield _issue(place, "too-few", lacks, where)


def question_is_computed(place: Place) -> bool:
    """Tell whether the answer of a place follows from others, or from the definition, and not from who answers."""
    item = place.item
    if item is None:
        return False
    return item.calculated is not None or (item.question.is_computed and bool(item.initial))


def _recalculated(place: Place, sent: Response, where: str | None) -> Iterator[Issue]:
    item = place.item
    if item is None or where is None or place not in sent.told:
        return
    told = sent.told[place]
    if told == place.answers or _plain(told) == _plain(place.answers):
        return
    if item.calculated is None:
        yield _issue(place, "fixed-value", gettext("The questionnaire gives this answer; it cannot be changed."), where)
    else:
        message = gettext("This is worked out from other answers; what was sent is not used.")
        yield _with_severity(_issue(place, "recalculated", message, where), "information")


def _plain(answers: Iterable[Mapping[str, Any]]) -> list[Any]:
    return [
        (value.get("system"), value["code"]) if isinstance(value, Mapping) and "code" in value and "value" not in value
        else float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
        for answer in answers
        for name, value in answer.items()
        if name.startswith("value")
    ]  # fmt: skip


def _not_asked(place: Place, sent: Response) -> Iterator[Issue]:
    """Yield the outermost items that must not be there; a display may stay."""
    where = sent.where.get(place)
    is_outermost = place.parent is None or place.parent.asked
    if where is not None and is_outermost and place.link_id and place.item and place.item.question.type != "display":
        yield _issue(
            place, "not-asked", gettext("This is not asked with these answers, so it must not be answered."), where
        )


def _each(place: Place, told: Iterable[tuple[str, str]], where: str | None) -> Iterator[Issue]:
    for code, message in told:
        yield _issue(place, code, message, where)


def _failed(live: Live) -> Iterator[Issue]:
    """Yield a warning for each expression that could not be worked out: a fault of the questionnaire."""
    told = {step.item: wrong for step, wrong in live.working.failed.items()} if live.plan.graph.steps else {}
    told |= {one.link_id: one.detail for one in live.plan.doubts if one.code == "expression"}
    for link_id, wrong in told.items():
        yield Issue("expression-failed", "warning", link_id, link_id, f"An expression could not be worked out: {wrong}")


def _whole(plan: Plan, response: Mapping[str, Any]) -> Iterator[Issue]:
    """Yield what is wrong with the response as a whole, and with the questionnaire that it answers."""
    canonical = response.get("questionnaire")
    url, _, version = str(canonical or "").partition("|")
    if not canonical or url.startswith("#"):
        if not canonical:
            yield Issue(
                "questionnaire-missing", "warning", "", "", "The response does not say which questionnaire it answers."
            )
    elif plan.url and (url != plan.url or (version and plan.version and version != plan.version)):
        yield Issue(
            "questionnaire-other", "error", "", "", "The response answers another questionnaire, or another version."
        )
    if str(response.get("status")) not in STATUSES:
        yield Issue("status", "error", "", "", "The status is none of a QuestionnaireResponse.")
    yield from _in_force(plan.definition, response)
    modifiers = response.get("modifierExtension") or []
    for one in modifiers if isinstance(modifiers, list) else [modifiers]:
        name = str(one.get("url", ""))[:120] if isinstance(one, Mapping) else ""
        yield Issue("modifier", "error", "", "", f"{name} may change the meaning of everything here, and is not known.")


def _in_force(definition: Mapping[str, Any], response: Mapping[str, Any]) -> Iterator[Issue]:
    status = definition.get("status")
    if status in {"draft", "retired"}:
        yield Issue(f"questionnaire-{status}", "warning", "", "", f"The questionnaire is marked as {status}.")
    period, authored = definition.get("effectivePeriod"), parse_moment(str(response.get("authored", "")))
    if not isinstance(period, Mapping) or authored is None:
        return
    start, end = parse_moment(str(period.get("start", ""))), parse_moment(str(period.get("end", "")))
    if (start and authored.order(start) == -1) or (end and authored.order(end) == 1):
        yield Issue("questionnaire-not-in-force", "warning", "", "", "The questionnaire was not in force at that time.")


def _issue(place: Place, code: str, message: str, where: str | None) -> Issue:
    severity = "warning" if code in _WARNINGS else "error"
    return Issue(code, severity, place.link_id, place.path, message, {"expression": where} if where else {})


def _with_severity(issue: Issue, severity: str) -> Issue:
    return Issue(issue.code, severity, issue.link_id, issue.path, issue.message, issue.params)
