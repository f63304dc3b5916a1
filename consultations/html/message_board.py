"""How the messages do, for administrators: what waits, how late it is, what fails and why."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from config.core.clock import database_now
from config.core.http import administrator
from config.core.models import Role
from consultations.domain import unsent
from consultations.domain.due import length
from consultations.html.charts import HEIGHT, ROW, WIDTH, Column, bars, shares
from consultations.queries import message_figures, wording
from consultations.queries.message_figures import TICK_LATE


@require_safe
def message_board(request: HttpRequest) -> HttpResponse:
    """Show the figures of the last day as charts, each with its numbers in a table."""
    administrator(request)
    now, zone = database_now(), ZoneInfo(settings.CLINIC_TIME_ZONE)
    hours, failures = message_figures.hours(now), message_figures.failures(now)
    present = message_figures.present(now)
    named = [(hour.at.astimezone(zone).strftime("%-I %p"), hour) for hour in hours]
    context = {
        "present": present,
        "late_by": length(timedelta(seconds=present.late_p95_seconds)),
        "oldest": length(timedelta(seconds=present.oldest_due_seconds)),
        "first_hour": named[0][0],
        "most": {
            "sent": max(one.sent + one.failed for one in hours),
            "waiting": max(one.waiting for one in hours),
            "late": length(timedelta(seconds=max(one.late_p95_seconds for one in hours))),
        },
        "now": now,
        "zone": zone,
        "width": WIDTH,
        "height": HEIGHT,
        "hours": named,
        "sent": bars([Column(name, (("sent", one.sent), ("failed", one.failed))) for name, one in named], unit=""),
        "late": bars(
            [Column(name, (("late", round(one.late_p95_seconds, 1)),)) for name, one in named], unit="seconds"
        ),
        "waiting": bars([Column(name, (("waiting", one.waiting),)) for name, one in named], unit=""),
        "failures": failures,
        "shares": shares([Column(row.channel.label, (("failed", row.failed), ("sent", row.sent))) for row in failures]),
        "shares_height": ROW * max(len(failures), 1),
        "faulty_words": len(wording.faults()),
        "reasons": [(why, unsent.in_words(why), number) for why, number in message_figures.reasons(now)],
    }
    return render(request, "consultations/clinic/message_board.html", context)


def tick_context(request: HttpRequest) -> dict[str, Any]:
    """Return whether nobody looks for due messages any more; asked only where a page shows it, to administrators."""
    return {"tick_is_late": SimpleLazyObject(lambda: _tick_is_late(request))}


def _tick_is_late(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or user.role != Role.ADMIN:
        return False
    age = message_figures.tick_age(database_now())
    return age is None or age > TICK_LATE.total_seconds()
