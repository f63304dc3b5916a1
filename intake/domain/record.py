"""What a person's own record says to a question, by the expression that its author wrote for it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from intake.domain.acceptance import NotThisType, normal
from intake.domain.extensions import INITIAL
from intake.domain.fhirpath import Failed, NotFhirPath, Scope, parse
from intake.domain.outline import Outline, extension


def from_record(
    outline: Outline, definition: Mapping[str, Any], record: Mapping[str, Any], *, now: datetime
) -> dict[str, Any]:
    """
    Return {linkId: value} of what initialExpressions find in a FHIR Patient.

    record   read as %patient; expressions that need more than it give nothing
    Returns  only values that their question takes; questions in repeating groups are left out
    Source   HL7 SDC 4.0.0, expression-based population (initialExpression, launchContext patient)
    """
    found: dict[str, Any] = {}
    for link_id, text in _expressions(definition):
        question = outline.by_link_id.get(link_id)
        if question is None or question.groups or question.is_computed or question.is_hidden:
            continue
        try:
            scope = Scope([dict(record)], {"patient": [dict(record)], "now": now.isoformat()})
            values = parse(text).run(scope)
            value = normal(question, values if question.repeats else values[0] if values else None)
        except (NotFhirPath, Failed, NotThisType):
            continue
        if value is not None:
            found[link_id] = value
    return found


def _expressions(element: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for item in element.get("item", ()):
        told = extension(item, INITIAL)
        if isinstance(told, Mapping) and told.get("language") == "text/fhirpath":
            yield item["linkId"], str(told.get("expression", ""))
        yield from _expressions(item)
