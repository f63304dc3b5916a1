"""The routes of the product, and one more: a view that does nothing but insert a row, behind the same middleware."""

import json
from typing import Any

from django.db import connection, transaction
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.urls import urlpatterns as product


class BareInsert(APIView):
    """Insert what was sent, and say so."""

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Write one row and commit it."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_insert (body) VALUES (%s)", [json.dumps(request.data)])
        return Response({"stored": True})


urlpatterns = [path("bare-insert/", BareInsert.as_view()), *product]
