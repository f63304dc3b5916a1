"""Who may open the clinic's pages, and on which day it is there."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from config.core.http import signed_in
from config.core.models import Role, User
from providers.models import Practitioner

Rest = ParamSpec("Rest")
Page = Callable[Concatenate[HttpRequest, Practitioner, Rest], HttpResponse]


def for_clinicians(page: Page[Rest]) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
    """Return the page that takes the signed-in clinician; 403 for anybody else."""

    @wraps(page)
    def run(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        user = signed_in(request)
        practitioner = Practitioner.objects.active().select_related("user").filter(user=user).first()
        if practitioner is None or user.role != Role.PRACTITIONER:
            raise PermissionDenied
        return page(request, practitioner, *args, **kwargs)

    return run


def for_staff(
    page: Callable[Concatenate[HttpRequest, User, Rest], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
    """Return the page that takes a signed-in clinician or administrator; 403 for anybody else."""

    @wraps(page)
    def run(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        user = signed_in(request)
        if not user.is_clinical_or_admin:
            raise PermissionDenied
        return page(request, user, *args, **kwargs)

    return run


def zone_of(user: User) -> ZoneInfo:
    """Return the zone in which somebody who works here reads times: their own, or the clinic's."""
    practitioner = Practitioner.objects.filter(user=user).first()
    return ZoneInfo(str(practitioner.time_zone) if practitioner else settings.CLINIC_TIME_ZONE)
