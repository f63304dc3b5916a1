"""Publishing questionnaires from files, as an administrator does on the pages."""

from pathlib import Path

from django.core.management.base import CommandError
from django.utils import timezone

from config.core.errors import Refusal
from config.core.models import Role, User
from intake.adapters import json_file
from intake.domain.codes import QuestionnaireStatus
from intake.flows import take_in


def administrator(email: str | None) -> User:
    """Return the administrator in whose name is published: the one with that email, or the first."""
    known = User.objects.filter(role=Role.ADMIN, is_active=True).order_by("joined_at", "id")
    found = (known.filter(email__iexact=email) if email else known).first()
    if found is None:
        raise CommandError("There is no such administrator; questionnaires are published by one.")
    return found


def published(path: Path, by: User) -> str:
    """Take one file in and publish it; say what came of it."""
    try:
        json_file.read(path)
        taken = take_in.take_in(source=path.read_bytes(), by=by, now=timezone.now())
        if taken.status != QuestionnaireStatus.DRAFT:
            return f"was there already, {taken.canonical}"
        made = take_in.publish_draft(questionnaire_id=taken.pk, by=by, now=timezone.now())
    except json_file.Unreadable as error:
        return f"refused, {error}"
    except Refusal as refused:
        places = [f"{one.field}: {one.detail}" for one in getattr(refused, "errors", ())]
        return f"refused, {refused} {'; '.join(places[:3])}".strip()
    return f"published, {made.canonical}"
