"""What the clinic has to know about its messages: how many wait, how late they are, how many fail."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, F, Min, Q

from consultations.domain.codes import Channel, CommunicationStatus
from consultations.models import Communication, Heartbeat

TICK_LATE = timedelta(seconds=60)
# Why a message was not sent without anybody having failed.
_NO_FAULT = ("too-late", "quiet-hours")
_P95 = """
    SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM sent_at - due_at))
      FROM consultations_communication
     WHERE status = 'completed' AND sent_at > %s"""
_HOURS = """
    WITH hours AS (
        SELECT hour, least(hour + interval '1 hour', %(now)s) AS over
          FROM generate_series(date_trunc('hour', %(now)s) - interval '23 hours',
                               date_trunc('hour', %(now)s), interval '1 hour') AS hour
    ), recent AS MATERIALIZED (
        SELECT status, status_reason, due_at, sent_at,
               CASE WHEN status = 'completed' THEN sent_at
                    WHEN status NOT IN ('preparation', 'in-progress') THEN updated_at END AS ended_at
          FROM consultations_communication
         WHERE due_at >= date_trunc('hour', %(now)s) - interval '2 days' AND due_at <= %(now)s
    )
    SELECT hours.hour,
           count(*) FILTER (WHERE is_new AND row.status = 'completed'),
           count(*) FILTER (WHERE is_new AND row.status = 'not-done'
                              AND row.status_reason NOT IN ('too-late', 'quiet-hours')),
           coalesce(percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM row.sent_at - row.due_at))
                    FILTER (WHERE is_new AND row.status = 'completed'), 0),
           count(*) FILTER (WHERE row.due_at <= hours.over AND (row.ended_at IS NULL OR row.ended_at > hours.over))
      FROM hours
      LEFT JOIN recent AS row ON row.due_at < hours.hour + interval '1 hour'
                             AND (row.due_at >= hours.hour OR row.ended_at IS NULL OR row.ended_at > hours.over)
     CROSS JOIN LATERAL (SELECT row.due_at >= hours.hour AS is_new) AS of_it
     GROUP BY 1 ORDER BY 1"""


@dataclass(frozen=True, slots=True)
class Present:
    """
    How it stands now.

    oldest_due_seconds  how long the oldest due message has waited; 0 when none waits
    late_p95_seconds    how long after their time 95 of 100 left, of the last hour
    dead                failed for good and not sent again, of the last week
    tick_age_seconds    since the tick ran last; None when it never did
    """

    due: int
    oldest_due_seconds: float
    sending: int
    unknown: int
    dead: int
    late_p95_seconds: float
    tick_age_seconds: float | None

    @property
    def tick_is_late(self) -> bool:
        """Tell whether nobody looks for due messages any more."""
        return self.tick_age_seconds is None or self.tick_age_seconds > TICK_LATE.total_seconds()


@dataclass(frozen=True, slots=True)
class Hour:
    """
    One hour: messages due in it that were sent, that failed, and how late the sent ones were.

    waiting  how many were due and waited at its end; those that were due more than a day before are left out
    """

    at: datetime
    sent: int
    failed: int
    late_p95_seconds: float
    waiting: int


@dataclass(frozen=True, slots=True)
class Failures:
    """How many messages of one channel were sent and failed in a day."""

    channel: Channel
    sent: int
    failed: int

    @property
    def total(self) -> int:
        """Return how many were to be sent."""
        return self.sent + self.failed

    @property
    def rate(self) -> float:
        """Return the failed share, 0 to 1."""
        return self.failed / self.total if self.total else 0.0


def present(now: datetime) -> Present:
    """Return how it stands at `now`, the database's clock."""
    waiting = Communication.objects.due(now).aggregate(number=Count("pk"), oldest=Min("due_at"))
    status = CommunicationStatus
    others = Communication.objects.aggregate(
        sending=Count("pk", filter=Q(status=status.IN_PROGRESS)),
        unknown=Count("pk", filter=Q(status=status.UNKNOWN)),
        dead=Count("pk", filter=_dead() & Q(due_at__gt=now - timedelta(days=7))),
    )
    return Present(
        due=waiting["number"],
        oldest_due_seconds=(now - waiting["oldest"]).total_seconds() if waiting["oldest"] else 0.0,
        late_p95_seconds=_late_p95(now - timedelta(hours=1)),
        tick_age_seconds=tick_age(now),
        **others,
    )


def tick_age(now: datetime) -> float | None:
    """Return the seconds since the tick ran last; None when it never did."""
    beat = Heartbeat.objects.filter(name="tick").first()
    return max(0.0, (now - beat.beat_at).total_seconds()) if beat else None


def hours(now: datetime) -> list[Hour]:
    """Return the last 24 hours, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_HOURS, {"now": now})
        return [Hour(at, sent, failed, float(late), wait) for at, sent, failed, late, wait in cursor.fetchall()]


def failures(now: datetime) -> list[Failures]:
    """Return what was sent and what failed in the last day, by channel."""
    rows = Communication.objects.filter(due_at__gt=now - timedelta(days=1), due_at__lte=now)
    counted = rows.values("channel").annotate(
        sent=Count("pk", filter=Q(status=CommunicationStatus.COMPLETED)), failed=Count("pk", filter=_dead())
    )
    return [Failures(Channel(row["channel"]), row["sent"], row["failed"]) for row in counted.order_by("channel")]


def reasons(now: datetime) -> list[tuple[str, int]]:
    """Return why messages of the last week were not sent, the most frequent first."""
    rows = Communication.objects.filter(due_at__gt=now - timedelta(days=7), due_at__lte=now)
    ended = rows.filter(status__in=[CommunicationStatus.NOT_DONE, CommunicationStatus.STOPPED])
    counted = ended.values(why=F("status_reason")).annotate(number=Count("pk")).order_by("-number", "why")
    return [(row["why"], row["number"]) for row in counted[:12]]


def _dead() -> Q:
    return Q(status=CommunicationStatus.NOT_DONE) & ~Q(status_reason__in=_NO_FAULT)


def _late_p95(since: datetime) -> float:
    with connection.cursor() as cursor:
        cursor.execute(_P95, [since])
        return float(cursor.fetchone()[0] or 0)
