"""Where in a questionnaire one is: the pages that are shown, and the first with something open."""

from intake.domain.outline import Outline, Page
from intake.queries.judgement import Judgement

HOME = "/home/"


def shown_pages(outline: Outline, judged: Judgement) -> list[Page]:
    """Return the pages on which something is asked now."""
    asked = frozenset(_link_id(path) for path in judged.enabled)
    return [page for page in outline.pages() if page.link_ids() & asked]


def paths_of(page: Page, judged: Judgement) -> frozenset[str]:
    """Return the paths that are asked on a page now."""
    link_ids = page.link_ids()
    paths = {path for path in judged.enabled if _link_id(path) in link_ids}
    return frozenset(paths | {issue.path for issue in judged.errors if _link_id(issue.path) in link_ids})


def first_open(outline: Outline, judged: Judgement) -> int:
    """Return the number of the first page with something open, 1 when nothing is."""
    wrong = frozenset(_link_id(issue.path) for issue in judged.errors)
    pages = shown_pages(outline, judged)
    return next((page.number for page in pages if page.link_ids() & wrong), pages[0].number if pages else 1)


def page_of(outline: Outline, path: str) -> int:
    """Return the number of the page that asks a path."""
    link_id = _link_id(path)
    return next((page.number for page in outline.pages() if link_id in page.link_ids()), 1)


def _link_id(path: str) -> str:
    """Return the linkId at the end of a path, instance or not."""
    return path.rsplit("/", 1)[-1].split("[", 1)[0]
