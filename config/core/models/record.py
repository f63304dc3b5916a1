"""What every stored row has."""

import uuid

from django.db import models


class Record(models.Model):
    """A row with a UUID that can be handed out, and the instants of its making and last change."""

    PERSONAL: frozenset[str]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk}"
