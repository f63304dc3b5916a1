"""Reading pages in tests."""

import re
from html import unescape


def text_of(answer):
    """Return the words of a page as a person reads them."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def assert_shows(answer, *words, status=200):
    """Assert that a page has one h1 and shows each of the words."""
    text = text_of(answer)
    assert answer.status_code == status, text
    assert answer.content.count(b"<h1") == 1
    assert [word for word in words if word not in text] == [], text
