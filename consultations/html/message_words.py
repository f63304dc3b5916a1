"""The words of messages, for administrators: see them as readers will, change them, go back."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.core.errors import Refusal
from config.core.http import administrator, whole_number
from config.core.models import User
from consultations.domain import phrase_check, phrases
from consultations.domain.codes import Channel, CommunicationKind
from consultations.domain.phrases import Phrase
from consultations.flows import words as flow
from consultations.queries import wording, words_shown
from consultations.queries.wording import Key
from providers.models import HealthcareService

_NAMES = dict(settings.LANGUAGES)
_SHOWN_VERSIONS = 20


class WordsForm(forms.Form):
    """The words of one message in every language; `version` is the one that they were written from."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, key: Key, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in wording.LANGUAGES:
            name = _NAMES[language]
            if key.channel == Channel.EMAIL:
                self.fields[f"subject_{language}"] = forms.CharField(
                    label=f"Subject, {name}",
                    max_length=200,
                    error_messages={"required": "Write a subject; every language needs one."},
                    widget=forms.TextInput({"lang": language}),
                )
            self.fields[f"body_{language}"] = forms.CharField(
                label=f"Words, {name}",
                strip=False,
                error_messages={"required": "Write the words; a message without a translation is not sent."},
                widget=forms.Textarea({"rows": 4 if key.channel == Channel.SMS else 10, "lang": language}),
            )

    def words(self) -> dict[str, Phrase]:
        """Return what was typed, by language; after `is_valid`."""
        told = self.cleaned_data
        return {
            language: Phrase(told.get(f"subject_{language}", ""), told[f"body_{language}"].replace("\r\n", "\n"))
            for language in wording.LANGUAGES
        }


@require_safe
def message_words(request: HttpRequest) -> HttpResponse:
    """List the messages, and whose words each has."""
    administrator(request)
    line = _line(request)
    clinic = wording.in_force(None)
    own = wording.in_force(line.pk) if line else {}
    faulty = wording.faults()
    language = wording.LANGUAGES[0]
    rows = [
        {
            "key": key,
            "url": _address(key, line),
            "line": own.get((key, language)),
            "clinic": clinic.get((key, language)),
        }
        for key in wording.all_keys()
    ]
    topics = [_topic(name, kinds, rows) for name, kinds in words_shown.TOPICS.items()]
    context = {"topics": topics, "line": line, "lines": _lines(), "faulty": faulty}
    return render(request, "consultations/clinic/message_words.html", context)


