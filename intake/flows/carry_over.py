"""
A draft moves to the version that is published now: what still fits stays, what changed is asked again.

Refusal
├── NoSuchResponse  (NotFound)
└── ResponseClosed  (Conflict)  completed or stopped: it stays with its version
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.utils.translation import gettext, gettext_lazy

from config.core import audit
from config.core.errors import Conflict, NotFound
from config.core.flow import flow
from config.core.models import User
from intake.domain.carry import Carried, carry
from intake.domain.codes import ResponseStatus
from intake.models import Answer, Questionnaire, QuestionnaireResponse
from intake.queries.judgement import judge
from intake.queries.questions import outline_of

CLIENT = "carry-over"


class NoSuchResponse(NotFound):
    """Check the address; it may not be yours."""

    code = "no-such-response"
    title = gettext_lazy("There are no such questions")


class ResponseClosed(Conflict):
    """Show the answers in the version that they were given to."""

    code = "response-closed"
    title = gettext_lazy("These questions are closed")


@dataclass(frozen=True, slots=True)
class Moved:
    """A move: `changed` are the linkIds that are asked again, `gone` those that are no longer asked."""

    response: QuestionnaireResponse
    changed: tuple[str, ...]
    gone: tuple[str, ...]


@flow
def carry_over(*, response_id: UUID, by: User, now: datetime) -> Moved | None:
    """
    Move a draft to the newest published version of its questionnaire.

    Returns  None when it is there already, or nothing newer is published
    Writes   QuestionnaireResponse, Answer (what no longer stands is cleared in the ledger, where it stays), AuditEvent
    Raises   NoSuchResponse, ResponseClosed
    Source   docs/flows.md, row "answer"
    """
    mine = QuestionnaireResponse.objects.visible_to(by).select_for_update(no_key=True, of=("self",))
    response = mine.select_related("questionnaire").filter(pk=response_id).first()
    if response is None:
        raise NoSuchResponse(gettext("There are no such questions."))
    if response.status != ResponseStatus.IN_PROGRESS:
        raise ResponseClosed(gettext("These answers were sent; they stay with the questions they were given to."))
    newest = Questionnaire.objects.published().filter(url=response.questionnaire.url).first()
    if newest is None or newest.pk == response.questionnaire_id:
        return None
    old = response.questionnaire
    carried = carry(outline_of(old.pk), outline_of(newest.pk), response.answers)

    _move(response, newest, carried, by=by, now=now)

    audit.record(
        event="intake.response.carried-over", entity=response, by=by, now=now, patient_id=response.patient_id,
        detail={
            "from": old.canonical, "to": newest.canonical, "kept": len(carried.answers),
            "changed": carried.changed, "gone": carried.gone,
        },
    )  # fmt: skip
    return Moved(response, tuple(carried.changed), tuple(carried.gone))


def _move(response: QuestionnaireResponse, newest: Questionnaire, carried: Carried, *, by: User, now: datetime) -> None:
    revision, at = response.revision + 1, now.astimezone(UTC).isoformat().replace("+00:00", "Z")
    cleared = [path for path in response.answers if path not in carried.answers]
    Answer.objects.create(
        response=response, client_id=CLIENT, sequence=revision, revision=revision,
        changes=[{"link_id": path, "value": None} for path in cleared], author=by, recorded_at=now,
    )  # fmt: skip
    judged = judge(newest.pk, carried.answers, now=now)
    touch = {"revision": revision, "at": at, "by": str(by.pk), "client": CLIENT, "sequence": revision}
    response.questionnaire, response.answers, response.revision = newest, carried.answers, revision
    response.touched = {**response.touched, **{path: dict(touch) for path in cleared}}
    response.calculated, response.scores = judged.calculated, judged.scores
    response.save(
        update_fields=["questionnaire", "answers", "revision", "touched", "calculated", "scores", "updated_at"]
    )
