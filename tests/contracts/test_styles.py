"""Every stylesheet of ours can be read from right to left: nothing in it is told by left and right."""

import re

import pytest

from config.embedded.paths import CHECKOUT

SHEETS = sorted(
    path for app in ("config", "providers", "intake", "consultations") for path in (CHECKOUT / app).rglob("*.css")
)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# A declaration whose name or keyword names a side; within another word, such as `copyright`, it does not.
SIDED = re.compile(r"[^;{}]*(?<![a-z])(?:left|right)(?![a-z])[^;{}]*:?[^;{}]*")
# Of four values the second and the last are the right and the left one.
FOUR = re.compile(r"\b((?:scroll-)?(?:margin|padding)|inset|border-(?:width|color|style)): *([^;{}]+)")
ROUND = re.compile(r"\bborder-radius: *([^;{}/]+)")


def faults(style):
    """Return the declarations of a stylesheet that mean a side of the screen and not of the text."""
    plain = COMMENT.sub("", style)
    sided = [found[0].strip() for found in SIDED.finditer(plain)]
    four = [found[0] for found in FOUR.finditer(plain) if len(part := parts(found[2])) == 4 and part[1] != part[3]]
    return sided + four + [found[0] for found in ROUND.finditer(plain) if is_lopsided(parts(found[1]))]


def parts(values):
    return re.findall(r"[^\s(]+(?:\([^)]*\))?", values.removesuffix("!important"))


def is_lopsided(corners):
    """Tell whether the corners at the start of lines differ from those at their end."""
    around = {1: (0, 0, 0, 0), 2: (0, 1, 0, 1), 3: (0, 1, 2, 1), 4: (0, 1, 2, 3)}[len(corners)]
    first, second, third, fourth = (corners[place] for place in around)
    return first != second or third != fourth


def test_there_are_stylesheets_to_look_at():
    assert len(SHEETS) >= 5


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_stylesheet_names_no_side_of_the_screen(sheet):
    assert faults(sheet.read_text()) == []


@pytest.mark.parametrize(
    "style",
    [
        "a { margin-left: 1px; }", "a { left: 0; }", "a { text-align: right; }", "a{float:left}",
        "a { border-top-right-radius: 1px; }", "a { padding: 0 1px 0 2px; }", "a { border-radius: 1px 0 0 1px; }",
        "a { inset: 0 auto 0 0; }",
    ],
)  # fmt: skip
def test_a_side_is_found(style):
    assert len(faults(style)) == 1


@pytest.mark.parametrize(
    "style",
    [
        "a { margin-inline-start: 1px; }", "/* left */ a { top: 0; }", "a { padding: 1px 2px 3px 2px; }",
        "a { border-radius: 1px 1px 0 0; }", ".upright { color: red; }", "a { margin: 0 calc(1px + 2px); }",
    ],
)  # fmt: skip
def test_a_side_of_the_text_is_none(style):
    assert faults(style) == []
