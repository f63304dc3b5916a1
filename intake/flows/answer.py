"""
A patient answers: every save is a row of the ledger, the response is its projection.

Refusal
├── NoSuchResponse     (NotFound)
├── ResponseClosed     (Conflict)  completed or stopped: nothing can be changed
├── AnswersMoved       (Stale)     somebody answered after the person looked; show the answers again
├── UnknownRevision    (Invalid)   a revision that was never given out
├── NotAcceptable      (Invalid)   one error for each answer that does not fit its question
└── Incomplete         (Invalid)   one error for each question
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, gettext_lazy, ngettext

from config.core import audit
from config.core.errors import Conflict, FieldError, Invalid, NotFound, Stale
from config.core.flow import flow
from config.core.models import User
from intake.domain import acceptance, merge
from intake.domain.codes import ResponseStatus
from intake.domain.merge import Change, Merged
from intake.models import Answer, Flag, FlagRule, QuestionnaireResponse
from intake.queries import attachments, crisis, references
from intake.queries.alarms import notices_of
from intake.queries.judgement import Judgement, judge, judge_response
from intake.queries.ledger import answers_at, elsewhere
from intake.queries.questions import outline_of
from intake.queries.standing import rules_of, standing_of


class NoSuchResponse(NotFound):
    """Check the address; it may not be yours."""

    code = "no-such-response"
    title = gettext_lazy("There are no such questions")


class ResponseClosed(Conflict):
    """Show the answers; they can no longer be changed."""

    code = "response-closed"
    title = gettext_lazy("These questions are closed")


class AnswersMoved(Stale):
    """Show the answers as they stand now; the person has not seen all of them."""

    code = "answers-moved"
    title = gettext_lazy("Some answers changed meanwhile")


class UnknownRevision(Invalid):
    """Load the response and send its revision."""

    code = "unknown-revision"
    title = gettext_lazy("There is no such revision")


class NotAcceptable(Invalid):
    """Correct the named answers; the others were not stored either."""

    code = "invalid"
    title = gettext_lazy("Some answers do not fit their questions")


class Incomplete(Invalid):
    """Show each named question; it is still open or wrong."""

    code = "incomplete"
    title = gettext_lazy("Some questions are still open")


@dataclass(frozen=True, slots=True)
class Saved:
    """
    What a save did, and how the response stands after it.

    stored     paths that hold what was sent
    conflicts  [{link_id, yours, theirs, changed_by, changed_at, revision}], not overwritten
    elsewhere  [{link_id, value, changed_by, changed_at, revision}] that other clients wrote after the base
    enabled    paths that are asked now
    issues     [{link_id, code, severity, detail}]
    crisis     whom to call, {title, text, ways, after}, or None
    notices    [{code, text, questions}], what other safety rules say to the patient
    """

    revision: int
    stored: list[str]
    conflicts: list[dict[str, Any]]
    elsewhere: list[dict[str, Any]]
    enabled: list[str]
    calculated: dict[str, Any]
    issues: list[dict[str, Any]]
    crisis: dict[str, Any] | None
    notices: list[dict[str, Any]]


@flow
def save(
    *,
    response_id: UUID,
    client_id: str,
    sequence: int,
    base_revision: int,
    answers: Sequence[Mapping[str, Any]],
    by: User,
    now: datetime,
    is_whole: bool = False,
) -> Saved:
    """
    Store some answers of a draft, question by question, and judge the whole again.

    client_id      one browser tab or device, at most 64 characters
    sequence       counts the saves of that client; the same one again writes nothing and gives the first answer
    base_revision  the revision the client had seen; a question that another client changed since comes back as a
                   conflict and is not overwritten, and every other change since then comes back as `elsewhere`:
                   the client that takes the returned revision for its base has been told of all up to it
    answers        [{link_id, value}]; None clears; what the server calculates or hides is ignored
    is_whole       store all of it or, when one question is in conflict, nothing: a row of a list that is taken out
                   moves the later ones up, which makes no sense by halves
    Writes         Answer, QuestionnaireResponse, Flag, StatusChange, AuditEvent
    Raises         NoSuchResponse, ResponseClosed, UnknownRevision, NotAcceptable with one error for each answer
    Source         HL7 SDC 4.0.0, form validation: a draft may be incomplete; docs/flows.md, row "answer"
    """
    response = _own(response_id, by)
    standing = standing_of(response, client_id=client_id, sequence=sequence)
    if standing.told_id is not None:
        return _again(response, response.ledger.get(pk=standing.told_id), standing.rules, base=base_revision)
    _refuse_closed(response)
    if base_revision > response.revision:
        raise UnknownRevision(
            errors=[FieldError("base_revision", "unknown", gettext("There is no such revision yet."))]
        )
    changes = _accepted(response, answers, by=by)

    revision = response.revision + 1
    at = now.astimezone(UTC).isoformat().replace("+00:00", "Z")
    sent = merge.Save(client_id, sequence, base_revision, revision, str(by.pk), at)
    merged = merge.merge(response.answers, response.touched, changes, sent)
    if is_whole:
        merged = merge.whole(merged, response.answers, response.touched)
    ledger = Answer.objects.create(
        response=response, client_id=client_id, sequence=sequence, revision=revision,
        changes=[{"link_id": one.link_id, "value": one.value} for one in merged.stored], conflicts=merged.conflicts,
        author=by, recorded_at=now,
    )  # fmt: skip
    judged = judge(response.questionnaire_id, merged.answers, now=now)
    _project(response, merged, judged, revision=revision, now=now)
    present = response.flags.active().order_by("id") if standing.is_flagged else ()
    rules = _flag(response, judged, judged.raised(response, standing.rules, now=now), present, by=by, now=now)

    audit.record(
        event="intake.response.answered", entity=response, by=by, now=now, patient_id=response.patient_id,
        detail={"revision": revision, "stored": len(merged.stored), "conflicts": len(merged.conflicts)},
    )  # fmt: skip
    return _saved(response, ledger, judged, rules, base=base_revision)


@flow
def complete(*, response_id: UUID, by: User, now: datetime, seen_revision: int | None = None) -> QuestionnaireResponse:
    """
    Close a response; from here on its answers are only those that were asked, and never change.

    seen_revision  the revision of the answers that the person looked at and calls right; None when not said
    Writes         QuestionnaireResponse `completed`, Flag, StatusChange, AuditEvent
    Raises         NoSuchResponse, ResponseClosed, AnswersMoved, Incomplete with one error for each question, its
                   field the path
    Source         HL7 SDC 4.0.0, form validation: a completed response conforms; docs/flows.md, row "answer"
    """
    response = _own(response_id, by)
    _refuse_closed(response)
    if seen_revision is not None and seen_revision != response.revision:
        raise AnswersMoved(
            gettext("Some answers were changed on another device since you looked. Please check them again.")
        )
    judged = judge_response(response, now=now)
    if judged.errors:
        errors = [FieldError(one.path or one.link_id, one.code, one.message) for one in judged.errors]
        raise Incomplete(_count(len(errors)), errors=errors)

    raised = judged.raised(response, rules_of(judged.plan.url, service_id=response.service_id), now=now)
    _flag(response, judged, raised, response.flags.active().order_by("id"), by=by, now=now)
    response.answers, response.calculated, response.scores = judged.answers, judged.calculated, judged.scores
    response.status = ResponseStatus.COMPLETED
    response.completed_at, response.completed_by = now, by
    response.save(
        update_fields=["answers", "calculated", "scores", "status", "completed_at", "completed_by", "updated_at"]
    )

    audit.status_changed(response, old=ResponseStatus.IN_PROGRESS, new=response.status, by=by, now=now)
    audit.record(event="intake.response.completed", entity=response, by=by, now=now, patient_id=response.patient_id)
    return response


def _own(response_id: UUID, by: User) -> QuestionnaireResponse:
    mine = QuestionnaireResponse.objects.visible_to(by).select_for_update(no_key=True, of=("self",))
    response = next(iter(mine.select_related("patient").filter(pk=response_id)), None)
    if response is None:
        raise NoSuchResponse(gettext("There are no such questions."))
    return response


def _refuse_closed(response: QuestionnaireResponse) -> None:
    if response.status != ResponseStatus.IN_PROGRESS:
        raise ResponseClosed(gettext("These answers were sent and can no longer be changed."))


def _accepted(response: QuestionnaireResponse, answers: Sequence[Mapping[str, Any]], *, by: User) -> list[Change]:
    changes, errors = acceptance.accept(outline_of(response.questionnaire_id), answers)
    changes, missing = attachments.named(response, changes)
    errors += [*missing, *references.unseen(response.questionnaire_id, changes, by=by)]
    if errors:
        raise NotAcceptable(errors[0].detail, errors=errors)
    return changes


def _project(
    response: QuestionnaireResponse, merged: Merged, judged: Judgement, *, revision: int, now: datetime
) -> None:
    response.answers, response.touched, response.revision = merged.answers, merged.touched, revision
    response.calculated, response.scores = judged.calculated, judged.scores
    response.authored_at = response.authored_at or now
    response.save(update_fields=["answers", "touched", "revision", "calculated", "scores", "authored_at", "updated_at"])


def _flag(
    response: QuestionnaireResponse, judged: Judgement, says: list[FlagRule], flags: Iterable[Flag], *, by: User,
    now: datetime,
) -> list[FlagRule]:  # fmt: skip
    """Raise and supersede flags as the answers now say; return the rules that are active."""
    raised, present = {rule.pk: rule for rule in says}, {flag.rule_id: flag for flag in flags}
    for rule_id in present.keys() - raised.keys():
        _supersede(present[rule_id], by=by, now=now)
    for rule_id in raised.keys() - present.keys():
        _raise(response, raised[rule_id], judged, by=by, now=now)
    return says


def _raise(response: QuestionnaireResponse, rule: FlagRule, judged: Judgement, *, by: User, now: datetime) -> None:
    flag = Flag.objects.create(
        patient_id=response.patient_id, response=response, rule=rule, severity=rule.severity,
        revision=response.revision, raised_at=now, evidence=judged.evidence_of(rule),
    )  # fmt: skip
    audit.status_changed(flag, old="", new=flag.status, by=by, now=now)
    audit.record(
        event="intake.flag.raised", entity=flag, by=by, now=now, patient_id=response.patient_id,
        detail={"rule": rule.code, "version": rule.version, "severity": rule.severity},
    )  # fmt: skip


def _supersede(flag: Flag, *, by: User, now: datetime) -> None:
    old = flag.status
    flag.supersede(now=now)
    audit.status_changed(flag, old=old, new=flag.status, by=by, now=now, reason="answers-changed")
    audit.record(event="intake.flag.superseded", entity=flag, by=by, now=now, patient_id=flag.patient_id)


def _again(response: QuestionnaireResponse, told: Answer, rules: Iterable[FlagRule], *, base: int) -> Saved:
    """Return the answer that was given to a save, from the ledger as it stood then."""
    answers = answers_at(response, told.revision)
    judged = judge(response.questionnaire_id, answers, now=told.recorded_at)
    return _saved(response, told, judged, judged.raised(response, rules, now=told.recorded_at), base=base)


def _saved(
    response: QuestionnaireResponse, ledger: Answer, judged: Judgement, rules: Sequence[FlagRule], *, base: int
) -> Saved:
    language = response.patient.preferred_language
    return Saved(
        revision=ledger.revision,
        stored=[change["link_id"] for change in ledger.changes],
        conflicts=ledger.conflicts,
        elsewhere=elsewhere(response, ledger, base=base),
        enabled=judged.enabled,
        calculated=judged.calculated,
        issues=judged.issues_json(),
        crisis=crisis.text(rules, language=language),
        notices=notices_of(rules, language=language),
    )


def _count(number: int) -> str:
    told = ngettext("One question is still open.", "%(count)s questions are still open.", number)
    return told % {"count": number}
