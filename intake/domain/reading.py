"""The parts of items that have a language of their own, read once; what cannot be read is noted."""

from collections.abc import Iterator, Mapping
from typing import Any

import re2

from intake.domain import extensions as ext
from intake.domain.choices import key_of
from intake.domain.doubts import Doubt
from intake.domain.fhirpath import Expression, NotFhirPath, parse
from intake.domain.parts import Bounds, Condition, Constraint, Toggle

FHIRPATH = frozenset({"text/fhirpath", "text/fhirpath.js"})
QUERY = "application/x-fhir-query"
Element = Mapping[str, Any]


class Reader:
    """Reads one definition's items; `doubts` is what it could not read."""

    def __init__(self, doubts: list[Doubt]) -> None:
        self.doubts = doubts
        self.link_id = self.path = ""

    def at(self, link_id: str, path: str) -> None:
        """Say where the reader is."""
        self.link_id, self.path = link_id, path

    def doubt(self, code: str, detail: str, severity: str = "error") -> None:
        """Note something about the item that is being read."""
        self.doubts.append(Doubt(code, self.link_id, detail, self.path, severity))

    def expression(self, value: Any, *, needed: bool = True) -> Expression | None:
        """Return a FHIR Expression; None when there is none, or when it cannot be worked out here."""
        if not isinstance(value, Mapping):
            return None
        language, severity = str(value.get("language", "")), "error" if needed else "warning"
        if language in FHIRPATH:
            return self.parsed(str(value.get("expression", "")), severity)
        if language == QUERY:
            self.doubt("query", "A search in another system is not run here; what reads it finds nothing.", "warning")
        else:
            self.doubt("expression-language", f"{language or 'No language'} is not supported.", severity)
        return None

    def parsed(self, text: str, severity: str = "error") -> Expression | None:
        """Return FHIRPath that was read to its end; None, with a doubt, for anything else."""
        try:
            return parse(text)
        except NotFhirPath as wrong:
            self.doubt("expression", str(wrong), severity)
            return None

    def conditions(self, item: Element) -> tuple[Condition, ...]:
        """Return the FHIR enableWhen of an item."""
        return tuple(_condition(one) for one in item.get("enableWhen", ()))

    def variables(self, told: ext.Told) -> tuple[tuple[str, Expression], ...]:
        """Return the variables that an element defines, in order."""
        found: list[tuple[str, Expression]] = []
        for one in ext.values(told, ext.VARIABLE):
            name = str(one.get("name", "")) if isinstance(one, Mapping) else ""
            if not name:
                self.doubt("variable-name", "A variable has no name.")
            expression = self.expression(one)
            if name and expression:
                found.append((name, expression))
        return tuple(found)

    def queries(self, told: ext.Told) -> frozenset[str]:
        """Return the names of variables that are searches in another system."""
        return frozenset(
            str(one.get("name"))
            for url in (ext.VARIABLE, ext.CONTEXT, ext.CANDIDATE, ext.ANSWER)
            for one in ext.values(told, url)
            if isinstance(one, Mapping) and (one.get("language") == QUERY or url != ext.VARIABLE) and one.get("name")
        )

    def constraints(self, told: ext.Told) -> tuple[Constraint, ...]:
        """Return questionnaire-constraint and targetConstraint of an element."""
        found = [self._constraint(one) for url in _CONSTRAINTS for one in told.get(url, ())]
        return tuple(one for one in found if one)

    def toggles(self, told: ext.Told) -> tuple[Toggle, ...]:
        """Return which options are on offer only when an expression is true."""
        found: list[Toggle] = []
        for one in told.get(ext.TOGGLE, ()):
            parts = ext.by_url(one)
            expression = self.expression(ext.value(parts, "expression"))
            if expression:
                options = [key_of(value) if isinstance(value, Mapping) else ("", str(value))
                           for value in ext.values(parts, "option")]  # fmt: skip
                found.append(Toggle(frozenset(options), expression))
        return tuple(found)

    def bounds(self, item: Element, told: ext.Told) -> Bounds:
        """Return what answers of an item must keep to."""
        return Bounds(
            minimum=ext.value(told, ext.MIN_VALUE, ext.MIN_QUANTITY),
            maximum=ext.value(told, ext.MAX_VALUE, ext.MAX_QUANTITY),
            min_length=_whole(ext.value(told, ext.MIN_LENGTH)),
            max_length=item.get("maxLength"),
            decimals=_whole(ext.value(told, ext.DECIMALS)),
            least=_whole(ext.value(told, ext.MIN_OCCURS)),
            most=_whole(ext.value(told, ext.MAX_OCCURS)),
            regex=self._regex(told),
            mime_types=tuple(map(str, ext.values(told, ext.MIME_TYPE))),
            max_size=ext.value(told, ext.MAX_SIZE),
            resources=tuple(map(str, ext.values(told, ext.REFERENCE_TYPE))),
            minimum_expression=self._worked_out(told, ext.MIN_VALUE, ext.MIN_QUANTITY),
            maximum_expression=self._worked_out(told, ext.MAX_VALUE, ext.MAX_QUANTITY),
        )

    def _worked_out(self, told: ext.Told, *urls: str) -> Expression | None:
        """Return the expression of a bound that is not written down, but worked out."""
        for one in (one for url in urls for one in told.get(url, ())):
            for part in [one, *(part for key, part in one.items() if key.startswith("_value"))]:
                found = ext.value(ext.by_url(part), ext.CQF_EXPRESSION, ext.CQF_VALUE)
                if found is not None:
                    return self.expression(found)
        return None

    def _constraint(self, element: Element) -> Constraint | None:
        told = ext.by_url(element)
        text, is_mild = ext.value(told, "expression"), ext.value(told, "severity") == "warning"
        if isinstance(text, Mapping):
            expression = self.expression(text, needed=not is_mild)
        else:
            expression = self.parsed(str(text or ""), "warning" if is_mild else "error")
        if expression is None:
            return None
        return Constraint(
            key=str(ext.value(told, "key") or "constraint"),
            severity="error" if ext.value(told, "severity") == "error" else "warning",
            message=str(ext.value(told, "human") or ""),
            expression=expression,
            translations=tuple(ext.translations(told, "human")),
        )

    def _regex(self, told: ext.Told) -> str:
        text = str(ext.value(told, ext.REGEX) or "")
        # Some forms write the FHIRPath that the pattern is for.
        if text.startswith("matches('") and text.endswith("')"):
            text = text[9:-2]
        try:
            compiled(text)
        except re2.error as wrong:
            self.doubt("regex", f"The regular expression cannot be used: {str(wrong)[:80]}.")
            return ""
        return text


_CONSTRAINTS = (ext.CONSTRAINT, ext.TARGET_CONSTRAINT)


def compiled(text: str) -> Any:
    """Return a regular expression of RE2, which takes linear time; re2.error for one that it refuses."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    return re2.compile(text, options)


def every_expression(element: Element) -> Iterator[Element]:
    """Yield each FHIR Expression that stands in an element's own extensions."""
    for one in element.get("extension", ()):
        yield from (value for key, value in one.items() if key == "valueExpression")
        yield from every_expression(one)


def _condition(element: Element) -> Condition:
    name, answer = next(((key, value) for key, value in element.items() if key.startswith("answer")), ("", None))
    return Condition(str(element.get("question", "")), str(element.get("operator", "")), answer, name)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
