"""Texts to sign that nobody should sign yet."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning

from intake.domain.blanks import blanks
from intake.models import ConsentDocument


def unfinished_texts(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """
    Warn of current texts to sign with [blanks] that the clinic has not filled in, as those of the demo have.

    A system check of deployments; runs with `check --deploy --database default`, and reads one query.
    """
    if settings.DEMO or not databases:
        return []
    found = ConsentDocument.objects.current().order_by("slug", "version", "language")
    return [
        Warning(
            f"The text to sign “{text.slug}” {text.version} ({text.language}) has a blank on line {first.line}: "
            f"{first.words}.",
            hint="Fill it in with counsel, publish it as a new version, and retire this one.",
            id="intake.W001",
        )
        for text in found
        if (first := next(blanks(text.body), None)) is not None
    ]
