"""Safety flags, as people who work here reach them: through a case of theirs, or through an alert of their service."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from config.core.models import Role, User
from consultations.models import ServiceRequest, SupportingInfo
from intake.domain.codes import NEEDS_ACKNOWLEDGEMENT
from intake.models import Flag
from providers.models import PractitionerRole


def seen_by(user: User) -> QuerySet[Flag]:
    """
    Return the flags that somebody may read.

    A clinician reads those of the cases they may see, and every one that needs a name in a service they offer, of
    drafts and follow-up questions too. Others read none here; administrators see in the admin that they were raised.
    """
    if user.role != Role.PRACTITIONER:
        return Flag.objects.none()
    cases = ServiceRequest.objects.visible_to(user)
    of_cases = SupportingInfo.objects.filter(
        questionnaire_response=OuterRef("response"), service_request__in=cases.values("pk")
    )
    offers = PractitionerRole.objects.filter(
        service=OuterRef("rule__service"), practitioner__user=user, practitioner__is_active=True, is_active=True
    )
    grave = Q(severity__in=NEEDS_ACKNOWLEDGEMENT)
    return Flag.objects.filter(Exists(of_cases) | grave & Q(Exists(offers)))
