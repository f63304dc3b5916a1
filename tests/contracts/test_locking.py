"""docs/locking.md names what keeps time from being given twice, and no constraint or trigger that is not there."""

import re

import pytest
from django.contrib.postgres.constraints import ExclusionConstraint

from config.embedded import paths
from tests.contracts.product import models

PAGE = paths.CHECKOUT / "docs" / "locking.md"
ENDINGS = ("_once", "_twice", "_two", "_kept", "_fixed", "_final", "_only")


def named():
    """Return the names of constraints and triggers on the page."""
    return {name for name in re.findall(r"`([a-z]+_[a-z_]+)`", PAGE.read_text()) if name.endswith(ENDINGS)}


def there():
    """Return every constraint and trigger."""
    return [one for model in models() for one in [*model._meta.constraints, *getattr(model._meta, "triggers", [])]]


@pytest.mark.parametrize("name", [one.name for one in there() if isinstance(one, ExclusionConstraint)])
def test_exclusion_stands_on_the_page(name):
    assert name in named()


def test_page_names_only_what_is_there():
    assert sorted(named() - {one.name for one in there()}) == []
