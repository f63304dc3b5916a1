"""
The review queue under load: `claim_next` by many connections at once, on few and on very many open cases.

64 clinicians, some licensed in two states and some in all, take cases as fast as the servers let them; each case is
closed and a new one appears, so that the number of open ones stays. The same connections then take rows of the same
table by the barest statement there is, a `SELECT ... FOR UPDATE SKIP LOCKED LIMIT 1` of one service and one state; and by
the same with the row written, as a claim has to: what a claim costs beyond that is its search of all parts at once.
"""

import argparse
import multiprocessing
import random
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from benchmarks import _stage  # isort: split

from django.db import connection, connections, models, transaction

from config.core.models import User
from consultations.flows import review
from consultations.models import ReviewTask, ServiceRequest
from intake.models import Patient
from providers.domain.codes import QualificationKind
from providers.domain.states import STATES
from providers.models import HealthcareService, Practitioner, PractitionerRole, Qualification

SIZES = (1_000, 100_000, 1_000_000)
QUICK_SIZES = (1_000, 20_000)
SERVICES = 8
PROCESSES = 4
BATCH = 100_000
NOW = datetime.now(UTC)
BARE = """
SELECT id, fence FROM consultations_reviewtask
 WHERE service_id = %s AND state = %s AND status = 'ready'
 ORDER BY queue_at, created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED"""
WRITE = f"""
UPDATE consultations_reviewtask AS taken
   SET status = 'in-progress', owner_id = %s, claimed_at = now(), lease_expires_at = now() + interval '1 day',
       fence = taken.fence + 1
  FROM ({BARE}) AS best WHERE taken.id = best.id
RETURNING taken.id, taken.fence"""
# What happens to a case that was taken, and is not timed: it is over, and a new one comes in its place.
NEXT = """
UPDATE consultations_reviewtask
   SET status = 'ready', owner_id = NULL, lease_expires_at = NULL, due_at = now() + random() * interval '48 hours',
       tier = CASE WHEN random() < 0.02 THEN 0 WHEN random() < 0.1 THEN 1 ELSE 2 END, created_at = now()
 WHERE id = %s AND fence = %s AND status = %s"""


class Reviewer(NamedTuple):
    """One clinician, and where they may work."""

    practitioner: Practitioner
    pairs: list[tuple[uuid.UUID, str]]


Take = Callable[[Reviewer, random.Random], "tuple[uuid.UUID, int] | None"]


def claim(one: Reviewer, _dice: random.Random) -> tuple[uuid.UUID, int] | None:
    """Take the best case by the statement of claim_next."""
    with transaction.atomic():
        taken = ReviewTask.objects.take_best(owner=one.practitioner, now=NOW, until=NOW + timedelta(days=1))
    return (taken[0].pk, taken[0].fence) if taken else None


def step(one: Reviewer, _dice: random.Random) -> tuple[uuid.UUID, int] | None:
    """Take the best case by the whole flow, with its history and its audit event."""
    taken = review.claim_next(by=one.practitioner.user, now=datetime.now(UTC))
    return (taken.pk, taken.fence) if taken else None


def bare(one: Reviewer, dice: random.Random) -> tuple[uuid.UUID, int] | None:
    """Lock one row and let it go."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BARE, dice.choice(one.pairs))
        found: tuple[uuid.UUID, int] | None = cursor.fetchone()
    return found


def write(one: Reviewer, dice: random.Random) -> tuple[uuid.UUID, int] | None:
    """Lock one row and write who has it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WRITE, [one.practitioner.pk, *dice.choice(one.pairs)])
        found: tuple[uuid.UUID, int] | None = cursor.fetchone()
    return found


TAKES: dict[str, tuple[Take, str]] = {
    "bare": (bare, "ready"),
    "write": (write, "in-progress"),
    "claim": (claim, "in-progress"),
    "flow": (step, "in-progress"),
}


class Outcome(NamedTuple):
    """What the clients of one phase saw: `empty`, told "nothing" a moment before a case came; `lost`, two owners."""

    milliseconds: list[float]
    seconds: float
    empty: int
    lost: int


