"""The figures of the messages for Prometheus, behind METRICS_TOKEN."""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from config.core.clock import database_now
from consultations.queries import message_figures

_WORDS = {
    "due": "Messages whose time has come and that nobody has taken",
    "oldest_due_seconds": "How long the oldest due message has waited",
    "sending": "Messages that a sender holds",
    "unknown": "Messages whose fate nobody knows yet",
    "dead": "Messages of the last week that failed for good",
    "late_p95_seconds": "How long after their time 95 of 100 messages of the last hour left",
}


class Messages(Collector):
    """Reads the ledger each time that it is asked, so that every process gives the same figures."""

    def collect(self) -> Iterator[Metric]:
        """Give each figure."""
        now = database_now()
        present = message_figures.present(now)
        for name, words in _WORDS.items():
            yield GaugeMetricFamily(f"anteroom_messages_{name}", words, value=getattr(present, name))
        age = present.tick_age_seconds
        tick = GaugeMetricFamily("anteroom_tick_age_seconds", "Since somebody last looked for due messages")
        tick.add_metric([], float("inf") if age is None else age)
        yield tick
        day = GaugeMetricFamily("anteroom_messages_day", "Messages due in the last day", labels=["channel", "outcome"])
        for row in message_figures.failures(now):
            day.add_metric([row.channel.value, "sent"], row.sent)
            day.add_metric([row.channel.value, "failed"], row.failed)
        yield day


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the figures to who sends METRICS_TOKEN as a bearer token; there is no page without one."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not hmac.compare_digest(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponseForbidden()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Messages())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
