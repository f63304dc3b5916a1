"""Clinical content becomes rows: a new version is a new row, and a published one never changes."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.core import audit
from config.core.errors import Conflict, FieldError, Invalid
from config.core.flow import flow
from config.core.models import AuditAction, User
from intake.adapters.catalogue import Form, Line, Text
from intake.domain.blanks import blanks
from intake.domain.codes import QuestionnaireStatus
from intake.domain.lint import lint
from intake.domain.rule_lint import lint_rules
from intake.models import ConsentDocument, FlagRule, Questionnaire, ServiceQuestionnaire
from providers.models import HealthcareService

_SERVICE_FIELDS = (
    "name", "summary", "what_is_asked", "translations", "pathway", "modality", "states", "minimum_age_years", "questions_minutes",
    "duration_minutes", "buffer_before_minutes", "buffer_after_minutes", "alignment_minutes", "minimum_notice_minutes",
    "horizon_days", "max_visits_per_day", "hold_minutes", "change_notice_minutes", "max_reschedules",
    "review_due_minutes",
)  # fmt: skip


class Changed(Conflict):
    """Raise the version: what was published under this one is different."""

    code = "published-version-changed"
    title = "A published version cannot change"


class NotSound(Invalid):
    """Correct the definition; each error names an item or a rule."""

    code = "content-not-sound"
    title = "The content cannot be published"


@dataclass(frozen=True, slots=True)
class Published:
    """What one publishing did: `new` names each row that was not there, in order."""

    service: HealthcareService
    new: tuple[str, ...]


@flow
def publish(*, line: Line, by: User | None, now: datetime, with_templates: bool = False) -> Published:
    """
    Publish a service line with its questionnaires, safety rules and texts to sign.

    Doing it again changes nothing; a service keeps what administrators tuned until the line's version changes.

    with_templates  take texts to sign that are not completed yet; for a demo, in which nobody signs anything real
    Returns  the service, and the names of the new rows; () when everything was there
    Writes   HealthcareService, Questionnaire, ServiceQuestionnaire, FlagRule, ConsentDocument, AuditEvent
    Raises   NotSound for a definition or a rule that nobody could rely on (intake.domain.rule_lint), and for a text to
             sign that is a template or has [blanks]; Changed when content differs under a version that is published
    Source   FHIR R4 Questionnaire.status; docs/flows.md
    """
    _refuse_unsound(line)
    if not with_templates:
        _refuse([error for text in line.texts for error in _unfinished(text)])

    service, new = _service(line)
    for form in line.forms:
        new += _questionnaire(form, line)
    _order(service, line.service["questionnaires"])
    for rule in line.rules:
        new += _rule(rule, service)
    _retire_rules(service, codes=[rule["code"] for rule in line.rules])
    for text in line.texts:
        new += _text(text, service)

    if new:
        audit.record(
            event="intake.catalogue.published", action=AuditAction.CREATE, entity=service, by=by, now=now,
            detail={"new": new},
        )  # fmt: skip
    return Published(service, tuple(new))


@flow
def publish_instruments(
    *, forms: Sequence[Form], scores: Sequence[dict[str, Any]], by: User | None, now: datetime
) -> tuple[str, ...]:
    """
    Publish instruments that belong to no service line; doing it again changes nothing.

    Returns  the names of the new rows; () when everything was there
    Writes   Questionnaire, AuditEvent
    Raises   NotSound, Changed
    Source   intake/catalogue/instruments/SOURCES.md
    """
    _refuse(_unsound(forms))

    new: list[str] = []
    for form in forms:
        mine = [score for score in scores if score["questionnaire"] == form.definition["url"]]
        made = _version(form, scores=mine, minutes=2)
        if made is not None:
            new.append(f"questionnaire {made.canonical}")
            audit.record(
                event="intake.questionnaire.published", action=AuditAction.CREATE, entity=made, by=by, now=now,
                detail={"canonical": made.canonical},
            )  # fmt: skip
    return tuple(new)


def _unsound(forms: Iterable[Form]) -> list[FieldError]:
    return [
        FieldError(issue.link_id, issue.code, issue.message)
        for form in forms
        for issue in lint(form.definition)
        if issue.severity == "error"
    ]


def _refuse(errors: list[FieldError]) -> None:
    if errors:
        raise NotSound(f"{errors[0].field}: {errors[0].detail}", errors=errors)


def _refuse_unsound(line: Line) -> None:
    errors = _unsound(line.forms)
    errors = errors or lint_rules(line.rules, definitions=[form.definition for form in line.forms], scores=line.scores)
    _refuse(errors)


def _unfinished(text: Text) -> Iterator[FieldError]:
    name = f"{text.slug} {text.version} {text.language}"
    for blank in blanks(text.body):
        yield FieldError(name, "blank", f"Line {blank.line} of the text: fill in {blank.words}.")
    if text.is_template:
        words = "This is a template. Once counsel has completed it, take `template: true` and its notice out."
        yield FieldError(name, "template", words)


def _service(line: Line) -> tuple[HealthcareService, list[str]]:
    told, version = line.service, line.service["version"]
    service = HealthcareService.objects.select_for_update(no_key=True).filter(slug=line.slug).first()
    if service is not None and service.catalogue_version == version:
        return service, []
    service = service or HealthcareService(slug=line.slug)
    service.catalogue_version = version
    for field in _SERVICE_FIELDS:
        if field in told:
            setattr(service, field, told[field])
    service.save()
    return service, [f"service {line.slug} {version}"]


def _questionnaire(form: Form, line: Line) -> list[str]:
    url = form.definition["url"]
    scores = [score for score in line.scores if score["questionnaire"] == url]
    minutes = next((one.get("minutes", 3) for one in line.service["questionnaires"] if one["url"] == url), 3)
    made = _version(form, scores=scores, minutes=minutes)
    return [] if made is None else [f"questionnaire {made.canonical}"]


def _version(form: Form, *, scores: list[dict[str, Any]], minutes: int) -> Questionnaire | None:
    """Return the new published version of a file; None when it is there already."""
    definition = form.definition
    url, version = definition["url"], definition["version"]
    sha256 = _digest(form.source)
    before = Questionnaire.objects.filter(url=url, version=version).first()
    if before is not None:
        _refuse_change(before.canonical, (before.sha256, before.scores), (sha256, scores))
        return None
    Questionnaire.objects.published().filter(url=url).update(status=QuestionnaireStatus.RETIRED)
    return Questionnaire.objects.create(
        url=url,
        version=version,
        title=definition["title"],
        status=QuestionnaireStatus.ACTIVE,
        source=form.source,
        sha256=sha256,
        definition=definition,
        scores=scores,
        minutes=minutes,
    )


def _order(service: HealthcareService, asked: Iterable[dict[str, Any]]) -> None:
    wanted = [(one["url"], one["order"], one.get("required", True)) for one in asked]
    present = service.questionnaires.order_by("position").values_list("url", "position", "required")
    if sorted(present) == sorted(wanted):
        return
    service.questionnaires.all().delete()
    ServiceQuestionnaire.objects.bulk_create(
        ServiceQuestionnaire(service=service, url=url, position=position, required=required)
        for url, position, required in wanted
    )


def _rule(rule: dict[str, Any], service: HealthcareService) -> list[str]:
    words = {
        "questionnaire_url": rule["questionnaire"],
        "severity": rule["severity"],
        "expression": rule["expression"],
        "is_crisis": bool(rule.get("crisis")),
        "clinician_text": rule["clinician_text"],
        "patient_text": rule.get("patient_text") or "",
        "translations": rule.get("translations", {}),
        "evidence": rule["evidence"],
        "source": rule["source"],
    }
    code, version = rule["code"], rule["version"]
    name = f"flag rule {code} {version}"
    before = FlagRule.objects.filter(service=service, code=code, version=version).first()
    if before is not None:
        _refuse_change(name, {field: getattr(before, field) for field in words}, words)
        return []
    service.flag_rules.filter(code=code).update(is_current=False)
    FlagRule.objects.create(service=service, code=code, version=version, **words)
    return [name]


def _retire_rules(service: HealthcareService, *, codes: list[str]) -> None:
    service.flag_rules.filter(is_current=True).exclude(code__in=codes).update(is_current=False)


def _text(text: Text, service: HealthcareService) -> list[str]:
    name = f"consent document {text.slug} {text.version} {text.language}"
    sha256 = _digest(text.body)
    same_text = ConsentDocument.objects.filter(slug=text.slug, language=text.language)
    before = same_text.filter(version=text.version).first()
    if before is not None:
        _refuse_change(name, (before.title, before.sha256), (text.title, sha256))
        before.services.add(service)
        return []
    same_text.update(is_current=False)
    made = ConsentDocument.objects.create(
        slug=text.slug,
        version=text.version,
        language=text.language,
        title=text.title,
        body=text.body,
        sha256=sha256,
    )
    made.services.add(service)
    return [name]


def _refuse_change(name: str, before: Any, after: Any) -> None:
    if before != after:
        raise Changed(f"{name} is published and differs from the file. Give the file a new version.")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
