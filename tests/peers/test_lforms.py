"""
Agreement with LHC-Forms: the same answers, the same questions asked, the same values calculated, on every form it loads.

Development only: `npm install --legacy-peer-deps --ignore-scripts --prefix .peers lforms@40.1.3 jsdom@26.1.0`, and the
corpus beside the checkout.
"""

import math
import random
from collections import Counter
from datetime import UTC, datetime

import pytest

from benchmarks import _vs_lforms
from intake.domain.evaluate import read
from intake.domain.items import items
from intake.domain.live import Live
from intake.domain.plan import PlanRefused, compile_plan
from tests.intake.catalogue.shipped import questionnaires
from tests.intake.domain import corpus
from tests.intake.domain.answering import answers_for

# LHC-Forms reads the clock; a form that shows the day must see the same one.
NOW = datetime.now(UTC)
DRAWS = 3
# {questionnaire: why the two differ}
DIFFERS: dict[str, str] = {
    "2302a8f9a8e6": "`!=` holds there while nothing is answered; FHIR compares an answer, and there is none",
    "826075eea6ab": "`!=` while nothing is answered, and what hangs on it",
    "176c8dd7ed6d": "does not find the response contained in %questionnaire; fhirpath.js does, as we",
    "about-you": "`!=` while nothing is answered",
    "medical-history": "`!=` while nothing is answered",
    "291efb75ff30": "its linkIds begin with a slash, by which LHC-Forms tells its own places",
    "5e09f8391b83": "an option that is a text is not taken back from a response, so what hangs on it stays away",
    "02e4c47afd9d": "the same form in another version",
    "a5e48db6d8c6": "leaves an Apgar score empty that fhirpath.js alone works out as we do",
    "d41a3fa2962d": "gives a question the initial value that its author wrote, and its points, though it was left open",
}
# Why LHC-Forms does not load a form: {what its message says: the reason}, and how many forms for each.
REFUSED = {
    "terminology server": "a value set that is not with the form, and no server to ask",
    "Unable to load ValueSet": "a value set that is not with the form, and no server to ask",
    "fetch is not defined": "a value set that is not with the form, and no server to ask",
    "can only be used with types": "a unit at a quantity",
    "Duplicate variable name": "a variable named twice",
    "skip logic trigger": "a condition without a value",
    "": "an error inside of LHC-Forms",
}
TABLE = {
    "a value set that is not with the form, and no server to ask": 56,
    "an error inside of LHC-Forms": 32,
    "a unit at a quantity": 6,
    "a variable named twice": 3,
    "a condition without a value": 2,
}


@pytest.fixture(scope="module")
def told():
    """Return [(name, our evaluation, the places we both could know, theirs)] of every form and draw."""
    corpus.require()
    try:
        _vs_lforms.ready()
    except _vs_lforms.Missing as missing:
        pytest.skip(f"LHC-Forms is not here. {missing}")
    cases = list(drawn())
    return [(*case[:3], theirs) for case, theirs in zip(cases, _vs_lforms.ask(case[3] for case in cases), strict=True)]


def test_what_is_asked_and_calculated_is_what_lhc_forms_says(told):
    loaded = [one for one in told if "refused" not in one[3]]
    different = {name for name, ours, places, theirs in loaded if not same(ours, places, theirs)}

    assert len({name for name, *_ in loaded}) > 320
    assert different == set(DIFFERS)


def test_what_lhc_forms_does_not_load_has_a_known_reason(told):
    reasons = {
        name: next(words for text, words in REFUSED.items() if text in theirs["refused"])
        for name, _, _, theirs in told
        if "refused" in theirs
    }

    assert Counter(reasons.values()) == TABLE


def drawn():
    """Yield (name, our evaluation, places, the same as a job for the peer) for every form that has something to ask."""
    corpus_forms = (
        (one["file"].removeprefix("questionnaires/").removesuffix(".json"), corpus.load(one["file"]))
        for one in corpus.of_kind("Questionnaire:R4")
    )
    for name, definition in (*corpus_forms, *((url.rsplit("/", 1)[-1], one) for url, one in questionnaires().items())):
        try:
            plan = compile_plan(definition)
        except PlanRefused:
            continue
        wanted = sorted(item.link_id for item in plan.items if item.calculated)
        for seed in range(DRAWS):
            answers = answers_for(plan, random.Random(seed))
            live = Live(plan, now=NOW).fill(answers)
            response = {
                "resourceType": "QuestionnaireResponse", "status": "in-progress",
                "questionnaire": definition.get("url"), "item": items(plan.outline.roots, answers),
            }  # fmt: skip
            job = {"questionnaire": definition, "response": response, "calculated": wanted}
            found = read(live)
            calculated = {path: one for path, one in found.calculated.items() if live.places[path].item.calculated}
            yield name, (found.enabled, calculated), frozenset(live.places), job


def same(ours, places, theirs):
    """LHC-Forms shows an empty row of every list, and no help texts: only what both have can be compared."""
    (enabled, calculated), known = ours, places & set(theirs["known"])
    values = {path: plain(value) for path, value in theirs["calculated"].items() if path in known}
    mine = {path: plain(value) for path, value in calculated.items() if path in known}
    told = {path: value for path, value in values.items() if value not in (None, "")}
    return (
        enabled & known == set(theirs["enabled"]) & known
        and mine.keys() == told.keys()
        and all(alike(mine[path], told[path]) for path in mine)
    )


def plain(value):
    if isinstance(value, list):
        return plain(value[0]) if value else None
    return value.get("code", value.get("value")) if isinstance(value, dict) else value


def alike(one, other):
    try:
        return math.isclose(float(one), float(other), rel_tol=1e-6)
    except (TypeError, ValueError):
        return one == other
