"""What every table keeps: arrows, known choices, whole pairs, a list of what is personal, and a mute name."""

import uuid

import pytest
from django.db import models as columns
from timezone_field import TimeZoneField

from tests.contracts.product import APPS, models

# The product itself moves a status or leaves a trace, and then there is an instant without a person.
BY_NOBODY = {("core.StatusChange", "changed_by")}
MARK = "Quetzalcoatlus"

every_model = pytest.mark.parametrize("model", models(), ids=lambda model: model._meta.label)


def checks_of(model):
    """Return the conditions of the check constraints of a model."""
    return [one.condition for one in model._meta.constraints if isinstance(one, columns.CheckConstraint)]


@every_model
def test_relations_point_down_the_arrows(model):
    mine = APPS.index(model._meta.app_label)
    targets = [field.related_model._meta for field in model._meta.get_fields() if field.is_relation and field.concrete]

    upwards = [target.label for target in targets if target.app_label in APPS[mine + 1 :]]

    assert upwards == []


@every_model
def test_choice_columns_are_known_to_the_database(model):
    fields = [field for field in model._meta.concrete_fields if field.choices]
    # The zones that there are come with tzdata, whose release no migration should depend on.
    chosen = [field for field in fields if not isinstance(field, TimeZoneField)]

    unknown = [field.name for field in chosen if not any(_is_known(field, check) for check in checks_of(model))]

    assert unknown == [], "give each a `known` constraint"


def _is_known(field, check):
    """Tell whether a check allows the values of a field only, and the empty one only where it may be empty."""
    chosen = {one for one, _ in field.flatchoices}
    return allowed_by(check, field.name) in ({*chosen, ""} if field.blank else chosen, chosen)


def allowed_by(check, name):
    """Return the values that a check leaves to a column; None when it leaves any."""
    if not isinstance(check, columns.Q):
        lookup, value = check
        return {name: lambda: {value}, f"{name}__in": lambda: set(value)}.get(lookup, lambda: None)()
    if check.negated:
        return None
    of_each = [allowed_by(child, name) for child in check.children]
    if check.connector == columns.Q.OR:
        return None if None in of_each else set().union(*of_each)
    limits = [values for values in of_each if values is not None]
    return set.intersection(*limits) if limits else None


@every_model
def test_who_and_when_stand_together_or_not_at_all(model):
    fields = {field.name: field for field in model._meta.concrete_fields}
    pairs = [(f"{name[:-3]}_at", name) for name in fields if name.endswith("_by") and f"{name[:-3]}_at" in fields]
    loose = [pair for pair in pairs if any(fields[name].null for name in pair)]

    broken = [by for at, by in loose if not _stand_together(model, at, by) and (model._meta.label, by) not in BY_NOBODY]

    assert broken == [], "give each pair an `all_or_none` constraint"


def _stand_together(model, at, by):
    whole = columns.Q((f"{at}__isnull", False), (f"{by}__isnull", False))
    empty = columns.Q((f"{at}__isnull", True), (f"{by}__isnull", True))
    return any(check == whole | empty for check in checks_of(model))


@every_model
def test_model_says_which_columns_are_personal(model):
    assert "PERSONAL" in vars(model), "an inherited list is not this table's own"
    assert vars(model)["PERSONAL"] <= {field.name for field in model._meta.get_fields()}


@every_model
def test_name_of_a_row_says_nothing_personal(model):
    fields = [field for field in model._meta.concrete_fields if field.name in model.PERSONAL]

    row = model(pk=uuid.uuid4() if isinstance(model._meta.pk, columns.UUIDField) else None)
    for field in fields:
        setattr(row, field.attname, MARK)

    assert MARK not in str(row)
    assert MARK not in repr(row)
