"""What is wrong with a safety rule, found before anybody relies on it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import Any

from config.core.errors import FieldError
from intake.domain.codes import Severity
from intake.domain.fhirpath import Failed, NotFhirPath, parse
from intake.domain.flags import Facts, raised
from intake.domain.items import items
from intake.domain.outline import Outline, Question, outline

# Besides the scores of the questionnaire.
KNOWN_CONSTANTS = frozenset({"age", "now", "resource", "context"})
TRANSLATED_INTO = ("es",)
_LINK = re.compile(r"linkId\s*=\s*'([^']+)'")
_LOOKUP = re.compile(r"linkId\s*=\s*'([^']+)'\)\.answer\.value\.where\(([^)]*)\)")
_CODE = re.compile(r"code\s*=\s*'([^']+)'")
_NUMBER = re.compile(r"(?<![\w'.-])-?\d+(?:\.\d+)?(?![\w'])")
# Enough for every pair of answers of the longest rule; past it a rule is taken as reachable.
_TRIES = 20_000


@dataclass(slots=True)
class _Rule:
    code: str
    expression: str


def lint_rules(
    rules: Iterable[Mapping[str, Any]], *, definitions: Iterable[Mapping[str, Any]], scores: Sequence[Mapping[str, Any]]
) -> list[FieldError]:
    """
    Return what stands in the way of publishing the rules of a line; the field is the rule's code.

    definitions  the FHIR questionnaires that the rules may read
    scores       of the line: {questionnaire, instrument, constant, minimum, maximum}
    Returns      errors with code `twice`, `severity`, `dead-link`, `expression`, `unknown-constant`, `dead-option`,
                 `unreachable`, `no-source`, `no-words` or `no-translation`; [] for sound rules

    Rules read answers and scores, never one another, so a circle can stand only among the questions, where
    compile_plan refuses it.
    """
    outlines = {str(one["url"]): outline(one) for one in definitions}
    found: list[FieldError] = []
    seen: set[str] = set()
    for rule in rules:
        if rule["code"] in seen:
            found.append(FieldError(rule["code"], "twice", "This code stands twice."))
        seen.add(rule["code"])
        ranges = {
            str(one.get("constant", one["instrument"])): range(
                int(one.get("minimum", 0)), int(one.get("maximum", 99)) + 1
            )
            for one in scores
            if one["questionnaire"] == rule["questionnaire"]
        }
        faults = [*_words(rule), *_source(rule), *_reading(rule, outlines.get(rule["questionnaire"]), ranges)]
        found += [FieldError(rule["code"], code, detail) for code, detail in faults]
    return found


def _words(rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if rule["severity"] not in Severity.values:
        yield "severity", "There is no such severity."
    if not rule.get("clinician_text"):
        yield "no-words", "Say what the clinician is to know."
    if not rule.get("patient_text") and (rule.get("crisis") or rule["severity"] == Severity.EMERGENCY):
        yield "no-words", "An emergency has words for the patient."
    for language in TRANSLATED_INTO:
        if rule.get("patient_text") and not rule.get("translations", {}).get(language, {}).get("patient_text"):
            yield "no-translation", f"The words for the patient are not there in “{language}”."


def _source(rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    source = rule.get("source") or {}
    for one in (source, *source.get("also", ())):
        place = one.get("doi") or str(one.get("url", ""))
        if not one.get("citation") or not (one.get("doi") or place.startswith("https://")):
            yield "no-source", "Name the published source, with its DOI or https address."


def _reading(rule: Mapping[str, Any], asked: Outline | None, ranges: Mapping[str, range]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with what a rule reads; whether it can be true is asked only of a rule that can be judged."""
    expression = rule["expression"]
    if asked is None:
        yield "dead-link", "Its questionnaire is not one of the line."
        return
    try:
        constants = parse(expression).constants
    except NotFhirPath:
        yield "expression", "The expression cannot be read."
        return
    faults = [*_dead_links(rule, asked), *_dead_options(expression, asked)]
    faults += [
        ("unknown-constant", f"There is no %{name}.") for name in sorted(constants - KNOWN_CONSTANTS - ranges.keys())
    ]
    yield from faults
    if not faults and not _reachable(expression, asked, {name: ranges[name] for name in constants & ranges.keys()}):
        yield "unreachable", "No answers to its questions make it true."


def _dead_links(rule: Mapping[str, Any], asked: Outline) -> Iterator[tuple[str, str]]:
    for link in sorted({*_LINK.findall(rule["expression"]), *rule.get("evidence", ())} - asked.by_link_id.keys()):
        yield "dead-link", f"There is no question “{link}”."


def _dead_options(expression: str, asked: Outline) -> Iterator[tuple[str, str]]:
    for link, condition in _LOOKUP.findall(expression):
        question = asked.by_link_id.get(link)
        offered = {option.key for option in question.options} if question else set()
        for code in _CODE.findall(condition):
            if offered and code not in offered:
                yield "dead-option", f"“{link}” does not offer “{code}”."


def _reachable(expression: str, asked: Outline, ranges: Mapping[str, Iterable[int]]) -> bool:
    links = sorted(set(_LINK.findall(expression)))
    numbers = [float(one) for one in _NUMBER.findall(expression)]
    answers = [[(link, one) for one in _candidates(asked.by_link_id[link], numbers)] for link in links]
    constants = [[(f"%{name}", one) for one in values] for name, values in ranges.items()]
    ages = [[("%age", age) for age in range(121)]] if "%age" in expression else []
    rule = _Rule("tried", expression)
    return any(_holds(rule, asked, tried) for tried in islice(_tries([*answers, *constants, *ages]), _TRIES))


def _tries(choices: Sequence[Sequence[tuple[str, Any]]]) -> Iterator[dict[str, Any]]:
    """Yield no answers, then each alone, then each pair and so on: what rules ask for is found among the first."""
    for size in range(len(choices) + 1):
        for some in combinations(choices, size):
            yield from (dict(pairs) for pairs in product(*some))


def _holds(rule: _Rule, asked: Outline, tried: Mapping[str, Any]) -> bool:
    given = {link: value for link, value in tried.items() if not link.startswith("%")}
    constants = {name[1:]: value for name, value in tried.items() if name.startswith("%")}
    names = parse(rule.expression).constants
    facts = Facts(
        {"resourceType": "QuestionnaireResponse", "item": items(asked.roots, given)},
        {**dict.fromkeys(names - {"resource", "context"}), "now": "2026-01-01T00:00:00Z", **constants},
    )
    try:
        return bool(raised([rule], facts))
    except Failed:
        return False


def _candidates(question: Question, numbers: Sequence[float]) -> list[Any]:
    """Return the answers at which a rule could change its mind."""
    if question.options:
        values = [option.value for option in question.options]
        return [[one] for one in values] if question.repeats else values
    if question.type == "boolean":
        return [True, False]
    around = sorted({0.0, *(number + step for number in numbers for step in (-1, 0, 1))})
    if question.type == "integer":
        return [int(one) for one in around if one.is_integer()]
    if question.type == "decimal":
        return around
    if question.type == "quantity":
        units = question.units or (None,)
        return [{"value": one, **({"code": unit.key} if unit else {})} for one in around for unit in units]
    return ["2026-01-01" if question.type in {"date", "dateTime"} else "words"]
