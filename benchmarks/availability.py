"""
The five searches, hold and book on a realistic load, against ready rows and against django-appointment.

    python3 run.py bench availability                 1,000 clinicians with 1 million bookings, 10,000 with 1 and with 5
    python3 run.py bench availability --quick         a hundredth of that
    python3 run.py bench availability --practitioners 1000 --bookings 1000000    the same three steps up to that size
    python3 run.py bench availability --sizes 1 --in-database    only the first of the three, and only what the server
                                                                 works: no holds, no visits, no peer

The full form takes about half an hour on two cores, the quick one a minute and a half. Nearly all of it is filling: the
visits, their exclusion constraints, which are checked row by row, and the free times by the function of every refresh.

Floor: a SELECT of the same rows, worked out before and stored by key, through the same driver. The next of each is also
compared with ready rows of everybody, one for each clinician and service, of which the twenty are looked up: those that
stand side by side under the number of a question know already what is asked. Peer: the package
django-appointment in an environment of its own, on the bookings of the same clinicians, in the same run; it is left
out with a word when it cannot be installed.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks._stage import Figures, options, p50, p95, say, stage, timed
from benchmarks._vs_appointment import Missing, measure
from config.core.models import Role, User
from consultations.domain.codes import RequestStatus
from consultations.flows import book
from consultations.management.load import fill
from consultations.management.load.plan import Size
from consultations.models import ServiceRequest
from intake.domain.codes import SexAtBirth
from intake.models import Patient
from providers.flows import hold
from providers.models import HealthcareService, Practitioner, PractitionerRole
from providers.queries import availability
from providers.queries.availability import Start
from providers.queries.diaries import Asked

QUESTIONS, QUICKLY = 200, 30
ZONE = ZoneInfo("America/New_York")
# Our search goes over all who may see the patient, up to thousands; the peer takes seconds for so many.
PEER_STAFF = 100
MONTH, FORTNIGHT = timedelta(days=30), timedelta(days=14)
FLOOR = "SELECT start_at, practitioner, end_at, zone, name FROM bench_answer WHERE question = %s ORDER BY rank"
READY = """SELECT start_at, practitioner, end_at, zone, name FROM bench_ready
            WHERE service = %s AND practitioner = ANY(%s) ORDER BY start_at"""


@dataclass(frozen=True, slots=True)
class Question:
    """One search that a patient might make."""

    asked: Asked
    one: UUID
    twenty: tuple[UUID, ...]


def main() -> None:
    """Measure every size, smallest first, then say how the figures grow."""
    given = options(
        __doc__,
        numbers=[("practitioners", 10_000, "clinicians"), ("bookings", 5_000_000, "visits")],
        lists=[("sizes", "Only these of the three sizes: 1, 2, 3.")],
        flags=[("in-database", "Only what the server works on each search.")],
    )
    figures = Figures("Availability: milliseconds, and ratios against ready rows", given)
    p95s: list[float] = []
    with stage():
        for number, (practitioners, bookings) in enumerate(_sizes(given.practitioners, given.bookings), start=1):
            if given.sizes and number not in given.sizes:
                continue
            size = Size(practitioners, bookings, given.seed, datetime(2026, 3, 2).date())  # noqa: DTZ001  only its date
            began = time.monotonic()
            _fill(size)
            figures.add(f"{_name(size)}_filled", round(time.monotonic() - began), "s")
            questions = list(_questions(size, QUICKLY if given.quick else QUESTIONS))
            across = _searched(size, figures, questions, in_database=given.in_database)
            if not given.in_database:
                p95s.append(across)
                _booked(size, figures, questions)
        if len(p95s) == 3:
            _growth(p95s, figures)
        if p95s:
            _against_peer(size, figures)
    figures.close()


def _sizes(practitioners: int, bookings: int) -> list[tuple[int, int]]:
    few, little = max(1, practitioners // 10), max(1, bookings // 5)
    return [(few, little), (practitioners, little), (practitioners, bookings)]


def _fill(size: Size) -> None:
    say(f"\n{size.practitioners:,} clinicians, {size.bookings:,} bookings")
    call_command("flush", interactive=False, verbosity=0)
    shown: dict[str, int] = {}

    def told(what: str, done: int, total: int) -> None:
        tenth = 10 * done // max(total, 1)
        if shown.get(what) != tenth:
            shown[what] = tenth
            say(f"  filling: {what} {10 * tenth} %")

    fill.fill(size, told=told)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _questions(size: Size, times: int) -> Iterator[Question]:
    """Yield what patients ask: a clinician by chance, one of their states and services, twenty of it."""
    dice = random.Random(f"{size.seed} {times}")
    roles = list(PractitionerRole.objects.select_related("service").order_by("pk"))
    licences = {
        one.pk: [row.jurisdiction for row in one.qualifications.all()]
        for one in Practitioner.objects.prefetch_related("qualifications")
    }
    for _ in range(times):
        role = dice.choice(roles)
        state = dice.choice(sorted(licences[role.practitioner_id]))
        asked = Asked(service=role.service, state=state)
        same = [one.practitioner_id for one in roles if one.service_id == role.service_id]
        listed = [one for one in same if state in licences[one]]
        yield Question(asked, role.practitioner_id, tuple(dice.sample(listed, min(len(listed), 20))))


def _searched(size: Size, figures: Figures, questions: list[Question], *, in_database: bool) -> float:
    """Measure the searches of one size; returns the p95 of the first twenty times across all, in milliseconds."""
    name, across = _name(size), 0.0
    for search, ask in _searches(size.now).items():
        _store([ask(question) for question in questions])
        if not in_database:
            taken = _each(ask, questions)
            floor = _each(_floor, range(len(questions)))
            figures.add(f"{name}_{search}_p50", p50(taken), "ms")
            figures.add(f"{name}_{search}_p95", p95(taken), "ms")
            figures.add(f"{name}_{search}_through_django", p50(taken) / p50(floor), "x", "at most 4 times ready rows")
            across = p95(taken) if search == "across" else across
        planned, executed = _in_database(ask, questions, _floor)
        figures.add(f"{name}_{search}_executed_in_database", executed, "x", "at most 3 times ready rows")
        figures.add(f"{name}_{search}_planned_and_executed", planned, "x")
        if search == "next_of_each":
            _store_ready()
            _, executed = _in_database(ask, questions, lambda number: _ready(questions[number]))
            figures.add(f"{name}_{search}_looked_up_in_database", executed, "x", "at most 3 times ready rows")
    return across


def _booked(size: Size, figures: Figures, questions: list[Question]) -> None:
    for what, taken in _bookings(size, questions).items():
        figures.add(f"{_name(size)}_{what}_p50", p50(taken), "ms")
        figures.add(f"{_name(size)}_{what}_p95", p95(taken), "ms")


def _name(size: Size) -> str:
    return f"{_short(size.practitioners)}p_{_short(size.bookings)}b"


def _short(number: int) -> str:
    """Return a number in as few signs as its noughts allow: 10k, 5m."""
    for each, letter in ((1_000_000, "m"), (1_000, "k")):
        if number % each == 0:
            return f"{number // each}{letter}"
    return str(number)


def _searches(now: datetime) -> dict[str, Any]:
    def across(question: Question) -> list[Any]:
        page = availability.search(question.asked, start=now, end=now + FORTNIGHT, now=now, limit=20)
        return page.results

    def month(question: Question) -> list[Any]:
        page = availability.search(
            question.asked, start=now, end=now + MONTH, now=now, limit=100, practitioner=question.one
        )
        return page.results

    def next_of_each(question: Question) -> list[Any]:
        return availability.first_of_each(
            question.asked, practitioners=question.twenty, start=now, end=now + FORTNIGHT, now=now
        )

    def starts(question: Question) -> list[Any]:
        return availability.starts(question.asked, start=now, end=now + FORTNIGHT, now=now, limit=20)[0]

    def days(question: Question) -> list[Any]:
        found = availability.days(question.asked, start=now, end=now + MONTH, zone=ZONE, now=now)
        return [Start(datetime.combine(day, datetime.min.time(), UTC), 0) for day in found]

    return {"across": across, "month": month, "next_of_each": next_of_each, "starts": starts, "days": days}


def _each(work: Any, questions: Sequence[Any]) -> list[float]:
    """Return the milliseconds of the work on each of the questions; the first three are asked twice, to warm up."""
    waiting = iter([*questions[:3], *questions])
    return timed(lambda: work(next(waiting)), times=len(questions))


def _store(answers: list[list[Any]]) -> None:
    """Keep the answers by question, as a system would that had worked all of them out before."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_answer")
        cursor.execute(
            "CREATE UNLOGGED TABLE bench_answer (question int, rank int, start_at timestamptz, practitioner uuid,"
            " end_at timestamptz, zone text, name text, PRIMARY KEY (question, rank))"
        )
        with cursor.copy("COPY bench_answer FROM STDIN") as copy:
            for question, offers in enumerate(answers):
                for rank, one in enumerate(offers):
                    zone, end_at = getattr(one, "time_zone", None), getattr(one, "end_at", one.start_at)
                    copy.write_row((question, rank, one.start_at, one.practitioner, end_at, zone, one.name))
        cursor.execute("VACUUM ANALYZE bench_answer")


