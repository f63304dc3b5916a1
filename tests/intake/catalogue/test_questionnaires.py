"""Every shipped questionnaire is whole, addressed, in plain words and in both languages."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from intake.domain.codes import QuestionnaireStatus
from tests.intake.catalogue.shipped import BASE, LINES, TRANSLATION, Json, by_link, items, options, questionnaires

SHIPPED = [(line, definition) for line in LINES for definition in questionnaires(line).values()]
NAMES = [f"{line.name}/{definition['id']}" for line, definition in SHIPPED]
PUBLISHED_ELSEWHERE = {"gad-7", "phq-9"}
# No official Spanish wording of the GAD-7 was at hand that is certain.
NOT_IN_SPANISH = {"gad-7"}


def ident(definition: Json) -> str:
    return definition["id"]


every = pytest.mark.parametrize(("line", "definition"), SHIPPED, ids=NAMES)


@every
def test_it_is_a_published_version_with_an_address(line: Path, definition: Json) -> None:
    assert definition["resourceType"] == "Questionnaire"
    assert definition["url"] == BASE + definition["id"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", definition["version"])
    assert definition["status"] == QuestionnaireStatus.ACTIVE
    assert definition["title"]
    assert (line / "questionnaires" / f"{definition['id']}.json").exists()


@every
def test_link_ids_are_kebab_case_and_unique(line: Path, definition: Json) -> None:
    links = [item["linkId"] for item in items(definition)]
    assert len(links) == len(set(links))
    assert [link for link in links if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", link)] == []


@every
def test_one_page_holds_at_most_eight_questions(line: Path, definition: Json) -> None:
    for page in definition["item"]:
        assert page["type"] == "group", page["linkId"]
        asked = [item for item in page["item"] if item["type"] != "display" and not item.get("readOnly")]
        assert 1 <= len(asked) <= 8, page["linkId"]


@every
def test_choices_have_codes_and_only_choices_have_options(line: Path, definition: Json) -> None:
    for item in items(definition):
        codings = [option["valueCoding"] for option in item.get("answerOption", [])]
        assert bool(codings) == (item["type"] in {"choice", "open-choice"}), item["linkId"]
        assert all(coding["system"] and coding["code"] and coding["display"] for coding in codings)
        assert len({(coding["system"], coding["code"]) for coding in codings}) == len(codings), item["linkId"]


@every
def test_conditions_name_earlier_items_and_real_answers(line: Path, definition: Json) -> None:
    known = by_link(definition)
    order = list(known)
    for item in items(definition):
        conditions = item.get("enableWhen", [])
        assert (len(conditions) > 1) == ("enableBehavior" in item), item["linkId"]
        for condition in conditions:
            target = known[condition["question"]]
            assert order.index(target["linkId"]) < order.index(item["linkId"])
            assert fits(condition, target), item["linkId"]


def fits(condition: Json, target: Json) -> bool:
    if "answerCoding" in condition:
        return target["type"] == "choice" and condition["answerCoding"]["code"] in options(target)
    if "answerInteger" in condition:
        return target["type"] == "integer"
    return target["type"] == "boolean"


@every
def test_multiple_choice_can_be_answered_with_none(line: Path, definition: Json) -> None:
    required = [item for item in items(definition) if item["type"] == "choice" and item.get("required")]
    many = [item for item in required if item.get("repeats") and "enableWhen" not in item]
    lacking = [item["linkId"] for item in many if not {"none", "not-known"} & options(item)]
    assert lacking == []


@every
def test_bounds_are_in_order(line: Path, definition: Json) -> None:
    for item in items(definition):
        bounds = [
            next(value for key, value in extension.items() if key != "url")
            for extension in item.get("extension", [])
            if extension["url"].endswith(("minValue", "maxValue"))
        ]
        assert all(low < high for low, high in pairwise(bounds)), item["linkId"]


@pytest.mark.parametrize("definition", [one for _, one in SHIPPED if one["id"] not in NOT_IN_SPANISH], ids=ident)
def test_every_word_is_there_in_spanish(definition: Json) -> None:
    for item in items(definition):
        assert spanish(item["_text"]), item["linkId"]
        assert all(spanish(option["valueCoding"]["_display"]) for option in item.get("answerOption", []))


def spanish(element: Json) -> str:
    (extension,) = (found for found in element["extension"] if found["url"] == TRANSLATION)
    parts = {part["url"]: part for part in extension["extension"]}
    assert parts["lang"]["valueCode"] == "es"
    return parts["content"]["valueString"]


@pytest.mark.parametrize("definition", [one for _, one in SHIPPED if one["id"] not in PUBLISHED_ELSEWHERE], ids=ident)
def test_our_own_words_read_at_grade_eight_or_below(definition: Json) -> None:
    words = " ".join(item["text"].rstrip(".?!") + "." for item in items(definition))
    assert grade(words) <= 8


def grade(text: str) -> float:
    """Flesch-Kincaid grade; syllables counted as groups of vowels."""
    words = re.findall(r"[A-Za-z']+", text)
    sentences = [part for part in re.split(r"[.!?:]+", text) if part.strip()]
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", word.lower().removesuffix("e")))) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
