"""
Agreement with fhirpath.js: the same answers, the same questions asked, the same values calculated, on every form.

Development only: `npm install --prefix .peers fhirpath@5.2.2`, and the corpus beside the checkout.
"""

import dataclasses
import math
import random
from datetime import UTC, datetime

import pytest

from benchmarks import _vs_fhirpath
from intake.domain.evaluate import read
from intake.domain.live import Live
from intake.domain.plan import PlanRefused, compile_plan
from tests.intake.domain import corpus
from tests.intake.domain.answering import answers_for, places

# fhirpath.js reads the clock; a form that shows the day must see the same one.
NOW = datetime.now(UTC)
DRAWS = 3
# {questionnaire: why the two differ}
DIFFERS: dict[str, str] = {
    "29f52f2bb254": "aggregate() over nothing gives its start value, as FHIRPath says; fhirpath.js gives nothing",
}


@pytest.fixture(scope="module")
def peer():
    corpus.require()
    try:
        _vs_fhirpath.ready(install=False)
    except _vs_fhirpath.Missing as missing:
        pytest.skip(f"fhirpath.js is not here. {missing}")


def test_what_is_asked_and_calculated_is_what_fhirpath_js_says(peer):
    cases = list(drawn())
    theirs = _vs_fhirpath.ask(job for _, _, job in cases)
    different = {name for (name, ours, _), other in zip(cases, theirs, strict=True) if not same(ours, other)}

    assert len(cases) > 1_000
    assert different == set(DIFFERS)


def drawn():
    """Yield (name, our evaluation, the same as a job for the peer) for every form that has something to work out."""
    for one in corpus.of_kind("Questionnaire:R4"):
        definition = corpus.load(one["file"])
        try:
            plan = compile_plan(definition)
        except PlanRefused:
            continue
        for seed in range(DRAWS):
            answers = answers_for(plan, random.Random(seed))
            live = Live(plan, now=NOW).fill(answers)
            launch = {name: [] for name in plan.given}
            job = {"questionnaire": definition, "places": places(live), "launch": launch}
            yield one["file"].removeprefix("questionnaires/").removesuffix(".json"), worked_out(live), job


def worked_out(live):
    """Leave out the answers that a definition gives for good: the peer counts them among the answers."""
    found = read(live)
    calculated = {path: value for path, value in found.calculated.items() if live.places[path].item.calculated}
    return dataclasses.replace(found, calculated=calculated)


def same(ours, theirs):
    calculated = {path: value if isinstance(value, list) else [value] for path, value in ours.calculated.items()}
    return ours.enabled == set(theirs["enabled"]) and alike(calculated, theirs["calculated"])


def alike(one, other):
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9)
    return one == other