def _floor(question: int) -> list[Any]:
    with connection.cursor() as cursor:
        return list(cursor.execute(FLOOR, [question]).fetchall())


def _store_ready() -> None:
    """Keep the next time of every clinician for each of their services, by both."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_ready")
        cursor.execute(
            "CREATE UNLOGGED TABLE bench_ready AS SELECT DISTINCT ON (service_id, practitioner_id)"
            " service_id AS service, practitioner_id AS practitioner, start_at, end_at, time_zone AS zone,"
            " given_name || ' ' || family_name AS name"
            " FROM providers_opentime JOIN providers_practitioner ON id = practitioner_id"
            " ORDER BY service_id, practitioner_id, start_at"
        )
        cursor.execute("ALTER TABLE bench_ready ADD PRIMARY KEY (service, practitioner)")
        cursor.execute("VACUUM ANALYZE bench_ready")


def _ready(question: Question) -> list[Any]:
    with connection.cursor() as cursor:
        return list(cursor.execute(READY, [question.asked.service.pk, list(question.twenty)]).fetchall())


def _in_database(ask: Any, questions: list[Question], floor_of: Callable[[int], Any]) -> tuple[float, float]:
    """
    Return how often what the server works on ready rows goes into its work on a search: with planning, without.

    floor_of  reads the ready rows of the question with that number
    """
    with connection.cursor() as cursor:
        ours, floor = [0.0, 0.0], [0.0, 0.0]
        for number, question in enumerate(questions[:30]):
            for total, work in ((ours, lambda one=question: ask(one)), (floor, lambda one=number: floor_of(one))):
                with CaptureQueriesContext(connection) as queries:
                    work()
                for one in queries:
                    _add(total, _explained(cursor, one["sql"]))
    return sum(ours) / sum(floor), ours[1] / floor[1]


def _add(total: list[float], more: tuple[float, float]) -> None:
    total[0] += more[0]
    total[1] += more[1]


def _explained(cursor: Any, statement: str) -> tuple[float, float]:
    """Return the milliseconds in which the server plans and executes one statement, the quickest of five."""
    found = []
    for _ in range(5):
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF, FORMAT JSON) {statement.replace('%', '%%')}", [])
        plan = cursor.fetchone()[0][0]
        found.append((plan["Planning Time"], plan["Execution Time"]))
    return min(one[0] for one in found), min(one[1] for one in found)


def _bookings(size: Size, questions: list[Question]) -> dict[str, list[float]]:
    """Hold and book the first time of a fresh patient's search, again and again."""
    now, holds, books = size.now, [], []
    for question, case in zip(questions, _cases(size.now), strict=False):
        case.service, case.state = question.asked.service, question.asked.state
        case.save(update_fields=["service", "state"])
        found = availability.search(question.asked, start=now, end=now + FORTNIGHT, now=now, limit=1).results
        if not found:
            continue
        by, kept = case.patient.user, []
        wish = {"service_id": case.service.pk, "state": case.state, "start_at": found[0].start_at,
                "practitioner_id": found[0].practitioner, "by": by, "reference": case.pk, "now": now}  # fmt: skip
        holds += timed(lambda wish=wish, kept=kept: kept.append(hold.hold(**wish)), times=1, warm=0)
        ticket = {"request_id": case.pk, "hold_id": kept[0].pk, "by": by, "now": now}
        books += timed(lambda ticket=ticket: book.book(**ticket), times=1, warm=0)
    return {"hold": holds[5:], "book": books[5:]}