def main() -> None:
    """Measure every size and print the figures."""
    given = _stage.options(
        __doc__, numbers=[("connections", 64, "clients at once"), ("seconds", 1500, "hundredths of a second a phase")]
    )
    clients = 64 if given.quick and given.connections < 2 else given.connections
    seconds = 5.0 if given.quick else given.seconds / 100
    figures = _stage.Figures("Queue: claim_next by many at once", given)
    figures.add("connections", clients)
    with _stage.stage():
        reviewers = _people(clients, given)
        filled, tails = 0, {}
        for size in QUICK_SIZES if given.quick else SIZES:
            _stage.say(f"{size:,} open cases")
            _fill(filled, size)
            filled = size
            tails[size] = _measure(size, reviewers, seconds=seconds, figures=figures)
    first, *_, last = tails.values()
    figures.add("claim_p95_most_to_fewest", last["claim"] / first["claim"], "x", "at most 2")
    figures.close()


def _measure(size: int, reviewers: list[Reviewer], *, seconds: float, figures: _stage.Figures) -> dict[str, float]:
    tails = {}
    for name in TAKES:
        outcome = _together(name, reviewers, seconds)
        tails[name] = _stage.p95(outcome.milliseconds)
        figures.add(f"{name}_per_second_{size}", len(outcome.milliseconds) / outcome.seconds, "/s")
        figures.add(f"{name}_p50_{size}", _stage.p50(outcome.milliseconds), "ms")
        figures.add(f"{name}_p95_{size}", tails[name], "ms")
        if name != "bare":
            figures.add(f"{name}_two_owners_{size}", outcome.lost, "", "0")
            figures.add(f"{name}_empty_then_found_{size}", outcome.empty)
    figures.add(f"claim_p95_to_bare_{size}", tails["claim"] / tails["bare"], "x", "at most 2")
    figures.add(f"claim_p95_to_write_{size}", tails["claim"] / tails["write"], "x")
    return tails


def _together(name: str, reviewers: list[Reviewer], seconds: float) -> Outcome:
    """Let every client work for some seconds, on a few processes so that Python itself is not what is measured."""
    connections.close_all()
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    connections.close_all()
    context = multiprocessing.get_context("fork")
    results: Any = context.Queue()
    shares = [reviewers[number::PROCESSES] for number in range(PROCESSES)]
    children = [context.Process(target=_process, args=(name, share, seconds, results)) for share in shares]
    for child in children:
        child.start()
    found = [results.get() for _ in children]
    for child in children:
        child.join()
    return Outcome(
        [one for part in found for one in part.milliseconds],
        max(part.seconds for part in found),
        sum(part.empty for part in found),
        sum(part.lost for part in found),
    )


