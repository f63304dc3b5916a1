"""Short ways to the items of a response: expressions of forms do little else than look up linkIds."""

from collections.abc import Callable

from intake.domain.fhirpath.element import Collection, Element
from intake.domain.fhirpath.scope import Frame, Run
from intake.domain.fhirpath.syntax import Binary, Call, Literal, Member, Node, Special

Compile = Callable[[Node], Run]


def item_lookup(node: Call, compile_tree: Compile) -> Run | None:
    """Return `base.repeat(item).where(linkId = 'x' or ...)` by the index of the response; None for other calls."""
    inner = node.base
    if node.name != "where" or not isinstance(inner, Call) or not _is_all_items(inner):
        return None
    wanted = _names(node, "linkId")
    if wanted is None:
        return None
    base = compile_tree(inner.base) if inner.base else None
    search = named_filter(node, compile_tree)

    def run(frame: Frame, focus: Collection) -> Collection:
        start = base(frame, focus) if base else focus
        world = frame.world
        index = world.by_link_id
        if index is None or len(start) != 1 or start[0] is not world.response or search is None:
            return search(frame, focus) if search else []
        found: Collection = []
        for name in wanted:
            found += index.get(name, ())
        world.spend(len(found) + 1)
        return found

    return run


def named_filter(node: Call, compile_tree: Compile) -> Run | None:
    """Return `base.where(name = 'x' or name = 'y')` for one of a few plain names; None for other calls."""
    if node.name != "where":
        return None
    for name in ("linkId", "code", "url", "$this"):
        wanted = _names(node, name)
        if wanted is not None:
            return _filter(compile_tree(node.base) if node.base else None, name, frozenset(wanted))
    return None


def _filter(base: Run | None, name: str, wanted: frozenset[str]) -> Run:
    def run(frame: Frame, focus: Collection) -> Collection:
        start = base(frame, focus) if base else focus
        frame.world.spend(len(start) + 1)
        return [node for node in start if type(node) is Element and _has(node, name, wanted)]

    def run_values(frame: Frame, focus: Collection) -> Collection:
        start = base(frame, focus) if base else focus
        frame.world.spend(len(start) + 1)
        return [node for node in start if _text(node) in wanted]

    return run_values if name == "$this" else run


def _has(node: Element, name: str, wanted: frozenset[str]) -> bool:
    raw = node.raw
    value = raw.get(name) if type(raw) is dict else None
    return type(value) is str and value in wanted


def _text(node: object) -> str | None:
    value = node.raw if type(node) is Element else node
    return value if type(value) is str else None


def _is_all_items(node: Call) -> bool:
    return node.name == "repeat" and node.given == (Member(None, "item"),)


def _names(node: Call, name: str) -> list[str] | None:
    """Return the texts that `name` is compared with; None when the condition says anything else."""
    if len(node.given) != 1:
        return None
    found: list[str] = []
    waiting = [node.given[0]]
    while waiting:
        match waiting.pop():
            case Binary("or", left, right):
                waiting += [right, left]
            case Binary("=", left, Literal((str() as value,))) if _is_name(left, name):
                found.append(value)
            case _:
                return None
    return found


def _is_name(node: Node, name: str) -> bool:
    if name == "$this":
        return node == Special("$this")
    return node in (Member(None, name), Member(Special("$this"), name))
