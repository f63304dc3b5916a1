"""The look itself: what is wrong at one size, or in one colour scheme only, is found."""

import pytest

from tests.browser import pages

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><title>Page</title><style>
  body {{ background: #fff; color: #000 }} .wide {{ display: none }}
  @media (min-width: 62rem) {{ .wide {{ display: block }} {at_desk} }}
  @media (prefers-color-scheme: dark) {{ body {{ background: #000; color: #fff }} {in_dark} }}
</style><main><h1>Page</h1><p>Words</p>{body}</main>"""


@pytest.fixture
def faults(chromium, monkeypatch):
    """Return a function that looks at a page in both colour schemes and returns where axe found what."""
    monkeypatch.setattr(pages, "picture", lambda page, name: None)

    def found(body="", at_desk="", in_dark=""):
        page = chromium.new_page()
        page.set_content(PAGE.format(body=body, at_desk=at_desk, in_dark=in_dark))
        told = [
            (fault.where, fault.what.split()[1])
            for fault in pages.inspect_all(page, "it", ("light", "dark"))
            if fault.what.startswith("axe")
        ]
        page.close()
        return told

    return found


def test_a_sound_page_is_sound(faults):
    assert faults(body="<p class=wide>More</p>") == []


def test_what_only_a_wide_page_shows_is_looked_at(faults):
    assert faults(body="<button class=wide></button>")[0] == ("it at 1280", "button-name")


def test_colours_of_one_size_and_of_one_scheme_are_looked_at(faults):
    assert ("it at 1280", "color-contrast") in faults(at_desk="p { color: #eee }")
    assert {where for where, _ in faults(in_dark="p { color: #222 }")} == {"it-dark at 390", "it-dark at 1280"}
