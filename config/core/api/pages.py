"""Pages of lists: by cursor, always ordered, at most a hundred rows."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request


class CursorPages(CursorPagination):
    """`{"next", "previous", "results"}`; `limit` from 1 to 100; views may set `ordering` (it must end in id)."""

    page_size = 25
    max_page_size = 100
    page_size_query_param = "limit"
    ordering = ("-created_at", "-id")

    def get_ordering(self, _request: Request, _queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        """Return the order of the view, or the newest first."""
        return tuple(getattr(view, "ordering", self.ordering))

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return where the page begins; 422 for a cursor that no page named."""
        try:
            return super().decode_cursor(request)
        except NotFound as error:
            wrong = {"cursor": "Use the address in `next` or `previous` of a page."}
            raise ValidationError(wrong, code="invalid-cursor") from error
