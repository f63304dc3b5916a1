"""Base classes of the endpoints."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from config.core.api import idempotency, problems
from config.core.models import User

Row = TypeVar("Row", bound=Model)


def signed_in(request: Request) -> User:
    """Return the signed-in user; 401 for anybody else."""
    if isinstance(request.user, User):
        return request.user
    raise exceptions.NotAuthenticated


class _Once:
    """Runs POST handlers at most once for each Idempotency-Key, and checks bodies against the endpoint's words."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer as DRF does, inside the idempotency envelope when a key was sent."""
        if request.method != "POST" or "Idempotency-Key" not in request.headers:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return self._dispatch_once(request, *args, **kwargs)

    def _dispatch_once(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.args = args
        self.kwargs = kwargs
        request = self.initialize_request(request, *args, **kwargs)  # type: ignore[attr-defined]
        self.request = request
        self.headers = self.default_response_headers  # type: ignore[attr-defined]
        try:
            self.initial(request, *args, **kwargs)  # type: ignore[attr-defined]
            user = signed_in(request)
            response = idempotency.once(request, user, lambda: self._answer(request, *args, **kwargs))
        except Exception as error:  # noqa: BLE001  DRF's own dispatch hands every exception to its handler
            response = self.handle_exception(error)  # type: ignore[attr-defined]
        self.response = self.finalize_response(request, response, *args, **kwargs)  # type: ignore[attr-defined]
        return self.response

    def _answer(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        try:
            fallback: Any = self.http_method_not_allowed  # type: ignore[attr-defined]
            handler: Callable[..., Response] = getattr(self, "post", fallback)
            answered = handler(request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001  a refusal is an answer that must be kept
            answered = self.handle_exception(error)  # type: ignore[attr-defined]
        return answered


class ApiView(_Once, APIView):
    """One address; GET reads through `visible_to`, POST makes one flow call."""


class ReadOnlyRows(_Once, ReadOnlyModelViewSet[Row], Generic[Row]):
    """
    Rows of one model that the caller may see; named actions are the flows.

    Subclasses set `queryset` to one that has `visible_to(user)` and `serializer_class` for output. Rows of others
    answer 404, as if they did not exist.
    """

    related: Sequence[str] = ()

    def get_queryset(self) -> QuerySet[Row]:
        """Return the caller's rows, with what the serializer needs loaded."""
        everything: Any = getattr(self, "queryset", None)
        rows: QuerySet[Row] = everything.all().visible_to(signed_in(self.request))
        return rows.select_related(*self.related) if self.related else rows

    def get_object(self) -> Row:
        """Return the row of the address; 404 for what is not the caller's, and for what is no id."""
        try:
            return super().get_object()
        except (ValueError, TypeError) as error:
            raise exceptions.NotFound from error


__all__ = ["ApiView", "ReadOnlyRows", "problems", "signed_in"]
