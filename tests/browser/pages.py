"""
What every page must be, looked at in a real browser.

`look(path, name="...")` opens a page, goes through both sizes and fails on anything that axe-core or the layout checks
find, and on any complaint in the browser's console, the content security policy's among them. The pictures are in
test-artifacts/; a run on several cores, which nobody watches, takes none.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT

PICTURES = Path(__file__).resolve().parents[2] / "test-artifacts" / "pages"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
SIZES = (PHONE, DESK)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What is right need not be told, and the pages have neither frames nor styles of others to be loaded again.
OPTIONS = {"resultTypes": ["violations"], "preload": False, "iframes": False}
EVERY_RULE = {"type": "tag", "values": TAGS}
# The rules about colours, sizes and places. All others ask of names, roles and order, which are what they were as long
# as the same elements are shown.
BY_SIGHT = {
    "type": "rule",
    "values": ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"],
}
SHOWN = """() => [...document.querySelectorAll("*")].map((node) =>
  node.checkVisibility({visibilityProperty: true}) ? node.tagName : "-").join()"""

# A radio or checkbox is touched by its label; a link inside a sentence may be as high as its line (WCAG 2.5.8).
LAYOUT_FAULTS = """() => {
  const faults = [];
  const shown = (node) => {
    const box = node.getBoundingClientRect();
    const style = getComputedStyle(node);
    return box.width > 1 && box.height > 1 && style.visibility !== "hidden" && !node.closest("[hidden], .sr-only");
  };
  const name = (node) => node.outerHTML.replace(/\\s+/g, " ").slice(0, 90);
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) faults.push(`the page scrolls sideways by ${wide} px`);

  const touched = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  for (const node of document.querySelectorAll(touched)) {
    if (!shown(node) || node.matches(".skip")) continue;
    const inSentence = node.matches("a") && getComputedStyle(node).display === "inline"
      && node.parentElement.textContent.trim() !== node.textContent.trim();
    if (inSentence) continue;
    const ticked = node.matches("[type=radio], [type=checkbox]") && node.labels.length;
    const box = (ticked ? node.labels[0] : node).getBoundingClientRect();
    if (Math.min(box.width, box.height) < 23.5) {
      faults.push(`a target of ${Math.round(box.width)} x ${Math.round(box.height)} px: ${name(node)}`);
    }
  }

  for (const node of document.querySelectorAll("a, button")) {
    const style = getComputedStyle(node);
    if (shown(node) && style.color === style.backgroundColor) faults.push(`text in the colour of its ground: ${name(node)}`);
  }

  const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  for (const input of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!shown(input)) continue;
    for (const label of input.labels ?? []) {
      const words = label.contains(input) ? label.querySelector("span") : label;
      if (words && overlap(words.getBoundingClientRect(), input.getBoundingClientRect())) {
        faults.push(`a label over its control: ${name(input)}`);
      }
    }
  }

  if (document.querySelectorAll("h1").length !== 1) faults.push("not exactly one h1");
  const inline = document.querySelector("[style], style, script:not([src]):not([type='application/json'])");
  if (inline) faults.push(`inline style or script: ${name(inline)}`);
  return faults;
}"""


@dataclass(frozen=True)
class Fault:
    """Something wrong on a page."""

    where: str
    what: str

    def __str__(self):
        return f"{self.where}: {self.what}"


def accessibility_faults(page, rules=EVERY_RULE):
    """Return what axe-core finds, a line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(options)", {**OPTIONS, "runOnly": rules})
    return [
        f"axe {rule['id']} ({rule['impact']}): {node['html'][:120]} {node.get('failureSummary', '')[:200]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def layout_faults(page):
    """Return what a person would see and axe does not."""
    return page.evaluate(LAYOUT_FAULTS)


def picture(page, name):
    """Write a screenshot of the whole page to test-artifacts/, for whoever runs this test by itself."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    PICTURES.mkdir(parents=True, exist_ok=True)
    # Hiding the caret leaves a style on every input, which the next look at the layout would find.
    page.screenshot(path=PICTURES / f"{name}-{page.viewport_size['width']}.png", full_page=True, caret="initial")


def inspect(page, name):
    """Return every fault of the page that is open, once its stylesheet is there."""
    page.wait_for_load_state("load")
    return _told(page, name, [*layout_faults(page), *accessibility_faults(page)])


def inspect_all(page, name, schemes):
    """Return every fault of the page that is open, at both sizes, in each colour scheme; take the pictures."""
    page.wait_for_load_state("load")
    # Colours change at once, not by and by.
    page.emulate_media(reduced_motion="reduce")
    faults, known = [], set()
    for named in _each_way(page, name, schemes):
        faults += _told(page, named, layout_faults(page))
        picture(page, named)
    # After the layout: axe leaves styles behind.
    for named in _each_way(page, name, schemes):
        shown = page.evaluate(SHOWN)
        faults += _told(page, named, accessibility_faults(page, BY_SIGHT if shown in known else EVERY_RULE))
        known.add(shown)
    return faults


def _each_way(page, name, schemes):
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        for size in SIZES:
            page.set_viewport_size(size)
            yield name if scheme == "light" else f"{name}-{scheme}"


def _told(page, name, faults):
    where = f"{name} at {page.viewport_size['width']}"
    return [Fault(where, what) for what in faults]
