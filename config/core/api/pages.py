"""Pages of lists: by cursor, always ordered, at most a hundred rows."""

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    """`{"next", "previous", "results"}`; `limit` from 1 to 100; views may set `ordering` (it must end in id)."""

    page_size = 25
    max_page_size = 100
    page_size_query_param = "limit"
    ordering = ("-created_at", "-id")