def _topic(name: str, kinds: tuple[CommunicationKind, ...], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the messages of one part of the list, each kind once, and how many of them have own words."""
    found = [(kind, [row for row in rows if row["key"].kind == kind]) for kind in kinds]
    here = [row for _, of_kind in found for row in of_kind]
    own = sum(bool(row["line"] or row["clinic"]) for row in here)
    return {"name": name, "kinds": found, "count": len(here), "own": own}


@require_http_methods(["GET", "POST"])
def edit_message_words(request: HttpRequest, channel: str, stem: str) -> HttpResponse:
    """Show the words of one message as its readers will see them; POST shows other words, or keeps them."""
    user, key, line = administrator(request), _key(channel, stem), _line(request)
    version = words_shown.newest_version(key, _pk(line))
    if request.method != "POST":
        form = WordsForm(initial={"version": version, **_typed(_present(request, key, line))}, key=key)
        return _page(request, key, line, form=form, words=_present(request, key, line))
    form = WordsForm(request.POST, key=key)
    if not form.is_valid():
        return _page(request, key, line, form=form, words={}, status=422)
    if request.POST.get("do") == "keep":
        return _keep(request, user, key, line, form)
    words = form.words()
    wrong = phrase_check.check(words, wording.rules(key, private=(line.name,) if line else ()))
    for error in wrong:
        form.add_error(error.field, error.detail)
    return _page(request, key, line, form=form, words=words, status=422 if wrong else 200)


@require_POST
def restore_message_words(request: HttpRequest, channel: str, stem: str) -> HttpResponse:
    """Go back to the shipped words, or for a service line to those of the clinic."""
    user, key, line = administrator(request), _key(channel, stem), _line(request)
    version = whole_number(request.POST.get("version", "")) or 0
    try:
        flow.restore(key=key, service_id=_pk(line), version=version, by=user, now=timezone.now())
    except Refusal as refused:
        messages.error(request, refused.detail)
    else:
        messages.success(request, "The words of before are used again.")
    return redirect(_address(key, line))


def _keep(request: HttpRequest, user: User, key: Key, line: HealthcareService | None, form: WordsForm) -> HttpResponse:
    words = form.words()
    try:
        flow.write(
            key=key, service_id=_pk(line), words=words, version=form.cleaned_data["version"],
            by=user, now=timezone.now(),
        )  # fmt: skip
    except Refusal as refused:
        for error in refused.errors:
            form.add_error(error.field, error.detail)
        if not refused.errors:
            form.add_error(None, refused.detail)
            # Who has looked at the other words may keep these all the same.
            form.data = {**dict(request.POST.items()), "version": words_shown.newest_version(key, _pk(line))}
        status = 422 if refused.errors else 409
        return _page(request, key, line, form=form, words=words, status=status)
    messages.success(request, "The words are kept. The next message has them.")
    return redirect(_address(key, line))


def _page(
    request: HttpRequest,
    key: Key,
    line: HealthcareService | None,
    *,
    form: WordsForm,
    words: dict[str, Phrase],
    status: int = 200,
) -> HttpResponse:
    rows = words_shown.versions(key, _pk(line)).filter(language=wording.LANGUAGES[0])
    versions = list(rows.order_by("-version")[:_SHOWN_VERSIONS])
    context = {
        "form": form,
        "key": key,
        "line": line,
        "lines": _lines(),
        "is_shown": request.method == "POST" and status == 200,
        "previews": [
            (_NAMES[language], words_shown.preview(key, language, phrase)) for language, phrase in words.items()
        ],
        "placeholders": [(name, phrases.MEANINGS[name]) for name in phrases.allowed(key.kind)],
        "versions": versions,
        "is_own": bool(versions) and not versions[0].is_shipped,
        "address": reverse("clinic:message-words-edit", args=[key.channel, key.stem]),
        "query": _query(line),
        "zone": settings.CLINIC_TIME_ZONE,
    }
    return render(request, "consultations/clinic/message_words_edit.html", context, status=status)


def _present(request: HttpRequest, key: Key, line: HealthcareService | None) -> dict[str, Phrase]:
    """Return the words that are sent now, or those of an older version that was asked for."""
    asked = whole_number(request.GET.get("version", ""))
    if asked is not None:
        rows = words_shown.versions(key, _pk(line)).filter(version=asked, is_shipped=False)
        older = {row.language: Phrase(row.subject, row.body) for row in rows}
        if older:
            return {language: older.get(language, Phrase("", "")) for language in wording.LANGUAGES}
    own = wording.in_force(line.pk) if line else {}
    found = words_shown.in_force(key, clinic=wording.in_force(None), line=own)
    return {language: one.phrase for language, one in found.items()}


def _typed(words: dict[str, Phrase]) -> dict[str, str]:
    subjects = {f"subject_{language}": phrase.subject for language, phrase in words.items()}
    return {**subjects, **{f"body_{language}": phrase.body for language, phrase in words.items()}}


def _key(channel: str, stem: str) -> Key:
    if (key := words_shown.key_at(channel, stem)) is None:
        raise Http404
    return key


def _pk(line: HealthcareService | None) -> UUID | None:
    return line.pk if line else None


def _lines() -> QuerySet[HealthcareService]:
    return HealthcareService.objects.active().order_by("name", "id")


def _line(request: HttpRequest) -> HealthcareService | None:
    """Return the service line whose words are looked at; None for the whole clinic."""
    slug = request.GET.get("service", "")
    if not slug:
        return None
    line = HealthcareService.objects.filter(slug=slug).first()
    if line is None:
        raise Http404
    return line


def _query(line: HealthcareService | None) -> str:
    return f"?{urlencode({'service': line.slug})}" if line else ""


def _address(key: Key, line: HealthcareService | None) -> str:
    return f"{reverse('clinic:message-words-edit', args=[key.channel, key.stem])}{_query(line)}"
