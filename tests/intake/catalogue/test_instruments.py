"""PHQ-9 and GAD-7 as published: words, codes, points, bands. The tables here come from the publications."""

import pytest

from tests.intake.catalogue.shipped import BASE, CALCULATED, LINE, ORDINAL, Json, by_link, options, questionnaires, read

PHQ_9 = [
    ("44250-9", "Little interest or pleasure in doing things"),
    ("44255-8", "Feeling down, depressed, or hopeless"),
    ("44259-0", "Trouble falling or staying asleep, or sleeping too much"),
    ("44254-1", "Feeling tired or having little energy"),
    ("44251-7", "Poor appetite or overeating"),
    (
        "44258-2",
        "Feeling bad about yourself — or that you are a failure or have let yourself or your family down",
    ),
    ("44252-5", "Trouble concentrating on things, such as reading the newspaper or watching television"),
    (
        "44253-3",
        "Moving or speaking so slowly that other people could have noticed? Or the opposite — being so fidgety or "
        "restless that you have been moving around a lot more than usual",
    ),
    ("44260-8", "Thoughts that you would be better off dead or of hurting yourself in some way"),
]
GAD_7 = [
    ("69725-0", "Feeling nervous, anxious or on edge"),
    ("68509-9", "Not being able to stop or control worrying"),
    ("69733-4", "Worrying too much about different things"),
    ("69734-2", "Trouble relaxing"),
    ("69735-9", "Being so restless that it is hard to sit still"),
    ("69689-8", "Becoming easily annoyed or irritable"),
    ("69736-7", "Feeling afraid as if something awful might happen"),
]
ANSWERS = [
    ("LA6568-5", "Not at all", 0),
    ("LA6569-3", "Several days", 1),
    ("LA6570-1", "More than half the days", 2),
    ("LA6571-9", "Nearly every day", 3),
]
PUBLISHED = [("phq-9", PHQ_9, "44249-1", "44261-6"), ("gad-7", GAD_7, "69737-5", "70274-6")]
INSTRUCTIONS = {
    "phq-9": "Over the last 2 weeks, how often have you been bothered by any of the following problems?",
    "gad-7": "Over the last 2 weeks, how often have you been bothered by the following problems?",
}
# Kroenke 2001; Spitzer 2006; Kroenke 2003; Kroenke 2007.
BANDS = {
    "phq-9": [
        (0, 4, "minimal"),
        (5, 9, "mild"),
        (10, 14, "moderate"),
        (15, 19, "moderately-severe"),
        (20, 27, "severe"),
    ],
    "gad-7": [(0, 4, "minimal"), (5, 9, "mild"), (10, 14, "moderate"), (15, 21, "severe")],
    "phq-2": [(0, 2, "below-cut-off"), (3, 6, "positive")],
    "gad-2": [(0, 2, "below-cut-off"), (3, 6, "positive")],
}
POSITIVE = {"phq-9": 10, "gad-7": 10, "phq-2": 3, "gad-2": 3}
LOINC = {"phq-9": "44261-6", "gad-7": "70274-6", "phq-2": "55758-7", "gad-2": None}
SCORES = {score["instrument"]: score for score in read(LINE / "scores.json")}
published = pytest.mark.parametrize(("name", "rows", "panel", "total"), PUBLISHED, ids=["phq-9", "gad-7"])


@published
def test_words_and_codes_are_the_published_ones(name: str, rows: list[tuple[str, str]], panel: str, total: str) -> None:
    definition = questionnaires()[BASE + name]
    known = by_link(definition)
    shipped = [known[f"{name}-item-{number}"] for number in range(1, len(rows) + 1)]
    assert [(item["code"][0]["code"], item["text"]) for item in shipped] == rows
    assert all(item["required"] and item["code"][0]["system"] == "http://loinc.org" for item in shipped)
    assert definition["code"][0]["code"] == panel
    assert known[f"{name}-total"]["code"][0]["code"] == total
    assert "No permission required to reproduce" in definition["copyright"]


@published
def test_every_page_begins_with_the_published_instruction(
    name: str, rows: list[tuple[str, str]], panel: str, total: str
) -> None:
    for page in questionnaires()[BASE + name]["item"]:
        assert (page["item"][0]["type"], page["item"][0]["text"]) == ("display", INSTRUCTIONS[name])


@published
def test_answers_are_worth_zero_to_three(name: str, rows: list[tuple[str, str]], panel: str, total: str) -> None:
    known = by_link(questionnaires()[BASE + name])
    for number in range(1, len(rows) + 1):
        assert [points(option) for option in known[f"{name}-item-{number}"]["answerOption"]] == ANSWERS


def points(option: Json) -> tuple[str, str, int]:
    (ordinal,) = (found["valueDecimal"] for found in option["extension"] if found["url"] == ORDINAL)
    return option["valueCoding"]["code"], option["valueCoding"]["display"], ordinal


@published
def test_the_difficulty_question_gives_no_points(
    name: str, rows: list[tuple[str, str]], panel: str, total: str
) -> None:
    difficulty = by_link(questionnaires()[BASE + name])[f"{name}-difficulty"]
    assert [option["valueCoding"]["display"] for option in difficulty["answerOption"]] == [
        "Not difficult at all",
        "Somewhat difficult",
        "Very difficult",
        "Extremely difficult",
    ]
    assert not any("extension" in option for option in difficulty["answerOption"])
    assert not difficulty.get("required")


@published
def test_the_total_is_calculated_and_not_for_the_patient_to_write(
    name: str, rows: list[tuple[str, str]], panel: str, total: str
) -> None:
    item = by_link(questionnaires()[BASE + name])[f"{name}-total"]
    extensions = {extension["url"] for extension in item["extension"]}
    assert item["readOnly"]
    assert item["type"] == "integer"
    assert CALCULATED in extensions


@pytest.mark.parametrize("name", BANDS)
def test_bands_and_cut_offs_are_the_published_ones(name: str) -> None:
    score = SCORES[name]
    assert [(band["from"], band["to"], band["code"]) for band in score["bands"]] == BANDS[name]
    assert (score["minimum"], score["maximum"]) == (BANDS[name][0][0], BANDS[name][-1][1])
    assert score["positive_from"] == POSITIVE[name]
    assert score["loinc"] == LOINC[name]
    assert (score["rule"], score["missing"]) == ("sum", "require-all")
    assert score["source"]["citation"]
    assert score["source"]["doi"]


@pytest.mark.parametrize("name", BANDS)
def test_scores_name_real_items_that_carry_points(name: str) -> None:
    score = SCORES[name]
    known = by_link(questionnaires()[score["questionnaire"]])
    assert score["score_link_id"] is None or score["score_link_id"] in known
    assert all(options(known[link]) == {code for code, _, _ in ANSWERS} for link in score["items"])
    assert score["maximum"] == 3 * len(score["items"])
    assert len({score["constant"] for score in SCORES.values()}) == len(SCORES)
