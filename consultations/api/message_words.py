"""The words of messages, for administrators: read, looked at, written, and taken back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from config.core import administrators
from config.core.api import ApiView, signed_in
from config.core.api.inputs import read
from config.core.api.pages import CursorPages
from config.core.errors import FieldError
from config.core.models import User
from consultations.api.message_fields import (
    CheckInput,
    MessageWordsOutput,
    MessageWordsPage,
    MessageWordsWholeOutput,
    PreviewsOutput,
    RestoreInput,
    ServiceQuery,
    VersionsPage,
    WriteInput,
)
from consultations.domain import phrase_check, phrases
from consultations.domain.phrases import Phrase
from consultations.flows import words as flow
from consultations.models import MessageWords
from consultations.queries import wording, words_shown
from consultations.queries.wording import LANGUAGES, Key
from consultations.queries.words_shown import Own
from providers.models import HealthcareService

_PATH = [
    OpenApiParameter("channel", str, OpenApiParameter.PATH, description="As in the list."),
    OpenApiParameter("name", str, OpenApiParameter.PATH, description="As in the list."),
]


class MessageWordsList(ApiView):
    """The messages whose words can be changed."""

    @extend_schema(operation_id="message_words_list", parameters=[ServiceQuery], responses=MessageWordsPage)
    def get(self, request: Request) -> Response:
        """List every message with the words that are sent now, by language, and whose they are."""
        _administrator(request)
        line = _line_of_query(request)
        rows = _Rows(line)
        return Response(MessageWordsPage({"results": [rows.shown(key) for key in wording.all_keys()]}).data)


class OneMessageWords(ApiView):
    """The words of one message."""

    @extend_schema(
        operation_id="message_words_retrieve", parameters=[*_PATH, ServiceQuery], responses=MessageWordsWholeOutput
    )
    def get(self, request: Request, channel: str, name: str) -> Response:
        """Return the words that are sent now, how they read, and what can be filled in."""
        _administrator(request)
        key, line = _key(channel, name), _line_of_query(request)
        shown = _Rows(line).shown(key)
        words = {language: one["phrase"] for language, one in shown["words"].items()}
        placeholders = [{"name": one, "meaning": phrases.MEANINGS[one]} for one in phrases.allowed(key.kind)]
        whole = {**shown, "previews": _previews(key, words), "placeholders": placeholders}
        return Response(MessageWordsWholeOutput(whole).data)


class MessageWordsCheck(ApiView):
    """Looking at words before they are kept."""

    @extend_schema(parameters=_PATH, request=CheckInput, responses=PreviewsOutput)
    def post(self, request: Request, channel: str, name: str) -> Response:
        """Return how words would read; 422 `bad-words` with one error for each thing that is wrong. Nothing is kept."""
        _administrator(request)
        key, told = _key(channel, name), read(CheckInput, request)
        line, words = _line(told.get("service")), _phrases(told)
        if wrong := phrase_check.check(words, wording.rules(key, private=(line.name,) if line else ())):
            raise flow.BadWords(errors=_in_body(wrong))
        return Response(PreviewsOutput({"previews": _previews(key, words)}).data)


class MessageWordsVersions(ApiView):
    """Every version of the words of one message."""

    ordering = ("-version", "-id")

    @extend_schema(
        operation_id="message_words_versions",
        parameters=[*_PATH, ServiceQuery, OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses=VersionsPage,
    )
    def get(self, request: Request, channel: str, name: str) -> Response:
        """List the versions, the newest first, with who wrote each; of the clinic, or of one service line."""
        _administrator(request)
        every = words_shown.versions(_key(channel, name), _pk(_line_of_query(request)))
        pages = CursorPages()
        page = pages.paginate_queryset(every.filter(language=LANGUAGES[0]), request, view=self) or []
        said: dict[int, dict[str, Any]] = {row.version: {} for row in page}
        for row in every.filter(version__in=said, is_shipped=False):
            said[row.version][row.language] = {"phrase": Phrase(row.subject, row.body)}
        rows = [_version(row, said[row.version]) for row in page]
        links = {"next": pages.get_next_link(), "previous": pages.get_previous_link()}
        return Response(VersionsPage({**links, "results": rows}).data)

    @extend_schema(parameters=_PATH, request=WriteInput, responses={201: MessageWordsOutput})
    def post(self, request: Request, channel: str, name: str) -> Response:
        """Keep new words; the next message has them. 422 `bad-words`, 412 `words-changed` when others did so first."""
        user = _administrator(request)
        key, told = _key(channel, name), read(WriteInput, request)
        line = _line(told.get("service"))
        try:
            flow.write(
                key=key, service_id=_pk(line), words=_phrases(told), version=told["version"], by=user,
                now=timezone.now(),
            )  # fmt: skip
        except flow.BadWords as refused:
            raise flow.BadWords(errors=_in_body(refused.errors)) from refused
        return Response(MessageWordsOutput(_Rows(line).shown(key)).data, status=201)


class MessageWordsRestore(ApiView):
    """Going back."""

    @extend_schema(parameters=_PATH, request=RestoreInput, responses=MessageWordsOutput)
    def post(self, request: Request, channel: str, name: str) -> Response:
        """Use the shipped words again, for a service line those of the clinic; 412 `words-changed`. Versions stay."""
        user = _administrator(request)
        key, told = _key(channel, name), read(RestoreInput, request)
        line = _line(told.get("service"))
        flow.restore(key=key, service_id=_pk(line), version=told["version"], by=user, now=timezone.now())
        return Response(MessageWordsOutput(_Rows(line).shown(key)).data)


class _Rows:
    """The words of the clinic and of one service line, read once."""

    def __init__(self, line: HealthcareService | None) -> None:
        self.clinic: Own = wording.in_force(None)
        self.line: Own = wording.in_force(line.pk) if line else {}
        self.versions = words_shown.newest_versions(_pk(line))
        self.faulty = {row.pk for row in wording.faults()}

    def shown(self, key: Key) -> dict[str, Any]:
        """Return one message with the words that are sent now."""
        found = words_shown.in_force(key, clinic=self.clinic, line=self.line)
        words = {
            language: {"phrase": one.phrase, "of": one.of, "is_faulty": self._is_faulty(key, language)}
            for language, one in found.items()
        }
        version = self.versions.get(key, 0)
        facts = {"channel": key.channel, "name": key.stem, "kind": key.kind, "for_staff": key.for_staff}
        return {**facts, "version": version, "words": words}

    def _is_faulty(self, key: Key, language: str) -> bool:
        row = self.line.get((key, language)) or self.clinic.get((key, language))
        return row is not None and row.pk in self.faulty


def _administrator(request: Request) -> User:
    user = signed_in(request)
    administrators.require(user)
    return user


def _key(channel: str, name: str) -> Key:
    if (key := words_shown.key_at(channel, name)) is None:
        raise exceptions.NotFound
    return key


def _line_of_query(request: Request) -> HealthcareService | None:
    query = ServiceQuery(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    return _line(query.validated_data.get("service"))


def _line(slug: str | None) -> HealthcareService | None:
    """Return the service line whose words are meant; None for the whole clinic."""
    if slug is None:
        return None
    line = HealthcareService.objects.filter(slug=slug).first()
    if line is None:
        raise exceptions.NotFound
    return line


def _pk(line: HealthcareService | None) -> UUID | None:
    return line.pk if line else None


def _phrases(told: Mapping[str, Any]) -> dict[str, Phrase]:
    words = told["words"]
    return {
        language: Phrase(words[language]["subject"], words[language]["body"].replace("\r\n", "\n"))
        for language in LANGUAGES
        if language in words
    }


def _previews(key: Key, words: Mapping[str, Phrase]) -> dict[str, Any]:
    return {language: words_shown.preview(key, language, phrase) for language, phrase in words.items()}


def _version(row: MessageWords, words: Mapping[str, Any]) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in ("version", "is_shipped", "written_at", "written_by")}
    return {**facts, "words": words}


def _in_body(errors: tuple[FieldError, ...]) -> list[FieldError]:
    """Return errors under the names that the fields have in a body: `subject_en` is `words.en.subject`."""
    found = []
    for error in errors:
        part, _, language = error.field.partition("_")
        found.append(FieldError(f"words.{language}.{part}", error.code, error.detail))
    return found
