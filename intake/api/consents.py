"""Texts to sign, and signatures."""

from typing import Any

import structlog
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.core.api import ReadOnlyRows, signed_in
from config.core.api.inputs import Nothing, read
from intake.api.inputs import ConsentInput
from intake.api.outputs import ConsentDocumentOutput, ConsentOutput
from intake.flows import consent
from intake.models import Consent, ConsentDocument


class ConsentDocuments(ReadOnlyRows[ConsentDocument]):
    """The texts that are asked for today."""

    queryset = ConsentDocument.objects.current()
    serializer_class = ConsentDocumentOutput

    def get_queryset(self) -> QuerySet[ConsentDocument]:
        """Return the present versions, of one service if `service` names its slug."""
        documents = super().get_queryset()
        slug = self.request.query_params.get("service", "").replace("\x00", "")
        return documents.filter(services__slug=slug) if slug else documents

    @extend_schema(parameters=[OpenApiParameter("service", description="Slug of a service line.")])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the texts that a patient is asked to sign."""
        return super().list(request, *args, **kwargs)


class Consents(ReadOnlyRows[Consent]):
    """One's own signatures, withdrawn ones included."""

    queryset = Consent.objects.all()
    serializer_class = ConsentOutput
    related = ("document",)

    @extend_schema(request=ConsentInput, responses={201: ConsentOutput})
    def create(self, request: Request) -> Response:
        """Sign a text; 409 `already-signed` names the signature in force."""
        words = read(ConsentInput, request)
        signed = consent.sign(
            document_id=words["document"], signed_name=words["signed_name"], by=signed_in(request),
            now=timezone.now(), user_agent=request.headers.get("User-Agent", ""),
            ip_address=structlog.contextvars.get_contextvars().get("ip"),
        )  # fmt: skip
        return Response(ConsentOutput(signed).data, status=201)

    @extend_schema(request=Nothing, responses=ConsentOutput)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, **_kwargs: Any) -> Response:
        """Take a signature back, for good."""
        read(Nothing, request)
        mine = self.get_object()
        return Response(
            ConsentOutput(consent.withdraw(consent_id=mine.pk, by=signed_in(request), now=timezone.now())).data
        )
