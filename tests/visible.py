"""What a person reads of a page, told apart by language."""

import re
from html.parser import HTMLParser

# Words without which hardly an English sentence does, and that are no Spanish words.
ENGLISH = re.compile(r"\b(?:the|your|you|and|with|of)\b", re.IGNORECASE)
UNSEEN = frozenset({"script", "style"})
VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "use"})
SAID = frozenset({"alt", "aria-label", "content", "placeholder", "title"})


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.texts = [("", "")], []

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        language = told.get("lang", self.open[-1][1])
        self.texts += [(language, value) for name, value in attrs if name in SAID and value]
        if tag not in VOID:
            self.open.append((tag, language))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        if any(tag == name for name, _ in self.open):
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data):
        if data.strip() and not UNSEEN & {name for name, _ in self.open}:
            self.texts.append((self.open[-1][1], " ".join(data.split())))


def texts(page, language):
    """Return the texts of an HTML page that are said to be in a language, what is read aloud included."""
    reader = _Reader()
    reader.feed(page)
    return [text for said, text in reader.texts if said == language]


def english_in(page, *, data=()):
    """
    Return what is English on a Spanish page.

    data  texts that stay as they are in every language, such as names
    """
    found = texts(page, "es")
    assert found, "the page does not say that it is Spanish"
    for one in data:
        found = [text.replace(one, "") for text in found]
    return [text for text in found if ENGLISH.search(text)]
