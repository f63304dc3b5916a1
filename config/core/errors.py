"""
The refusals that flows raise; edges turn them into a page's message or a problem document.

Refusal
├── Invalid      what was sent cannot be accepted as it is (422)
├── NotAllowed   this action is not this person's (403)
├── NotFound     there is no such row for this person (404)
└── Conflict     a race was lost, or the state forbids it (409)
    └── Stale    the sender's revision is no longer the present one (412)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field. `field` is the JSON path or linkId, `code` stable, `detail` plain words."""

    field: str
    code: str
    detail: str


class Refusal(Exception):
    """A flow said no, for a reason that a person can act on; `detail` is in the language of who asked."""

    code: ClassVar[str] = "refused"
    title: "ClassVar[str | StrPromise]" = gettext_lazy("This could not be done")

    def __init__(
        self, detail: str = "", *, errors: Sequence[FieldError] = (), extra: Mapping[str, Any] | None = None
    ) -> None:
        self.detail = detail or str(self.title)
        super().__init__(self.detail)
        self.errors = tuple(errors)
        self.extra = dict(extra or {})


class Invalid(Refusal):
    """Correct the named fields and send again."""

    code = "invalid"
    title: "ClassVar[str | StrPromise]" = gettext_lazy("Something needs to be corrected")


class NotAllowed(Refusal):
    """Ask somebody who may do this."""

    code = "not-allowed"
    title: "ClassVar[str | StrPromise]" = gettext_lazy("You may not do this")


class NotFound(Refusal):
    """Check the address; the row may also not be yours to know of."""

    code = "not-found"
    title: "ClassVar[str | StrPromise]" = gettext_lazy("Not found")


class Conflict(Refusal):
    """Load the present state and decide again."""

    code = "conflict"
    title: "ClassVar[str | StrPromise]" = gettext_lazy("This is no longer possible")


class Stale(Conflict):
    """Load the present revision, merge, and send again."""

    code = "stale"
    title: "ClassVar[str | StrPromise]" = gettext_lazy("Somebody changed this meanwhile")
