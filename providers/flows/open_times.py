"""
Working changes of hours, licences and slots into the table of free times.

Refusal
└── NoSuchPractitioner  (NotFound)
"""

from datetime import datetime
from uuid import UUID

from config.core.errors import NotFound
from config.core.flow import again_after_deadlock, flow
from providers.models import OpenTime, OpenTimeChange, OpenTimeCover, Practitioner
from providers.queries import open_times


class NoSuchPractitioner(NotFound):
    """The clinician is gone; nothing is to be worked out."""

    code = "no-such-practitioner"


@again_after_deadlock
@flow
def refresh(*, practitioner_id: UUID, now: datetime) -> int:
    """
    Make the open times of one clinician what hours, licences and slots say, as far as the horizon and a margin.

    Returns  how many rows were wrong, missing or past
    Writes   OpenTime, OpenTimeCover; removes the OpenTimeChange rows that it has seen
    Raises   NoSuchPractitioner
    """
    practitioner = Practitioner.objects.select_for_update(no_key=True).filter(pk=practitioner_id).first()
    if practitioner is None:
        raise NoSuchPractitioner("There is no such clinician.")
    # Read before what they tell of: a change that is committed meanwhile stays for the next time.
    changes = list(OpenTimeChange.objects.happened().filter(practitioner=practitioner).values_list("pk", flat=True))

    span = open_times.covered(practitioner, now=now)
    rows = open_times.expected(practitioner, span=span, now=now)
    wrong = OpenTime.objects.replace(practitioner.pk, span=span, rows=rows)
    outside = OpenTime.objects.filter(practitioner=practitioner).exclude(
        start_at__gte=span.start, start_at__lt=span.end
    )
    wrong += outside.delete()[0]
    OpenTimeChange.objects.filter(pk__in=changes).delete()
    OpenTimeCover.objects.update_or_create(
        practitioner=practitioner, defaults={"good_until": now + open_times.GOOD_FOR}
    )
    return wrong
