"""Constraints in the words of the house: known choices, all-or-none columns, ranges keyed by a UUID."""

from collections.abc import Iterator
from contextlib import contextmanager

import pgtrigger
from django.db import IntegrityError, transaction
from django.db.models import CheckConstraint, Choices, F, Func, Q, Value
from django.db.models.fields import CharField

from config.core.errors import Refusal


class UuidRange(Func):
    """`uuidrange(id, id, '[]')`: lets GiST compare a UUID for equality without the btree_gist extension."""

    function = "uuidrange"
    output_field = CharField()

    def __init__(self, field: str) -> None:
        super().__init__(F(field), F(field), Value("[]"))


def known(field: str, choices: type[Choices], *, name: str) -> CheckConstraint:
    """Return the check that `field` holds one of the stored values of `choices`."""
    return CheckConstraint(condition=Q(**{f"{field}__in": list(choices.values)}), name=name)


def all_or_none(*fields: str, name: str) -> CheckConstraint:
    """Return the check that the nullable `fields` are set together or not at all."""
    whole = Q(*[(f"{field}__isnull", False) for field in fields])
    empty = Q(*[(f"{field}__isnull", True) for field in fields])
    return CheckConstraint(condition=whole | empty, name=name)


def violated(error: IntegrityError, name: str) -> bool:
    """Tell whether the database refused because of the constraint called `name`."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) == name


@contextmanager
def refused_as(refusal: Refusal, *, by: str) -> Iterator[None]:
    """Let the constraint called `by` refuse what a `with` block writes, in a savepoint; raises the refusal then."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if violated(error, by):
            raise refusal from error
        raise


def fixed(*columns: str, name: str, when: str = "TRUE") -> pgtrigger.Trigger:
    """
    Return the trigger that refuses to change `columns` of a row.

    when  SQL over OLD; the columns are fixed only while it holds
    """
    changed = " OR ".join(f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in columns)
    return pgtrigger.Protect(
        name=name, operation=pgtrigger.Update, condition=pgtrigger.Condition(f"(({when}) AND ({changed}))")
    )


def kept(*, name: str, when: str = "TRUE") -> pgtrigger.Trigger:
    """Return the trigger that refuses to delete a row while `when`, SQL over OLD, holds."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Delete, condition=pgtrigger.Condition(when))
