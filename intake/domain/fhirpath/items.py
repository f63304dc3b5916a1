"""Short ways to the items of a response: expressions of forms do little else than look up linkIds."""

from collections.abc import Callable

from intake.domain.fhirpath.element import Collection, Element, child_kind
from intake.domain.fhirpath.model import CHILDREN, SUFFIXES
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
        found: Collection = index.find(wanted)
        world.spend(len(found) + 1)
        return found

    return run


def answer_path(node: Member, compile_tree: Compile) -> Run | None:
    """
    Return `<items by linkId>.answer.value`, or a plain part of the value, in one go; None for other paths.

    The steps between are not made into nodes: scores of forms hardly consist of anything else.
    """
    leaf, value = ("", node) if node.name == "value" else (node.name, node.base)
    answer = value.base if isinstance(value, Member) and value.name == "value" else None
    items = answer.base if isinstance(answer, Member) and answer.name == "answer" else None
    if leaf not in {"", "code", "system", "display", "unit"} or not isinstance(items, Call):
        return None
    lookup = item_lookup(items, compile_tree)
    return None if lookup is None else _path(lookup, leaf)


def _path(lookup: Run, leaf: str) -> Run:
    kinds = _leaf_kinds(leaf) if leaf else _KINDS

    def run(frame: Frame, focus: Collection) -> Collection:
        found: Collection = []
        for item in lookup(frame, focus):
            answers = item.raw.get("answer") if type(item) is Element and type(item.raw) is dict else None
            for answer in answers if type(answers) is list else ():
                for key, value in answer.items() if type(answer) is dict else ():
                    kind = kinds.get(key)
                    if kind is None:
                        continue
                    if not leaf:
                        holder = Element(answer, _ANSWER, item)
                        found.append(Element(value, kind, holder, answer.get(f"_{key}")))
                    elif type(value) is dict and leaf in value:
                        found.append(Element(value[leaf], kind, item))
        frame.world.spend(2 * len(found) + 1)
        return found

    return run


_ANSWER = "QuestionnaireResponse.item.answer"
_NAMES = [
    f"value{name}" for name in (*SUFFIXES, *(name for name in CHILDREN if name[:1].isupper() and "." not in name))
]
_KINDS = {name: kind for name in _NAMES if (kind := child_kind(_ANSWER, name))}


def _leaf_kinds(leaf: str) -> dict[str, str]:
    """Return {name of value[x]: type of its part} for each type that has such a part."""
    return {name: CHILDREN[kind][leaf] for name, kind in _KINDS.items() if leaf in CHILDREN.get(kind, {})}


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
