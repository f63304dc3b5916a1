"""The little Markdown that texts to sign are written in, as HTML; everything else in it stays text."""

import re
from collections.abc import Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_HEADING = re.compile(r"(#{1,4}) +(.+)")
_BULLET = re.compile(r"[-*] +(.+)", re.DOTALL)
_NUMBERED = re.compile(r"\d+\. +(.+)", re.DOTALL)
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_ITALIC = re.compile(r"(?<![\w*])[*_](?!\s)([^*_]+?)[*_](?![\w*])")
_LINK = re.compile(r"\[([^\]]+)\]\((https://[^\s)]+)\)")


def markdown(text: str) -> SafeString:
    """
    Return headings, paragraphs, quotes, lists, bold, italic and https links of a Markdown text as HTML.

    text  headings become one level lower, under the page's own; HTML in it is shown, not obeyed
    """
    return mark_safe("\n".join(_blocks(text)))  # noqa: S308  every part is escaped in _inline


def _blocks(text: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.strip().split("\n")
        while lines and (found := _HEADING.fullmatch(lines[0].strip())):
            level = min(len(found[1]) + 1, 4)
            yield f"<h{level}>{_inline(found[2])}</h{level}>"
            lines = lines[1:]
        if lines and "".join(lines).strip():
            yield from _body(lines)


def _body(lines: list[str]) -> Iterator[str]:
    if all(line.lstrip().startswith(">") for line in lines):
        quoted = " ".join(line.lstrip()[1:].strip() for line in lines)
        yield f"<blockquote><p>{_inline(quoted)}</p></blockquote>"
        return
    for tag, pattern in (("ul", _BULLET), ("ol", _NUMBERED)):
        if pattern.match(lines[0].strip()):
            entries = _entries(lines, pattern)
            yield f"<{tag}>" + "".join(f"<li>{_inline(entry)}</li>" for entry in entries) + f"</{tag}>"
            return
    paragraph: list[str] = []
    for number, line in enumerate(lines):
        if _BULLET.match(line.strip()):
            yield f"<p>{_inline(' '.join(paragraph))}</p>"
            yield from _body(lines[number:])
            return
        paragraph.append(line.strip())
    yield f"<p>{_inline(' '.join(paragraph))}</p>"


def _entries(lines: list[str], pattern: re.Pattern[str]) -> list[str]:
    entries: list[str] = []
    for line in lines:
        found = pattern.match(line.strip())
        if found:
            entries.append(found[1])
        elif entries:
            entries[-1] += f" {line.strip()}"
    return entries


def _inline(text: str) -> str:
    html: str = escape(text)
    html = _LINK.sub(r'<a href="\2" rel="noopener noreferrer">\1</a>', html)
    html = _BOLD.sub(r"<strong>\1</strong>", html)
    return _ITALIC.sub(r"<em>\1</em>", html)
