"""
Sixty-four people at once want the same time: how long until the last of them is told, through HTTP.

    python3 run.py bench contention            ten rounds of each kind
    python3 run.py bench contention --quick    two rounds

The web server is the one that the product ships with, with its own number of processes and threads. Everybody has
read the free times before, those of the floor too: nobody wants a time in the first request of their session, which
writes it. A round begins when all are let go and ends with the last answer; what is not exactly right (one winner, the
others told so) stops the run. Floor: as many people who insert one row each through the same server, in the same
minute.
"""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any

from benchmarks._stage import Figures, options, p50, say, stage  # isort: split

from django.db import connection

from benchmarks._served import served
from consultations.flows import book
from consultations.models import Appointment, ServiceRequest
from providers.flows import hold as holding
from providers.flows import open_times
from providers.models import HealthcareService, Practitioner, Slot
from tests.consultations.api.crowd import booking, hold, poster
from tests.factories.consultations import ServiceRequestFactory
from tests.factories.intake import PatientFactory
from tests.factories.providers import HealthcareServiceFactory, PractitionerRoleFactory, clinician

QUARTER, HALF = timedelta(minutes=15), timedelta(minutes=30)
# A day ahead, on the row of starts of a clinician whose day begins at midnight in New York.
FIRST = datetime.now(UTC).replace(hour=15, minute=0, second=0, microsecond=0) + timedelta(days=1)
WHOLE_WEEK = {"weekdays": range(1, 8), "hours": ((0, 1440),)}

Act = Callable[[], tuple[int, Any]]
Round = tuple[list[Act], list[int]]


def main() -> None:
    """Measure each kind of crowd and print the worst rounds."""
    given = options(__doc__, numbers=[("people", 64, "people at once"), ("rounds", 10, "rounds of each kind")])
    people, rounds = max(given.people, 64 if given.quick else 2), max(given.rounds, 2)
    figures = Figures("Contention: milliseconds until the last of a crowd has an answer", given)
    figures.add("people", people)
    worst = 0.0
    with stage(), served() as url:
        floor = _measure("one_row_each", _inserting(url, people), rounds, figures)
        for name, crowd in CROWDS.items():
            taken = _measure(name, crowd(url, people), rounds, figures)
            figures.add(f"{name}_to_one_row_each", p50(taken) / p50(floor), "x")
            worst = max(worst, *taken)
        figures.add("rows_that_overlap", _overlapping(), "", "0")
    figures.add("worst_round", worst, "ms", "at most 500")
    figures.close()


def _measure(name: str, crowd: Iterator[Round], rounds: int, figures: Figures) -> list[float]:
    """Return the milliseconds of each round of one kind of crowd; the first round only warms up."""
    say(name.replace("_", " "))
    taken = [_together(*each) for each in itertools.islice(crowd, rounds + 1)][1:]
    figures.add(f"{name}_p50", p50(taken), "ms")
    figures.add(f"{name}_worst", max(taken), "ms")
    return taken


def _together(acts: list[Act], expected: list[int]) -> float:
    """Let all go at one moment; returns the milliseconds until the last answer."""
    began: list[float] = []
    start = Barrier(len(acts), action=lambda: began.append(time.perf_counter()))

    def run(act: Act) -> tuple[int, Any]:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        answers = list(pool.map(run, acts))
        ended = time.perf_counter()
    found = sorted(status for status, _ in answers)
    if expected and found != expected:
        message = f"expected {Counter(expected)}, found {Counter(found)}"
        raise RuntimeError(message)
    return (ended - began[0]) * 1000


def _inserting(url: str, people: int) -> Iterator[Round]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_insert (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body jsonb)")
    posts = [_person(url, case) for case in _cases(_service(), people)]
    while True:
        yield [partial(post, "/bare-insert/", {"number": number}) for number, post in enumerate(posts)], [200] * people


def _one_time(url: str, people: int) -> Iterator[Round]:
    service = _service()
    _clinician(service)
    for number in itertools.count():
        acts = [booking(_person(url, case), case, FIRST + number * HALF) for case in _cases(service, people)]
        yield acts, [201] + [409] * (people - 1)


def _one_named_clinician(url: str, people: int) -> Iterator[Round]:
    service = _service()
    ada = _clinician(service)
    posts = [(_person(url, case), case) for case in _cases(service, people)]
    for number in itertools.count():
        start_at = FIRST + number * HALF
        acts = [partial(hold, post, case, start_at, practitioner=str(ada.pk)) for post, case in posts]
        yield acts, [201] + [409] * (people - 1)
        Slot.objects.live().update(status="free", expires_at=None)
        _refresh(ada)


