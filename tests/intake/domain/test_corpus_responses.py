"""
The given responses of the corpus against their own questionnaires: those of the validator suite have a test of theirs.

The table says why each response that does not pass is wrong, by code. Where the questionnaire itself is refused, that
is the reason. A response that is listed must still be wrong in that way.
"""

from datetime import UTC, datetime

import pytest

from intake.domain.plan import PlanRefused, compile_plan
from intake.domain.validate import validate
from tests.intake.domain import corpus

NOW = datetime(2026, 6, 1, tzinfo=UTC)
WRONG = {
    # Items stand beside the answer of the question above, not inside of it; one has a text where a number is due.
    "ea8c2f9e4f40": {"items-misplaced", "repeated-item", "wrong-type"},
    "490858c4c887": {"items-misplaced"},
    "7c07ce30019e": {"items-misplaced"},
    # A text where the question takes codings; in the second, other than the definition gives for good.
    "f6717b2c9640": {"wrong-type"},
    "c472d8926483": {"wrong-type", "fixed-value"},
    "5344a7558f1d": {"wrong-order"},
    # Written for another version of the questionnaire: it has questions that this one has not, or has elsewhere.
    "9aa794caf52f": {"unknown-question"},
    "4aed78822490": {"unknown-question"},
    "5a7199dc3418": {"unknown-question", "wrong-place"},
    "4b9c00468a58": {"unknown-question", "required"},
    "98a5d65ad691": {"unknown-question", "required"},
    "5afe119e8d8c": {"unknown-question", "required"},
    # Completed, with required questions that have items and no answers.
    "ca1a812dd242": {"required"},
    # A group that is asked when a question inside of it is answered can never be asked.
    "2dcb97042cad": {"refused: cycle"},
    "8ea953486099": {"refused: cycle"},
    # Texts where the extensions of the questionnaire take whole numbers.
    "7d281380067f": {"refused: shape"},
    "141673c05a03": {"refused: shape"},
    "8cb790ab3e20": {"refused: shape"},
    # Two questions with one linkId.
    "a67f76dbdf34": {"refused: duplicate"},
    "90399dee41db": {"refused: duplicate"},
    "47ad5a78be44": {"refused: duplicate"},
    # A questionnaire of FHIR R5.
    "d342f4341804": {"refused: release"},
}


def pairs():
    """Yield every response that is not of the validator suite, with its questionnaire where the corpus has it."""
    by_name = {}
    for one in corpus.of_kind("Questionnaire:"):
        told = corpus.load(one["file"])
        for name in (told.get("url"), f"{told.get('url')}|{told.get('version')}", told.get("id")):
            by_name.setdefault(str(name), []).append((one["repository"], told))
    for one in corpus.of_kind("QuestionnaireResponse"):
        if "brianpos" not in one["path"]:
            response = corpus.load(one["file"])
            found = questionnaire(response, one["repository"], by_name)
            if found:
                yield one["file"].removeprefix("responses/").removesuffix(".json"), response, found


def questionnaire(response, repository, by_name):
    canonical = str(response.get("questionnaire") or "?")
    if canonical.startswith("#"):
        return next((one for one in response.get("contained", ()) if one.get("id") == canonical[1:]), None)
    url = canonical.partition("|")[0]
    found = by_name.get(canonical) or by_name.get(url) or by_name.get(url.rsplit("/", 1)[-1]) or []
    return next((told for home, told in found if home == repository), found[0][1] if found else None)


def verdicts():
    for name, response, found in pairs():
        try:
            issues = validate(compile_plan(found), response, now=NOW)
        except PlanRefused as refused:
            yield name, {f"refused: {one.code}" for one in refused.issues if one.severity == "error"}
        else:
            yield name, {issue.code for issue in issues if issue.severity == "error"}


def test_every_given_response_passes_or_is_wrong_for_a_reason_that_is_known():
    corpus.require()

    assert {name: codes for name, codes in verdicts() if codes} == WRONG


@pytest.mark.parametrize("wrong", [None, 1, "x", [], {}, {"resourceType": "Patient"}])
def test_what_is_no_response_is_refused(wrong):
    plan = compile_plan({"item": [{"linkId": "a", "type": "string"}]})

    assert {issue.code for issue in validate(plan, wrong, now=NOW)} == {"resource-type"}
