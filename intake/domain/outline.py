"""A questionnaire as pages and clients see it: its questions, their words in one language, and how they are asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from intake.domain.hints import Hints, hints_of
from intake.domain.value_sets import Members, find, value_sets

_HL7 = "http://hl7.org/fhir/StructureDefinition/"
_SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/"
ITEM_CONTROL = _HL7 + "questionnaire-itemControl"
HIDDEN = _HL7 + "questionnaire-hidden"
UNIT = _HL7 + "questionnaire-unit"
UNIT_OPTION = _HL7 + "questionnaire-unitOption"
MAX_OCCURS = _HL7 + "questionnaire-maxOccurs"
EXCLUSIVE = _HL7 + "questionnaire-optionExclusive"
TRANSLATION = _HL7 + "translation"
ENABLE_WHEN = _SDC + "sdc-questionnaire-enableWhenExpression"
ENTRY_MODE = _SDC + "sdc-questionnaire-entryMode"
CALCULATED = _SDC + "sdc-questionnaire-calculatedExpression"
MOST_OPTIONS = 1_000


@dataclass(frozen=True, slots=True)
class Option:
    """
    One answer to choose, or one unit.

    key    what a form posts
    label  in the reader's language
    value  what is stored, under `kind`; of a unit what stands beside the number; the same in every language
    """

    key: str
    label: str
    value: Any
    is_exclusive: bool = False
    kind: str = "valueCoding"


@dataclass(frozen=True, slots=True)
class Question:
    """
    One FHIR Questionnaire.item, groups and displays included.

    control         code of questionnaire-itemControl, such as check-box or drop-down; empty when not said
    is_conditional  asked only when another answer says so
    is_computed     read-only or calculated: what a client sends is ignored
    groups          linkIds of the repeating groups around it, outermost first
    hints           how it wants to be shown
    """

    link_id: str
    type: str
    text: str
    prefix: str
    help: str
    is_required: bool
    repeats: bool
    is_hidden: bool
    is_computed: bool
    is_conditional: bool
    control: str
    options: tuple[Option, ...]
    units: tuple[Option, ...]
    max_length: int | None
    max_occurs: int | None
    groups: tuple[str, ...]
    children: tuple["Question", ...]
    hints: Hints

    @property
    def is_asked(self) -> bool:
        """Tell whether this takes an answer."""
        return self.type not in {"group", "display"}

    def walk(self) -> Iterator["Question"]:
        """Yield this and everything below it, in the order of the page."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Page:
    """Questions that are asked together; `number` counts from 1."""

    number: int
    title: str
    questions: tuple[Question, ...]

    def link_ids(self) -> frozenset[str]:
        """Return the linkIds of everything on the page."""
        return frozenset(question.link_id for root in self.questions for question in root.walk())


@dataclass(frozen=True, slots=True)
class Outline:
    """A questionnaire's top-level questions, and every question by its linkId; `one_by_one` asks one on a page."""

    title: str
    copyright: str
    roots: tuple[Question, ...]
    by_link_id: Mapping[str, Question]
    one_by_one: bool = False

    def pages(self) -> tuple[Page, ...]:
        """
        Return one page for each top-level group that is shown; questions outside of groups share a page.

        A questionnaire that asks one by one has a page for each question or list, the words before it included.
        """
        visible = [root for root in self.roots if not root.is_hidden]
        runs = [list(run) for _, run in groupby(visible, key=lambda root: root.link_id if _is_page(root) else "")]
        pages = [(run[0].text if _is_page(run[0]) else self.title, _content(run)) for run in runs]
        if self.one_by_one:
            pages = [(title, part) for title, questions in pages for part in _single(questions)]
        return tuple(Page(number, title, questions) for number, (title, questions) in enumerate(pages, start=1))


def outline(definition: Mapping[str, Any], *, language: str = "en") -> Outline:
    """
    Return a FHIR R4 Questionnaire as questions.

    language  code; texts without a translation stay as they are written
    Source    FHIR R4 Questionnaire; extensions of FHIR and SDC 4.0.0 as named above
    """
    sets = value_sets(definition)
    roots = tuple(
        _question(item, _Inside(language, sets, groups=(), hidden=False)) for item in definition.get("item", ())
    )
    return Outline(
        title=_words(definition, "title", language),
        copyright=definition.get("copyright", ""),
        roots=roots,
        by_link_id={question.link_id: question for root in roots for question in root.walk()},
        one_by_one=extension(definition, ENTRY_MODE) == "sequential",
    )


def split(path: str) -> tuple[str, tuple[tuple[str, int], ...]] | None:
    """
    Return the linkId of a path and the instances around it; None for what is no path.

    path  `group[n]/linkId`, nested `a[0]/b[1]/c`, or a linkId alone; a linkId may hold slashes
    """
    *around, link_id = path.split("]/")
    instances = []
    for part in around:
        name, bracket, number = part.rpartition("[")
        if not (bracket and number.isascii() and number.isdigit() and len(number) <= 3):
            return None
        instances.append((name, int(number)))
    return link_id, tuple(instances)


