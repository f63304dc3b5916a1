"""The pages of questions: one group a page, saved as they go, complete without JavaScript."""

import re
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from config.core.http import signed_in
from intake.domain.codes import QuestionnaireStatus, ResponseStatus
from intake.domain.hints import LARGEST_FILE
from intake.domain.outline import Outline, Page
from intake.flows import answer, attach, carry_over
from intake.html.fields import label_of, name_of
from intake.html.lookup import lists_of
from intake.html.offers import hand_out, known_of, offered, used
from intake.html.outbox import outbox_of
from intake.html.places import HOME, first_open, paths_of, shown_pages
from intake.html.sheet import Sheet, without_instance
from intake.html.words import told_elsewhere
from intake.models import FlagRule, QuestionnaireResponse
from intake.queries import crisis
from intake.queries.alarms import alarms, notices_of
from intake.queries.judgement import Judgement, judge_response
from intake.queries.ledger import answers_at, undoing
from intake.queries.questions import outline_of

_CLIENT = re.compile(r"[A-Za-z0-9._:-]{1,64}")


@dataclass(slots=True)
class Turn:
    """One request to one page of one response."""

    request: HttpRequest
    response: QuestionnaireResponse
    outline: Outline
    page: Page
    judged: Judgement

    def address(self, number: int | None = None) -> str:
        """Return the address of a page of this response."""
        wanted = number or self.page.number
        return reverse("intake:questions", kwargs={"response_id": self.response.pk, "number": wanted})


@require_safe
def start_questions(request: HttpRequest, response_id: UUID) -> HttpResponseBase:
    """Lead to the first page with something open, or to the overview when nothing is."""
    response = _current(request, response_id)
    judged = judge_response(response, now=timezone.now())
    outline = outline_of(response.questionnaire_id)
    if response.status != ResponseStatus.IN_PROGRESS or not judged.errors:
        return redirect("intake:review-answers", response_id=response.pk)
    return redirect("intake:questions", response_id=response.pk, number=first_open(outline, judged))


@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest, response_id: UUID, number: int) -> HttpResponseBase:
    """Show one page of questions; POST saves all of it and goes on, back, or away."""
    response = _current(request, response_id) if request.method == "GET" else _mine(request, response_id)
    if response.status != ResponseStatus.IN_PROGRESS:
        return redirect("intake:review-answers", response_id=response.pk)
    outline = outline_of(response.questionnaire_id, language=response.patient.preferred_language)
    judged = judge_response(response, now=timezone.now())
    page = next((one for one in shown_pages(outline, judged) if one.number >= number), None)
    if page is None:
        return redirect("intake:review-answers", response_id=response.pk)
    turn = Turn(request, response, outline, page, judged)
    if request.method == "POST":
        try:
            return _answered(turn)
        except answer.ResponseClosed as closed:
            messages.error(request, closed.detail)
            return redirect("intake:review-answers", response_id=response.pk)
    sheet = Sheet(page, response.answers, add=request.GET.get("add", ""))
    return _show(turn, sheet, alarms(response.pk))


def _answered(turn: Turn) -> HttpResponseBase:
    request, response = turn.request, turn.response
    before, rang = turn.judged, {rule.pk for rule in alarms(response.pk)}
    base = _number(request.POST.get("base_revision", ""), otherwise=response.revision)
    sheet = Sheet(turn.page, response.answers, data=request.POST, files=_arrived(turn))
    rendered = answers_at(response, base)
    changes = sheet.changes(rendered)
    saved = _save(turn, changes, base=base) if changes else None

    response.refresh_from_db()
    if (told := _rows_changed(turn, saved)) is not None:
        return told
    turn.judged = judge_response(response, now=timezone.now())
    ringing = alarms(response.pk)
    sheet.catch_up(rendered, response.answers)
    revealed = frozenset(turn.judged.enabled) - frozenset(before.enabled)
    if saved and saved.conflicts:
        _name_conflicts(turn, sheet, saved.conflicts)
        return _show(turn, sheet, ringing)
    if not sheet.errors and any(rule.pk not in rang for rule in ringing):
        return _show(turn, Sheet(turn.page, response.answers), ringing, is_new_alarm=True)
    return _go(turn, sheet, ringing, revealed)