def _cases(now: datetime) -> Iterator[ServiceRequest]:
    service = HealthcareService.objects.order_by("pk").first()
    for number in count():
        user = User.objects.create(email=f"bench-{uuid4()}@load.example", role=Role.PATIENT)
        patient = Patient.objects.create(
            user=user, given_name="Ada", family_name=f"Example {number}", birth_date=datetime(1985, 1, 1).date(),  # noqa: DTZ001
            sex_at_birth=SexAtBirth.FEMALE, phone="+12125550123", state="NY", time_zone="America/New_York",
        )  # fmt: skip
        yield ServiceRequest.objects.create(
            patient=patient, service=service, state="NY", status=RequestStatus.ACTIVE, authored_at=now,
            submitted_at=now, submitted_by=user,
        )  # fmt: skip


def _growth(p95s: list[float], figures: Figures) -> None:
    few, many, most = p95s
    figures.add("p95_more_bookings", most / many, "x", "at most 1.3")
    figures.add("p95_more_practitioners", many / few, "x")


def _who_may(question: Question) -> list[UUID]:
    """Return who may see the patient, the one of the month first; no more than the peer can be asked about."""
    licensed = PractitionerRole.objects.filter(
        service=question.asked.service, practitioner__qualifications__jurisdiction=question.asked.state
    )
    others = licensed.order_by("practitioner_id").values_list("practitioner_id", flat=True)
    return list(dict.fromkeys([question.one, *others]))[:PEER_STAFF]


def _against_peer(size: Size, figures: Figures) -> None:
    """Ask the peer the same about the same clinicians: all who may see the patient, as far as it gets there."""
    questions = list(_questions(size, 10))
    staff = _who_may(questions[0])
    figures.add("peer_staff", len(staff))
    try:
        peer = measure(staff, now=size.now)
    except Missing as why:
        say(f"  django-appointment is left out: {why}")
        figures.add("peer", "left out")
        return
    searches = _searches(size.now)
    ours = {name: p50(_each(searches[name], questions * 10)) for name in ("month", "across")}
    figures.add("month_against_django_appointment", peer["month"] / ours["month"], "x", "at least 200")
    figures.add("across_against_django_appointment", peer["across"] / ours["across"], "x", "at least 500")


if __name__ == "__main__":
    main()