def extension(element: Mapping[str, Any], url: str) -> Any:
    """Return the value[x] of the first extension with that url, or None."""
    return next(_values(element, url), None)


def _is_page(root: Question) -> bool:
    return root.type == "group" and not root.repeats


def _single(questions: tuple[Question, ...]) -> Iterator[tuple[Question, ...]]:
    """Yield each question with the words before it; words at the end go with the last one."""
    parts: list[tuple[Question, ...]] = []
    waiting: tuple[Question, ...] = ()
    for question in questions:
        waiting = (*waiting, question)
        if question.type != "display" and not question.is_hidden:
            parts, waiting = [*parts, waiting], ()
    if waiting and parts:
        parts[-1] += waiting
    yield from parts or ([waiting] if waiting else [])


def _content(run: list[Question]) -> tuple[Question, ...]:
    return run[0].children if _is_page(run[0]) else tuple(run)


class _Inside(NamedTuple):
    """What holds for an item because of what it stands in."""

    language: str
    sets: Mapping[str, Members]
    groups: tuple[str, ...]
    hidden: bool


def _question(item: Mapping[str, Any], around: _Inside) -> Question:
    language, groups = around.language, around.groups
    hidden = around.hidden or extension(item, HIDDEN) is True
    repeats = bool(item.get("repeats"))
    inside = (*groups, item["linkId"]) if item["type"] == "group" and repeats else groups
    below = [child for child in item.get("item", ()) if not _is_help(child)]
    return Question(
        link_id=item["linkId"],
        type=item["type"],
        text=_words(item, "text", language),
        prefix=item.get("prefix", ""),
        help=" ".join(_words(child, "text", language) for child in item.get("item", ()) if _is_help(child)),
        is_required=bool(item.get("required")),
        repeats=repeats,
        is_hidden=hidden,
        is_computed=bool(item.get("readOnly")) or extension(item, CALCULATED) is not None,
        is_conditional=bool(item.get("enableWhen")) or extension(item, ENABLE_WHEN) is not None,
        control=_control(item),
        options=_options(item, around),
        units=tuple(_unit(unit, language) for url in (UNIT_OPTION, UNIT) for unit in _values(item, url)),
        max_length=item.get("maxLength"),
        max_occurs=extension(item, MAX_OCCURS),
        groups=groups,
        children=tuple(_question(child, around._replace(groups=inside, hidden=hidden)) for child in below),
        hints=hints_of(item),
    )


def _options(item: Mapping[str, Any], around: _Inside) -> tuple[Option, ...]:
    """Return the options of an item, or those of its value set, where that is known and a person can look through it."""
    if "answerOption" in item:
        return tuple(_option(option, around.language) for option in item["answerOption"])
    members = find(around.sets, item["answerValueSet"]) if "answerValueSet" in item else None
    if not members or len(members) > MOST_OPTIONS:
        return ()
    return tuple(_member(system, code, display) for (system, code), display in members.items())


def _member(system: str, code: str, display: str) -> Option:
    value = {"system": system, "code": code, "display": display}
    return Option(code, display or code, {key: told for key, told in value.items() if told})


def _option(option: Mapping[str, Any], language: str) -> Option:
    exclusive = extension(option, EXCLUSIVE) is True or extension(option.get("valueCoding", {}), EXCLUSIVE) is True
    if "valueCoding" in option:
        coding = option["valueCoding"]
        value = {key: coding[key] for key in ("system", "code", "display") if key in coding}
        key = str(coding.get("code") or coding.get("display", ""))
        return Option(key, _words(coding, "display", language) or key, value, exclusive)
    kind, plain = next(((key, one) for key, one in option.items() if key.startswith("value")), ("valueString", ""))
    label = str(plain.get("display") or plain.get("reference", "")) if isinstance(plain, Mapping) else str(plain)
    return Option(label, label, plain, exclusive, kind)


def _unit(coding: Mapping[str, Any], language: str) -> Option:
    code = str(coding.get("code") or coding.get("display", ""))
    stored = {key: coding[key] for key in ("system", "code") if key in coding}
    return Option(
        code, _words(coding, "display", language) or code, {"unit": str(coding.get("display") or code), **stored}
    )


def _control(item: Mapping[str, Any]) -> str:
    codings = (extension(item, ITEM_CONTROL) or {}).get("coding", ())
    return str(codings[0].get("code", "")) if codings else ""


def _is_help(item: Mapping[str, Any]) -> bool:
    return item["type"] == "display" and _control(item) in {"help", "flyover", "prompt"}


def _words(element: Mapping[str, Any], name: str, language: str) -> str:
    for translation in _extensions(element.get(f"_{name}", {}), TRANSLATION):
        if extension(translation, "lang") == language:
            return str(extension(translation, "content") or "")
    return str(element.get(name, ""))


def _extensions(element: Mapping[str, Any], url: str) -> Iterator[Mapping[str, Any]]:
    return (one for one in element.get("extension", ()) if one.get("url") == url)


def _values(element: Mapping[str, Any], url: str) -> Iterator[Any]:
    for one in _extensions(element, url):
        yield next((value for key, value in one.items() if key.startswith("value")), None)