def _go(turn: Turn, sheet: Sheet, ringing: list[FlagRule], revealed: frozenset[str]) -> HttpResponseBase:
    """Lead where the pressed button says, unless something on the page must be seen first."""
    asked = turn.request.POST
    if asked.get("go") in {"later", "back"} and not sheet.errors:
        return _leave(turn, where=asked["go"])
    if "add" in asked:
        return _show(turn, sheet, ringing) if sheet.errors else redirect(f"{turn.address()}?add={quote(asked['add'])}")
    here = paths_of(turn.page, turn.judged)
    opened = revealed & here
    for issue in turn.judged.errors:
        if issue.path in here and issue.path not in opened:
            sheet.refuse(issue.path, issue.message) or sheet.refuse_inside(issue.path, issue.message)
    if sheet.errors:
        return _show(turn, sheet, ringing)
    if opened:
        return _show(turn, Sheet(turn.page, turn.response.answers), ringing, has_more=True)
    return _leave(turn, where="next")


def _leave(turn: Turn, *, where: str) -> HttpResponseBase:
    if where == "later":
        messages.success(turn.request, gettext("Your answers are saved. You can go on whenever you like."))
        return redirect(HOME)
    numbers = [page.number for page in shown_pages(turn.outline, turn.judged)]
    if where == "back":
        earlier = [number for number in numbers if number < turn.page.number]
        return redirect(turn.address(earlier[-1])) if earlier else redirect(HOME)
    later = [number for number in numbers if number > turn.page.number]
    if later and turn.request.GET.get("from") != "review":
        return redirect(turn.address(later[0]))
    return redirect("intake:review-answers", response_id=turn.response.pk)


def _save(turn: Turn, changes: list[dict[str, Any]], *, base: int, is_whole: bool = False) -> answer.Saved:
    now, posted = timezone.now(), turn.request.POST
    told = _number(posted.get("sequence", ""), otherwise=int(now.timestamp() * 1000))
    return answer.save(
        response_id=turn.response.pk,
        client_id=_client(turn.request),
        sequence=told + 1 if is_whole else told,
        base_revision=min(base, turn.response.revision),
        answers=changes,
        by=signed_in(turn.request),
        now=now,
        is_whole=is_whole,
    )


def _arrived(turn: Turn) -> dict[str, Any]:
    """Keep the files that came with a post; return {path: answer, or what is wrong in words}."""
    arrived: dict[str, Any] = {}
    names = {name_of(path): path for path in paths_of(turn.page, turn.judged)}
    for name in turn.request.FILES.keys() & names.keys():
        sent, path = cast("UploadedFile[Any]", turn.request.FILES[name]), names[name]
        try:
            kept = attach.attach(
                response_id=turn.response.pk, path=path, name=sent.name or "", data=_read(sent),
                by=signed_in(turn.request), now=timezone.now(),
            )  # fmt: skip
            arrived[path] = kept.as_answer()
        except attach.FileRefused as refused:
            arrived[path] = refused.detail
    return arrived


def _read(sent: "UploadedFile[Any]") -> bytes:
    """Return a file, and of one that is too large only enough to see that it is."""
    return bytes(sent.read(LARGEST_FILE + 1))


def _rows_changed(turn: Turn, saved: answer.Saved | None) -> HttpResponseBase | None:
    """Take a row of a list out, or put it back, when that button was pressed; the list is stored altogether."""
    posted, response = turn.request.POST, turn.response
    if saved and saved.conflicts:
        return None
    if "use" in posted:
        known = known_of(response, now=timezone.now())
        return _list_stored(turn, used(posted["use"], known), base=response.revision, undo=False)
    if "undo" in posted:
        revision = _number(posted["undo"], otherwise=0)
        return _list_stored(turn, undoing(response, revision), base=revision, undo=False)
    path, bracket, number = posted.get("remove", "").removesuffix("]").rpartition("[")
    if not (bracket and number.isdigit()):
        return None
    changes = without_instance(response.answers, path, int(number))
    return _list_stored(turn, changes, base=response.revision, undo=True)