def _overlapping_times(url: str, people: int) -> Iterator[Round]:
    service, long = _service(), _service(duration_minutes=45, alignment_minutes=15)
    ada = _clinician(service)
    PractitionerRoleFactory(practitioner=ada, service=long)
    _refresh(ada)
    for number in itertools.count():
        start_at = FIRST + number * timedelta(hours=1)
        wishes = [(service, start_at), (long, start_at + QUARTER), (long, start_at - QUARTER), (service, start_at)]
        acts = []
        for wanted, at in itertools.islice(itertools.cycle(wishes), people):
            [case] = _cases(wanted, 1)
            acts.append(partial(hold, _person(url, case), case, at))
        # All four lie over each other, so that one person has all of it.
        yield acts, [201] + [409] * (people - 1)
        Slot.objects.live().filter(practitioner=ada).update(status="free", expires_at=None)
        _refresh(ada)


def _expired_hold(url: str, people: int) -> Iterator[Round]:
    service = _service()
    ada = _clinician(service)
    [owner, *cases] = _cases(service, people + 1)
    posts = [(_person(url, case), case) for case in cases]
    for number in itertools.count():
        start_at = FIRST + number * HALF
        _held(owner, start_at, now=datetime.now(UTC) - timedelta(hours=1))
        yield [partial(hold, post, case, start_at) for post, case in posts], [201] + [409] * (people - 1)
        Slot.objects.live().filter(practitioner=ada).update(status="free", expires_at=None)
        _refresh(ada)


def _one_patient(url: str, people: int) -> Iterator[Round]:
    lines = [_service() for _ in range(3)]
    for line in lines:
        _clinician(line)
    for number in itertools.count():
        patient, acts = PatientFactory(), []
        for line in lines:
            case = ServiceRequestFactory(submitted=True, service=line, patient=patient)
            time_held = _held(case, FIRST + number * HALF, now=datetime.now(UTC))
            words = {"service_request": str(case.pk), "hold": str(time_held.pk)}
            acts.append(partial(_person(url, case), "/api/v1/appointments/", words))
        # The three visits would be at one time, so that one of them is booked.
        yield list(itertools.islice(itertools.cycle(acts), people)), [201] + [409] * (people - 1)


def _swaps(url: str, people: int) -> Iterator[Round]:
    service = _service()
    _clinician(service)
    times = [FIRST + number * HALF for number in range(8)]
    cases = _cases(service, len(times))
    now = datetime.now(UTC)
    visits = [
        book.book(request_id=case.pk, hold_id=_held(case, at, now=now).pk, by=case.patient.user, now=now)
        for case, at in zip(cases, times, strict=True)
    ]
    posts = [_person(url, case) for case in cases]
    acts = [_swap(posts[n], cases[n], visits[n], times[n ^ 1]) for n in range(len(times))]
    while True:
        # Who wins is chance; each keeps the old time until the new one is theirs.
        yield (acts * people)[:people], []


def _person(url: str, case: ServiceRequest) -> Any:
    """Return how somebody posts who has read the free times of their case, as whoever wants one of them has."""
    return poster(
        url,
        case.patient.user,
        after=f"/api/v1/availability/starts/?service={case.service.slug}&state={case.state}",
    )


def _swap(post: Any, case: ServiceRequest, visit: Appointment, to: datetime) -> Act:
    def act() -> tuple[int, Any]:
        status, body = hold(post, case, to)
        if status != 201:
            return status, body
        return post(f"/api/v1/appointments/{visit.pk}/reschedule/", {"hold": body["id"]})

    return act


def _service(**words: Any) -> HealthcareService:
    return HealthcareServiceFactory(max_reschedules=9999, max_visits_per_day=99, minimum_notice_minutes=0, **words)


def _clinician(service: HealthcareService) -> Practitioner:
    found = clinician(service, **WHOLE_WEEK)
    _refresh(found)
    return found


def _refresh(practitioner: Practitioner) -> None:
    open_times.refresh(practitioner_id=practitioner.pk, now=datetime.now(UTC))


def _cases(service: HealthcareService, number: int) -> list[ServiceRequest]:
    return [ServiceRequestFactory(submitted=True, service=service) for _ in range(number)]


def _held(case: ServiceRequest, at: datetime, *, now: datetime) -> Slot:
    return holding.hold(
        service_id=case.service_id, state="NY", start_at=at, practitioner_id=None, by=case.patient.user,
        reference=case.pk, now=now,
    )  # fmt: skip


def _overlapping() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM providers_slot a JOIN providers_slot b ON a.practitioner_id = b.practitioner_id"
            " AND a.id < b.id AND a.blocked && b.blocked WHERE a.status <> 'free' AND b.status <> 'free'"
        )
        return int(cursor.fetchone()[0])


CROWDS = {
    "one_time": _one_time,
    "one_named_clinician": _one_named_clinician,
    "overlapping_times": _overlapping_times,
    "an_expired_hold": _expired_hold,
    "one_patient_of_many_clinicians": _one_patient,
    "swaps": _swaps,
}

if __name__ == "__main__":
    main()
