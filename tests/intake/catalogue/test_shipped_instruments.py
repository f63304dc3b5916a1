"""Instruments that any line may ask: allowed, word for word, scored as published. The tables come from the publications."""

import itertools
import json
from datetime import UTC, datetime

import pytest

from intake.adapters.catalogue import instruments
from intake.domain.evaluate import evaluate
from intake.domain.lint import lint
from intake.domain.plan import compile_plan
from intake.domain.scores import score
from intake.flows import publish
from intake.models import Questionnaire
from tests.intake.catalogue.shipped import ROOT, by_link, read

FORMS, SCORES = instruments()
BY_NAME = {form.definition["id"]: form.definition for form in FORMS}
BY_SCORE = {one["instrument"]: one for one in SCORES}
NOW = datetime(2026, 6, 1, tzinfo=UTC)
LOINC = {
    "phq-2": ("55757-9", "55758-7"), "phq-4": ("69724-3", "70272-0"), "gad-2": (None, None),
    "audit-c": ("72109-2", "75626-2"), "pc-ptsd-5": ("102010-6", "102017-1"),
}  # fmt: skip
EVENT, YES, NO = "pc-ptsd-5-event", "LA33-6", "LA32-8"


def result(name, points, **answers):
    """Return the score of an instrument whose items are answered with the options of those points."""
    links = BY_SCORE[name]["items"]
    options = {link: by_link(BY_NAME[name])[link]["answerOption"] for link in links}
    for link, point in zip(links, points, strict=False):
        answers[link] = options[link][point]["valueCoding"]
    plan = compile_plan(BY_NAME[name])
    return score(BY_SCORE[name], plan, evaluate(plan, answers, now=NOW))


def event(code):
    return {EVENT: {"system": "http://loinc.org", "code": code}}


@pytest.mark.parametrize("name", BY_NAME)
def test_an_instrument_is_sound_and_carries_its_owners_notice(name):
    assert [one for one in lint(BY_NAME[name]) if one.severity == "error"] == []
    assert BY_NAME[name]["copyright"]
    assert BY_SCORE[name]["source"]["doi"]


@pytest.mark.parametrize("name", BY_NAME)
def test_an_instrument_has_the_codes_of_loinc_where_there_are_some(name):
    panel, total = LOINC[name]

    assert (BY_NAME[name].get("code") or [{"code": None}])[0]["code"] == panel
    assert BY_SCORE[name]["loinc"] == total


@pytest.mark.parametrize(
    ("name", "points", "answers", "value", "band"),
    [
        ("phq-2", (0, 0), {}, 0, "Below the cut-off"),
        ("phq-2", (1, 2), {}, 3, "At or above the cut-off"),
        ("phq-2", (1,), {}, None, ""),
        ("gad-2", (3, 3), {}, 6, "At or above the cut-off"),
        ("phq-4", (1, 1, 1, 0), {}, 3, "Mild"),
        ("phq-4", (3, 3, 3, 0), {}, 9, "Severe"),
        ("audit-c", (4, 4, 4), {}, 12, "At or above both cut-offs"),
        ("audit-c", (2, 1, 0), {}, 3, "At the cut-off for women"),
        ("pc-ptsd-5", (), event(NO), 0, "Below the cut-offs"),
        ("pc-ptsd-5", (1, 1, 1, 1, 0), event(YES), 4, "At or above both cut-offs"),
        ("pc-ptsd-5", (1, 1), event(YES), None, ""),
        ("pc-ptsd-5", (), {}, None, ""),
    ],
)
def test_an_instrument_is_scored_as_published(name, points, answers, value, band):
    told = result(name, points, **answers)

    assert (told.value, told.band) == (value, band)


def test_bands_meet_without_gaps():
    for one in SCORES:
        edges = [(band["from"], band["to"]) for band in one["bands"]]
        assert (edges[0][0], edges[-1][1]) == (one["minimum"], one["maximum"])
        assert all(low[1] + 1 == high[0] for low, high in itertools.pairwise(edges))


def test_words_of_items_are_those_of_the_whole_instrument():
    line = ROOT / "stress-and-anxiety" / "questionnaires"
    phq, gad = by_link(read(line / "phq-9.json")), by_link(read(line / "gad-7.json"))
    for name, place, source in [
        ("phq-2", 1, phq["phq-9-item-1"]), ("phq-2", 2, phq["phq-9-item-2"]), ("gad-2", 1, gad["gad-7-item-1"]),
        ("gad-2", 2, gad["gad-7-item-2"]), ("phq-4", 1, gad["gad-7-item-1"]), ("phq-4", 4, phq["phq-9-item-2"]),
    ]:  # fmt: skip
        item = by_link(BY_NAME[name])[f"{name}-item-{place}"]
        assert (item["text"], item["code"], item["answerOption"]) == (
            source["text"], source["code"], source["answerOption"],
        )  # fmt: skip


def test_instruments_that_may_not_be_shipped_are_not():
    told = " ".join(json.dumps(form.definition).lower() for form in FORMS)

    assert not any(name in told for name in ("insomnia severity", "perceived stress", "promis", "edinburgh", "who-5"))


@pytest.mark.django_db
def test_instruments_are_published_once():
    first = publish.publish_instruments(forms=FORMS, scores=SCORES, by=None, now=NOW)

    assert len(first) == len(FORMS) == Questionnaire.objects.published().count()
    assert publish.publish_instruments(forms=FORMS, scores=SCORES, by=None, now=NOW) == ()
