"""A line is whole: its folder holds all that line.json names, and the lists beside it are clean."""

import re
from pathlib import Path

import pytest

from providers.domain.codes import Modality, Pathway
from providers.domain.states import STATES
from tests.intake.catalogue.shipped import LINE, LINES, ROOT, Json, by_link, options, questionnaires, read

every_line = pytest.mark.parametrize("line", LINES, ids=[line.name for line in LINES])
TERRITORIES = {"PR", "VI", "GU", "MP", "AS"}
MINUTES = [
    "questions_minutes", "duration_minutes", "buffer_before_minutes", "buffer_after_minutes", "alignment_minutes",
    "minimum_notice_minutes", "hold_minutes", "change_notice_minutes",
]  # fmt: skip


def front_matter(path: Path) -> tuple[dict[str, str], str]:
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return dict(line.split(": ", 1) for line in head.splitlines()), body


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.json")), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_is_json(path: Path) -> None:
    assert read(path)


@every_line
def test_a_line_says_how_it_is_booked(line: Path) -> None:
    found = read(line / "line.json")
    assert found["slug"] == line.name
    assert found["pathway"] in Pathway.values
    assert found["modality"] in Modality.values
    assert all(isinstance(found[name], int) and found[name] >= 0 for name in MINUTES)
    assert set(found["review_due_minutes"]) == {"stat", "asap", "urgent", "routine"}
    assert sorted(found["review_due_minutes"].values()) == list(found["review_due_minutes"].values())


@every_line
def test_a_line_says_in_spanish_what_it_is(line: Path) -> None:
    found = read(line / "line.json")
    assert set(found["translations"]["es"]) == {"name", "summary", "what_is_asked"}
    assert all(found["translations"]["es"].values())


@every_line
def test_a_line_is_offered_in_known_states(line: Path) -> None:
    states = read(line / "line.json")["states"]
    assert len(states) == len(set(states))
    assert set(states) <= set(STATES)


def test_the_first_line_is_offered_in_fifty_states_and_the_capital() -> None:
    assert set(read(LINE / "line.json")["states"]) == set(STATES) - TERRITORIES


@every_line
def test_a_line_asks_the_questionnaires_of_its_folder_in_order(line: Path) -> None:
    found = read(line / "line.json")
    asked: list[Json] = found["questionnaires"]
    assert {row["url"] for row in asked} == set(questionnaires(line))
    assert [row["order"] for row in asked] == list(range(1, len(asked) + 1))
    assert sum(row["minutes"] for row in asked) == found["questions_minutes"]


@every_line
def test_a_line_has_its_files_and_sources(line: Path) -> None:
    assert all((line / name).exists() for name in read(line / "line.json")["files"].values())
    listed = (line / "SOURCES.md").read_text(encoding="utf-8")
    cited = set()
    for path in line.glob("*.json"):
        cited |= set(re.findall(r'"doi": "([^"]+)"', path.read_text(encoding="utf-8")))
    assert [doi for doi in sorted(cited) if doi not in listed] == []


@every_line
def test_consents_are_named_by_their_files(line: Path) -> None:
    for slug in read(line / "line.json")["consents"]:
        for language in ("en", "es"):
            head, body = front_matter(line / "consents" / f"{slug}.{language}.md")
            assert (head["slug"], head["language"]) == (slug, language)
            assert re.fullmatch(r"\d+\.\d+\.\d+", head["version"])
            assert head["title"]
            assert body.strip().startswith("> ")


def test_the_electronic_consent_states_what_esign_asks_for() -> None:
    """15 USC 7001(c): paper, withdrawal and its consequences, scope, how, hardware, demonstrated access."""
    _, body = front_matter(LINE / "consents" / "telehealth-consent.en.md")
    for phrase in ["on paper", "withdraw this consent", "What this covers", "What you need", "That you can open it"]:
        assert phrase in body
    assert "911" in body
    assert "988" in body


def test_medicines_and_allergens_are_sorted_names_that_tick_real_answers() -> None:
    known = by_link(questionnaires()["https://anteroom.example/fhir/Questionnaire/medical-history"])
    medicines = read(ROOT / "medicines.json")["medicines"]
    allergens = read(ROOT / "allergens.json")["allergens"]
    for rows in (medicines, allergens):
        names = [row["name"] for row in rows]
        assert names == sorted(names, key=str.casefold)
        assert len(names) == len(set(names))
    ticks = [tick for row in medicines for tick in row.get("kinds", [])]
    ticks += [row["tick"] for row in allergens if "tick" in row]
    assert all(tick["code"] in options(known[tick["link_id"]]) for tick in ticks)