def _process(name: str, reviewers: list[Reviewer], seconds: float, results: Any) -> None:
    parts: list[Outcome] = []
    start = threading.Barrier(len(reviewers))
    threads = [threading.Thread(target=_client, args=(name, one, seconds, start, parts)) for one in reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(
        Outcome(
            [one for part in parts for one in part.milliseconds],
            seconds,
            sum(part.empty for part in parts),
            sum(part.lost for part in parts),
        )
    )


def _client(name: str, one: Reviewer, seconds: float, start: threading.Barrier, parts: list[Outcome]) -> None:
    take, status = TAKES[name]
    dice = random.Random(one.practitioner.npi)
    taken, empty, lost = [], 0, 0
    take(one, dice)
    start.wait()
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        found = take(one, dice)
        taken.append((time.perf_counter() - began) * 1000)
        if found is None:
            empty += any(bare(Reviewer(one.practitioner, [pair]), dice) for pair in one.pairs)
        elif not _next(*found, status):
            lost += name != "bare"
    parts.append(Outcome(taken, seconds, empty, lost))
    connection.close()


def _next(pk: uuid.UUID, fence: int, status: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [pk, fence, status])
        return cursor.rowcount == 1


def _people(clients: int, given: argparse.Namespace) -> list[Reviewer]:
    dice = random.Random(given.seed)
    services = [
        HealthcareService.objects.create(slug=f"line-{number}", name=f"Line {number}", summary="", states=list(STATES))
        for number in range(SERVICES)
    ]
    return [_person(number, services, dice) for number in range(clients)]


def _person(number: int, services: list[HealthcareService], dice: random.Random) -> Reviewer:
    user = User.objects.create_user(f"clinician-{number}@load.example", role="practitioner")
    practitioner = Practitioner.objects.create(user=user, given_name="Load", family_name=str(number), npi=str(number))
    offered = dice.sample(services, dice.choice((1, 1, 2)))
    states = sorted(
        dice.sample(sorted(STATES), len(STATES) if dice.random() < 0.1 else dice.choice((1, 2, 2, 3, 4, 6)))
    )
    PractitionerRole.objects.bulk_create(PractitionerRole(practitioner=practitioner, service=one) for one in offered)
    Qualification.objects.bulk_create(
        Qualification(
            practitioner=practitioner,
            jurisdiction=state,
            kind=QualificationKind.MD,
            number="L",
            valid_from=date(2020, 1, 1),
        )
        for state in states
    )
    return Reviewer(practitioner, [(service.pk, state) for service in offered for state in states])


def _fill(before: int, size: int) -> None:
    """Add open cases until there are `size`: copies of one case, each at a place of its own in the queue."""
    task = ReviewTask.objects.filter(service_request__status="completed").first() or _first_case()
    with connection.cursor() as cursor:
        for low in range(before, size, BATCH):
            high = min(low + BATCH, size) - 1
            cursor.execute(_copies(task.service_request, {"id": _ID.format("a")}), [low, high])
            cursor.execute(_copies(task, PLACES), [low, high])
            _stage.say(f"  {high + 1:,} cases")
        cursor.execute("UPDATE consultations_reviewtask SET status = 'ready', owner_id = NULL, lease_expires_at = NULL")
        cursor.execute("VACUUM ANALYZE consultations_reviewtask")


def _first_case() -> ReviewTask:
    service = HealthcareService.objects.first()
    user = User.objects.create_user("patient@load.example")
    patient = Patient.objects.create(
        user=user, given_name="Load", family_name="Patient", birth_date=date(1980, 1, 1), sex_at_birth="UNK",
        phone="+12125550123", state="NY", time_zone="America/New_York",
    )  # fmt: skip
    request = ServiceRequest.objects.create(
        patient=patient, service=service, state="NY", status="completed", authored_at=NOW, submitted_at=NOW,
        submitted_by=user,
    )  # fmt: skip
    return ReviewTask.objects.create(
        service_request=request, service=service, state="AA", status="cancelled", tier=2, due_at=NOW
    )


def _copies(row: models.Model, changes: dict[str, str]) -> str:
    """Return the statement that copies a row for each of some numbers, with other expressions for some columns."""
    table = row._meta.db_table
    columns = [one.column for one in row._meta.concrete_fields if not one.generated]
    values = ", ".join(changes.get(column, f"row.{column}") for column in columns)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} AS row, "
        f"generate_series(%s, %s) AS number WHERE row.id = '{row.pk}'"
    )


_ID = "lpad(to_hex(number), 8, '0')::text || '-0000-4000-8000-{}00000000000'"
_ID = f"({_ID})::uuid"
PLACES = {
    "id": _ID.format("b"),
    "service_request_id": _ID.format("a"),
    "service_id": "(SELECT id FROM providers_healthcareservice ORDER BY slug OFFSET number %% 8 LIMIT 1)",
    "state": "(ARRAY["
    + ", ".join(f"'{code}'" for code in sorted(STATES))
    + "])[1 + number / 8 %% "
    + f"{len(STATES)}]",
    "status": "'ready'",
    "tier": "CASE WHEN random() < 0.02 THEN 0 WHEN random() < 0.1 THEN 1 ELSE 2 END",
    "due_at": "now() + random() * interval '48 hours'",
    "created_at": "now() - random() * interval '24 hours'",
}

if __name__ == "__main__":
    main()
