"""Which edition of the clinicians' names and zones stands, so that whoever remembers them knows when to read again."""

from typing import ClassVar

import pgtrigger
from django.db import models

_INSERT = "INSERT INTO providers_directory (id, edition) VALUES (1, gen_random_uuid()) ON CONFLICT (id)"


class Directory(models.Model):
    """The one row that triggers of Practitioner keep; it is another edition after each change of a name or a zone."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset()

    id = models.SmallIntegerField(primary_key=True, default=1)
    edition = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="providers_directory_one_row"),
        ]

    def __str__(self) -> str:
        return f"Directory {self.pk}"


def begins_directory() -> pgtrigger.Trigger:
    """Return the trigger that makes the row when there is a clinician at all."""
    return pgtrigger.Trigger(
        name="practitioner_begins_directory",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        func=f"{_INSERT} DO NOTHING; RETURN NULL;",
    )


def turns_directory(*, when: str) -> pgtrigger.Trigger:
    """
    Return the trigger that makes another edition.

    when  SQL over NEW and OLD
    """
    return pgtrigger.Trigger(
        name="practitioner_turns_directory",
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        func=f"IF {when} THEN {_INSERT} DO UPDATE SET edition = EXCLUDED.edition; END IF; RETURN NULL;",
    )
