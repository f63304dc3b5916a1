"""One page of questions: its form, and its parts in the order they are read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import gettext

from intake.domain.acceptance import MOST_INSTANCES, NotThisType
from intake.domain.items import instances
from intake.domain.outline import Page, Question
from intake.html.fields import FEW_OPTIONS, OTHER, File, OneOfOrOther, QuestionField, field_of, name_of

Answers = Mapping[str, Any]


@dataclass(slots=True)
class Part:
    """
    One part of a page.

    kind      question, words (a display), group (with a heading), table (a group of questions with the same options),
              instance (of a repeating group) or more (its button)
    fields    the controls of a question: one, or two where another text may be given
    is_asked  False while an earlier answer makes it pointless; it is on the page, hidden
    offer     what is known already (intake.html.offers.Offered), no answer until the person says so
    """

    kind: str
    path: str
    question: Question
    is_asked: bool
    fields: list[BoundField] = field(default_factory=list)
    parts: list["Part"] = field(default_factory=list)
    number: int = 0
    offer: Any = None

    @property
    def anchor(self) -> str:
        """Return an id for the part's heading."""
        return f"part_{name_of(self.path)}"

    @property
    def options(self) -> list[str]:
        """Return the labels of the columns of a table."""
        return [option.label for option in self.question.children[0].options] if self.kind == "table" else []

    @property
    def group(self) -> str:
        """Return the path of the repeating group that an instance belongs to."""
        return self.path.rpartition("[")[0]


class Sheet(forms.Form):
    """The form of one page; what a posted control means is decided question by question."""

    use_required_attribute = False

    def __init__(
        self,
        page: Page,
        answers: Answers,
        *,
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        add: str = "",
    ) -> None:
        super().__init__(data)
        self.page, self.answers, self.add = page, answers, add
        self.arrived = files or {}
        self.paths: dict[str, str] = {}
        for path, question in self._asked(page.questions, ""):
            self._add(path, question)

    def full_clean(self) -> None:
        """Read each control; `changes` holds what is an answer, `errors` what is none."""
        self._errors = ErrorDict(renderer=self.renderer)
        self.cleaned_data: dict[str, Any] = {}
        if not self.is_bound:
            return
        for name, path in self.paths.items():
            try:
                self._read(name, path)
            except NotThisType as wrong:
                self._errors[name] = self.error_class([str(wrong)], renderer=self.renderer)

    def changes(self, rendered: Answers) -> list[dict[str, Any]]:
        """Return [{link_id, value}] of what differs from the answers that the page was made from."""
        self.full_clean()
        return [
            {"link_id": path, "value": value}
            for path, value in self.cleaned_data.items()
            if value != rendered.get(path)
        ]

    def catch_up(self, rendered: Answers, answers: Answers) -> None:
        """Show present answers where the person left alone what the page was made from; keep what they typed."""
        for name, path in self.paths.items():
            control = self.fields[name]
            left_alone = path in self.cleaned_data and self.cleaned_data[path] == rendered.get(path)
            if left_alone and isinstance(control, QuestionField):
                control.is_left_alone = True
                self.initial[name] = control.shown(answers.get(path))

    def refuse(self, path: str, message: str) -> bool:
        """Put an error at a question of this page; False when it is not here."""
        name = name_of(path)
        if name not in self.paths:
            return False
        if name not in self.errors:
            self.errors[name] = self.error_class([message], renderer=self.renderer)
        return True

    def refuse_inside(self, path: str, message: str) -> bool:
        """Put an error at the first question of a group that stands empty; False when the group is not here."""
        inside = (name for name, one in self.paths.items() if path in one.split("/") or one.startswith(f"{path}["))
        name = next(inside, None)
        return name is not None and self.refuse(self.paths[name], message)

    def parts(self, enabled: frozenset[str]) -> list[Part]:
        """Return the page's parts, top to bottom."""
        return [part for question in self.page.questions for part in self._parts(question, "", enabled)]

    def _parts(self, question: Question, prefix: str, enabled: frozenset[str]) -> Iterator[Part]:
        if question.is_hidden:
            return
        path = prefix + question.link_id
        asked = path in enabled
        if question.type == "group" and question.repeats:
            yield from self._instances(question, path, enabled, asked=asked)
            return
        kind = {"group": "group", "display": "words"}.get(question.type, "question")
        if is_table(question):
            kind = "table"
        below = [part for child in question.children for part in self._parts(child, prefix, enabled)]
        name = name_of(path)
        fields = [self[one] for one in (name, other_of(name)) if one in self.fields]
        yield Part(kind, path, question, asked, fields, below)

    def _instances(self, question: Question, path: str, enabled: frozenset[str], *, asked: bool) -> Iterator[Part]:
        for number in range(self._count(path)):
            prefix = f"{path}[{number}]/"
            below = [part for child in question.children for part in self._parts(child, prefix, enabled)]
            if number >= self._stored(path):
                _ask_all(below)
            yield Part("instance", f"{path}[{number}]", question, asked, [], below, number + 1)
        yield Part("more", path, question, asked)

    def _asked(self, questions: tuple[Question, ...], prefix: str) -> Iterator[tuple[str, Question]]:
        for question in questions:
            path = prefix + question.link_id
            if question.is_asked and not question.is_hidden and not question.is_computed:
                yield path, question
            if question.type == "group" and question.repeats:
                for number in range(self._count(path)):
                    yield from self._asked(question.children, f"{path}[{number}]/")
            else:
                yield from self._asked(question.children, prefix)

    def _count(self, path: str) -> int:
        """Return how many instances are shown: those with answers, those posted, one more if asked for, at least one."""
        posted = _instances_in(self.data, name_of(f"{path}["), name_of("]"))
        return min(max(self._stored(path) + (self.add == path), posted, 1), MOST_INSTANCES)

    def _stored(self, path: str) -> int:
        return instances(self.answers, path)

    def _add(self, path: str, question: Question) -> None:
        name, control = name_of(path), field_of(question)
        self.fields[name] = control
        self.paths[name] = path
        value = self.answers.get(path)
        if value is not None and isinstance(control, QuestionField):
            self.initial[name] = control.shown(value)
        if isinstance(control, OneOfOrOther):
            text = value if control.shown(value) == OTHER else ""
            self.fields[other_of(name)] = forms.CharField(
                label=gettext("If something else: what?"), required=False, initial=text, max_length=question.max_length
            )

    def _read(self, name: str, path: str) -> None:
        control = self.fields[name]
        raw = control.widget.value_from_datadict(self.data, self.files, name)
        if isinstance(control, OneOfOrOther):
            other = str(self.data.get(other_of(name), "")).strip()
            raw = {"text": other} if other and raw in {OTHER, None, ""} else None if raw == OTHER else raw
        if isinstance(control, File):
            self.cleaned_data[path] = self._file(name, path)
        elif isinstance(control, QuestionField):
            self.cleaned_data[path] = control.answer(raw)

    def _file(self, name: str, path: str) -> Any:
        """Return the file that came with this post, the one that was there, or none when it is to go."""
        arrived, present = self.arrived.get(path), self.answers.get(path)
        if isinstance(arrived, str):
            raise NotThisType(arrived)
        out = set(self.data.getlist(f"{name}-remove")) if isinstance(self.data, QueryDict) else set()
        stored = present if isinstance(present, list) else [present] if present else []
        kept = [one for one in stored if one["id"] not in out]
        if isinstance(present, list) or self.fields[name].question.repeats:  # type: ignore[attr-defined]
            new = [arrived] if arrived and arrived["id"] not in {one["id"] for one in kept} else []
            return [*kept, *new] or None
        return arrived or (kept[0] if kept else None)


