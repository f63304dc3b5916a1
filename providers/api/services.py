"""The service lines, for anybody."""

from django.db.models import QuerySet
from rest_framework.permissions import AllowAny

from config.core.api import ReadOnlyRows
from providers.api.serializers import ServiceOutput
from providers.models import HealthcareService


class Services(ReadOnlyRows[HealthcareService]):
    """What may be asked for: what is asked, how long it takes, and in which states."""

    queryset = HealthcareService.objects.all()
    serializer_class = ServiceOutput
    permission_classes = [AllowAny]
    lookup_field = "slug"
    ordering = ("name", "id")

    def get_queryset(self) -> QuerySet[HealthcareService]:
        """Return the active lines; administrators also see retired ones."""
        return HealthcareService.objects.visible_to(self.request.user)
