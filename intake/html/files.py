"""Files that patients added to their answers, as they came."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from config.core.http import signed_in
from intake.models import Attachment


@require_safe
def read_file(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """Hand a file to the person who added it."""
    return sent_file(get_object_or_404(Attachment.objects.visible_to(signed_in(request)), pk=attachment_id))


def sent_file(row: Attachment) -> HttpResponse:
    """Return a file as a download that no browser runs or guesses about."""
    response = HttpResponse(bytes(row.data), content_type=row.content_type)
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=row.title) or ""
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