def other_of(name: str) -> str:
    """Return the name of the control that says what "something else" is; no question can have it (`name_of`)."""
    return f"{name}_other"


def without_instance(answers: Answers, path: str, number: int) -> list[dict[str, Any]]:
    """Return the changes that take one instance of a repeating group away and move the later ones up."""
    count = instances(answers, path)
    if number >= count:
        return []
    changes: dict[str, Any] = {key: None for key in answers if key.startswith(f"{path}[{count - 1}]/")}
    for place in range(number, count - 1):
        here, after = f"{path}[{place}]/", f"{path}[{place + 1}]/"
        changes |= {key: None for key in answers if key.startswith(here)}
        changes |= {here + key.removeprefix(after): value for key, value in answers.items() if key.startswith(after)}
    return [{"link_id": key, "value": value} for key, value in changes.items()]


def is_table(question: Question) -> bool:
    """Tell whether a group can be shown as a table: its author says so, and its rows have the same columns."""
    if question.type != "group" or question.control not in {"gtable", "grid", "table"} or not question.children:
        return False
    first = [option.label for option in question.children[0].options]
    return 1 < len(first) <= FEW_OPTIONS and all(
        child.type == "choice"
        and not child.repeats
        and not child.children
        and not child.is_hidden
        and not child.is_computed
        and [option.label for option in child.options] == first
        for child in question.children
    )


def _ask_all(parts: list[Part]) -> None:
    """Show an instance without answers, but for what waits for another answer."""
    for part in parts:
        part.is_asked = part.is_asked or not part.question.is_conditional
        _ask_all(part.parts)


def _instances_in(data: Mapping[str, Any], start: str, end: str) -> int:
    numbers = (re.match(re.escape(start) + r"(\d+)" + re.escape(end), key) for key in data)
    return max((int(found[1]) + 1 for found in numbers if found), default=0)