def _list_stored(turn: Turn, changes: list[dict[str, Any]], *, base: int, undo: bool) -> HttpResponseBase:
    if not changes:
        messages.info(
            turn.request, gettext("Nothing was changed: the list is no longer the one that was on your page.")
        )
        return redirect(turn.address())
    stored = _save(turn, changes, base=base, is_whole=True)
    if stored.conflicts:
        messages.warning(turn.request, gettext("This list was changed on another device meanwhile. Look at it again."))
    return redirect(turn.address() + (f"?undo={stored.revision}" if undo and not stored.conflicts else ""))


def _name_conflicts(turn: Turn, sheet: Sheet, conflicts: list[dict[str, Any]]) -> None:
    zone = turn.response.patient.time_zone
    for one in conflicts:
        question = turn.outline.by_link_id[one["link_id"].rsplit("/", 1)[-1]]
        sheet.refuse(one["link_id"], told_elsewhere(question, one, zone=zone))


def _show(turn: Turn, sheet: Sheet, ringing: list[FlagRule], **told: bool) -> HttpResponse:
    response, language = turn.response, turn.response.patient.preferred_language
    pages, parts = shown_pages(turn.outline, turn.judged), sheet.parts(frozenset(turn.judged.enabled))
    hand_out(parts, offered(turn.page, known_of(response, now=timezone.now())))
    context = {
        "form": sheet,
        "parts": parts,
        "page": turn.page,
        "outline": turn.outline,
        "response": response,
        "lists": lists_of(turn.page),
        "undo": _number(turn.request.GET.get("undo", ""), otherwise=0) if turn.request.method == "GET" else 0,
        "client_id": _client(turn.request),
        "outbox": outbox_of(signed_in(turn.request), response.pk),
        "steps": pages,
        "step_number": next(n for n, one in enumerate(pages, start=1) if one.number == turn.page.number),
        "crisis": crisis.text(ringing, language=language),
        "notices": [
            one["text"]
            for one in notices_of(ringing, language=language)
            if turn.page.link_ids().intersection(one["questions"])
        ],
        "is_last": pages[-1].number == turn.page.number,
        "is_first": pages[0].number == turn.page.number,
        **told,
    }
    return render(turn.request, "intake/questions.html", context)


def _mine(request: HttpRequest, response_id: UUID) -> QuestionnaireResponse:
    mine = QuestionnaireResponse.objects.visible_to(signed_in(request)).select_related("patient", "questionnaire")
    deferred = mine.defer("questionnaire__source", "questionnaire__definition")
    return get_object_or_404(deferred, pk=response_id)


def _current(request: HttpRequest, response_id: UUID) -> QuestionnaireResponse:
    """Return a response, moved to the newest version of its questions when it is a draft; its patient is told."""
    response = _mine(request, response_id)
    if response.status != ResponseStatus.IN_PROGRESS or response.questionnaire.status == QuestionnaireStatus.ACTIVE:
        return response
    moved = carry_over.carry_over(response_id=response.pk, by=signed_in(request), now=timezone.now())
    if moved is None:
        return response
    messages.info(request, _moved(moved, response.patient.preferred_language))
    return _mine(request, response_id)


def _moved(moved: carry_over.Moved, language: str) -> str:
    """Return in words what a new version of the questions did to one's answers."""
    by_link_id = outline_of(moved.response.questionnaire_id, language=language).by_link_id
    again = "; ".join(label_of(by_link_id[link_id]) for link_id in moved.changed if link_id in by_link_id)
    kept = gettext("These questions were updated since you began. Your answers that still fit are kept.")
    asked = gettext("These have changed and are asked again: %(questions)s") % {"questions": again}
    return f"{kept} {asked}" if again else kept


def _client(request: HttpRequest) -> str:
    """Return the name of the tab that posts, or a new one for a page that is made."""
    posted = request.POST.get("client_id", "")
    return posted if _CLIENT.fullmatch(posted) else f"page-{uuid4()}"


def _number(text: str, *, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 17 else otherwise
