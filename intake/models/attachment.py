"""Files that patients add to their answers."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from config.core.constraints import fixed, kept
from config.core.models import Record, Role, User


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Files."""

    def visible_to(self, user: User) -> Self:
        """Return the patient's own; reviewers reach files through a case of theirs (consultations)."""
        return self.filter(response__patient__user=user) if user.role == Role.PATIENT else self.none()


class Attachment(Record):
    """
    One file, as it came. FHIR R4 Binary; the answer that shows it is an Attachment that names its id.

    intake.flows.attach makes it; taking it out of the answers leaves it, for the ledger may still name it.
    """

    PERSONAL = frozenset({"title", "data"})

    response = models.ForeignKey("intake.QuestionnaireResponse", models.PROTECT, related_name="attachments")
    path = models.CharField(max_length=400)
    title = models.CharField(max_length=120)
    content_type = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    data = models.BinaryField()
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="intake_attachment_not_empty"),
            # The same file sent twice to one question is one row.
            models.UniqueConstraint(fields=["response", "path", "sha256"], name="intake_attachment_once"),
        ]
        triggers = [
            fixed("response_id", "path", "title", "content_type", "size", "sha256", "data", name="attachment_fixed"),
            kept(name="attachment_kept"),
        ]

    def as_answer(self) -> dict[str, str | int]:
        """Return the answer that names this file."""
        return {"id": str(self.pk), "title": self.title, "contentType": self.content_type, "size": self.size}
