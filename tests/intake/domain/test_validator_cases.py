"""
The 74 published cases of responses to questionnaires, against the verdict that the .NET validator gave on each.

Compared are the verdict, the number of errors (fatal ones included) and the number of warnings. A case that is listed
here must still differ: the table stays true.
"""

import json
from collections import Counter
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from intake.domain.plan import PlanRefused, compile_plan
from intake.domain.validate import validate
from tests.intake.domain import corpus

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CASES = corpus.FOLDER / "validator" / "cases"
HL7 = "http://hl7.org/fhir/"
COUNTRIES = "urn:iso:std:iso:3166"
DISPUTED = {
    "choice-invalid-value-set-async-qr": (
        "A value set that nobody brought cannot be checked: that is a warning, not the fault of who answered. "
        "The .NET validator calls the answer wrong because its terminology server does not know the canonical."
    ),
}


def cases():
    if not (CASES / "manifest.json").is_file():
        return [pytest.param(None, marks=pytest.mark.skip(reason=corpus.WHY))]
    told = corpus.load("validator/cases/manifest.json")["test-cases"]
    return [pytest.param(case, id=case["name"]) for case in told]


@pytest.mark.parametrize("case", cases())
def test_our_verdict_is_that_of_the_other_validator(case):
    wanted = case["dotnet-brianpos"]
    found = Counter(issue.severity for issue in judged(case))
    ours = (found["error"], found["warning"])

    assert (ours == (wanted["fatalCount"] + wanted["errorCount"], wanted["warningCount"])) is (
        case["name"] not in DISPUTED
    )


def test_all_cases_are_there_and_all_verdicts_but_the_disputed_ones_agree():
    corpus.require()
    verdicts = {
        case.values[0]["name"]: any(issue.severity == "error" for issue in judged(case.values[0]))
        is not ("expecting success: True" in case.values[0]["description"])
        for case in cases()
    }

    assert len(verdicts) == 74
    assert {name for name, agrees in verdicts.items() if not agrees} == set(DISPUTED)


def judged(case):
    """Return our issues; a questionnaire that is refused, or not there, has one, for all its responses."""
    name = case["name"].removesuffix("-qr")
    response = json.loads((CASES / f"{name}-qr.json").read_text(encoding="utf-8-sig"))
    path = CASES / f"{name}-q.json"
    if not path.is_file():
        return [Missing()]
    try:
        plan = compile_plan(json.loads(path.read_text(encoding="utf-8-sig")), value_sets())
    except PlanRefused:
        return [Missing()]
    return validate(plan, response, now=NOW)


class Missing:
    severity = "error"


def value_sets():
    """What a terminology server knows of the value sets that the cases name: countries, and types of items."""
    rows = files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text().splitlines()
    countries = dict(row.split("\t") for row in rows if not row.startswith("#"))
    kinds = "group display question boolean decimal integer date dateTime time string text url choice open-choice"
    return {
        f"{HL7}ValueSet/jurisdiction": {(COUNTRIES, code): name for code, name in countries.items()},
        f"{HL7}ValueSet/item-type": {(f"{HL7}item-type", kind): kind.capitalize() for kind in kinds.split()},
    }
