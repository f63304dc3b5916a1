"""
How fast due messages leave, with real workers and a real mail server: against bare SMTP, and against one task each.

    floor     one process that sends the same bytes to the same mail server and does nothing else
    peer      one Celery task with an ETA for each reminder, as most systems do it, with the same workers
    planned   the same due messages among ten thousand and among a million planned ones

A worker is what is shipped: two processes. On PostgreSQL with fsync; nothing else should run on the machine: about
seven minutes then, a good minute with --quick. Four workers on two cores show that they do not stand in each other's
way, not how far they scale. However it is ended, by Ctrl-C or kill -9, it leaves no process and no file behind.
"""

import os
import signal
import smtplib
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks._stage import Figures, options, p95, say, stage, temporary_folder  # isort: split

import redis
from django.conf import settings
from django.core import mail
from django.db import connection

from benchmarks._peer import remind_one
from config.core.clock import database_now
from config.embedded import paths
from config.embedded.process import Command, signal_group, start
from config.embedded.watchdog import Watchdog
from consultations.adapters.mail import send
from consultations.models import Communication, Heartbeat
from consultations.queries import outgoing
from tests.faults import people

ROWS = """
    INSERT INTO consultations_communication (
        id, created_at, updated_at, subject_type, subject_id, subject_revision, kind, channel, occurrence, recipient_id,
        status, status_reason, ideal_at, due_at, expires_at, attempts, provider_message_id)
    SELECT gen_random_uuid(), now(), now(), subject_type, subject_id, 0, kind, channel, 'later ' || number, recipient_id,
           'preparation', '', due, due, due + interval '1 day', 0, ''
      FROM (SELECT * FROM consultations_communication LIMIT 1) AS one,
           LATERAL (SELECT number, now() + interval '1 day' + number * interval '1 second' AS due
                      FROM generate_series(1, %s) AS number) AS later
"""
HERE = paths.CHECKOUT
# Of one worker, as it is shipped: config/embedded/programs.py.
PROCESSES = 2
TICK = settings.CELERY_BEAT_SCHEDULE["tick"]["schedule"].run_every
GIVE_UP = 1800


class Tree:
    """Processes of this run, which end with it however it ends."""

    def __init__(self) -> None:
        self._watchdog = Watchdog()
        self._children: list[subprocess.Popen[bytes]] = []

    def begin(self, name: str, argv: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        command = Command(name, [sys.executable, "-m", *argv], env=environment, cwd=HERE, death=signal.SIGKILL)
        child = start(command, output=sys.stderr.fileno())
        self._watchdog.began(child.pid, signal.SIGKILL)
        self._children.append(child)
        return child

    def end(self) -> None:
        for child in self._children:
            signal_group(child.pid, signal.SIGKILL)
            child.wait()
        self._watchdog.dismiss()


@contextmanager
def tree() -> Iterator[Tree]:
    """Give a place for processes, which are killed when the block ends."""
    made = Tree()
    try:
        yield made
    finally:
        made.end()


class Sink:
    """The counting mail server, in a process of its own."""

    def __init__(self, folder: Path, processes: Tree) -> None:
        self._file = folder / "accepted"
        processes.begin("sink", ["tests.faults.sink", str(folder), "0"], {})
        while not (folder / "port").exists():
            time.sleep(0.05)
        self.port = int((folder / "port").read_text())

    def count(self) -> int:
        return self._file.read_bytes().count(b"\n")

    def rate(self, count: int) -> float:
        """Wait until so many have arrived since the file was empty; return how many a second, from the first on."""
        began = None
        deadline = time.monotonic() + GIVE_UP
        while (arrived := self.count()) < count:
            if began is None and arrived:
                began, first = time.perf_counter(), arrived
            if time.monotonic() > deadline:
                raise TimeoutError(f"{arrived} of {count} arrived")
            time.sleep(0.02)
        return (count - first) / (time.perf_counter() - began) if began else 0.0

    def forget(self) -> None:
        os.truncate(self._file, 0)


@contextmanager
def running(port: int, *, workers: int, beat: bool) -> Iterator[None]:
    """Run so many Celery workers as they are shipped, and their clock or none, until the block ends."""
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "FAULTS_SMTP_PORT": str(port),
        "MESSAGE_SENDERS": str(workers * PROCESSES),
        "PYTHONWARNINGS": "ignore",
    }
    celery = ["celery", "-q", "-A", "config"]
    options = ["--concurrency", str(PROCESSES), "--without-gossip", "--without-mingle", "--without-heartbeat"]
    worker = [*celery, "worker", "--loglevel", "ERROR", *options, "-I", "benchmarks._peer"]
    with temporary_folder() as folder, tree() as processes:
        for number in range(workers):
            processes.begin("worker", [*worker, "--hostname", f"worker-{number}@%h"], environment)
        if beat:
            clock = ["beat", "--loglevel", "ERROR", "--schedule", f"{folder}/beat", "--pidfile", ""]
            processes.begin("beat", [*celery, *clock], environment)
        yield


def one_letter() -> bytes:
    """Return a letter as it goes to the mail server; the floor sends the same bytes."""
    people.plan_due(1, at=database_now())
    (letter,) = outgoing.ready(list(Communication.objects.all()), now=database_now()).values()
    mail.outbox = []
    send(letter)
    return bytes(mail.outbox[0].message().as_bytes(linesep="\r\n"))


def floor(sink: Sink, count: int, letter: bytes) -> float:
    """Return how many letters a second one connection takes from a loop that does nothing else."""
    sink.forget()
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", sink.port) as server:
        for _ in range(count):
            server.sendmail("a@example.com", ["b@example.com"], letter)
    return count / (time.perf_counter() - began)


def drained(sink: Sink, count: int, *, workers: int) -> float:
    """Return how many messages a second leave that become due at once while all workers wait."""
    sink.forget()
    people.plan_due(count, at=database_now() + timedelta(hours=1))
    with running(sink.port, workers=workers, beat=True):
        wait_for(workers)
        Communication.objects.update(due_at=database_now())
        return sink.rate(count)


def wait_for(workers: int) -> None:
    """Wait until so many workers wait for tasks: starting one takes more of a processor than sending does."""
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        while sum(client["cmd"] == "brpop" for client in broker.client_list()) < workers:
            time.sleep(0.1)
    # What starting has begun comes to its end.
    time.sleep(2)


def peer(sink: Sink, count: int, *, workers: int) -> float:
    """Return how many reminders a second leave when each is a task; from the instant at which all are due."""
    sink.forget()
    people.plan_due(count, at=database_now())
    ids = list(Communication.objects.values_list("pk", flat=True))
    began = time.perf_counter()
    due = database_now() + timedelta(seconds=20 + count / 150)
    with running(sink.port, workers=workers, beat=False):
        for pk in ids:
            remind_one.apply_async(kwargs={"communication_id": str(pk)}, eta=due)
        say(f"  published in {time.perf_counter() - began:.0f} s")
        while database_now() < due:
            time.sleep(0.05)
        began = time.perf_counter()
        sink.rate(count)
        return count / (time.perf_counter() - began)


def lateness(sink: Sink, due: int, *, planned: int, workers: int) -> float:
    """Return the seconds after its time at which 95 of 100 due messages had left, among so many planned ones."""
    sink.forget()
    people.plan_due(due, at=database_now() + timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [planned - due])
        cursor.execute("VACUUM ANALYZE consultations_communication")
        # What was just loaded is on the disk before anything is measured.
        cursor.execute("CHECKPOINT")
    with running(sink.port, workers=workers, beat=True):
        wait_for(workers)
        soon = Communication.objects.filter(due_at__lt=database_now() + timedelta(hours=2))
        # Due half a second before the tick after the next: how long a letter waits for a tick is chance.
        soon.update(due_at=_next_tick() + 2 * TICK - timedelta(seconds=0.5))
        sink.rate(due)
        time.sleep(1)
    late = Communication.objects.filter(sent_at__isnull=False).values_list("sent_at", "due_at")
    return p95([(sent_at - due_at).total_seconds() for sent_at, due_at in late])


def _next_tick() -> datetime:
    """Wait for a tick; return its instant, aware UTC."""
    begun = database_now()
    while (beat := Heartbeat.objects.filter(name="tick", beat_at__gte=begun).first()) is None:
        time.sleep(0.02)
    return beat.beat_at


def main() -> None:
    """Measure one after the other and print every ratio."""
    numbers = (
        ("count", 10_000, "Due messages."),
        ("planned", 1_000_000, "Planned messages of the large ledger."),
        ("due", 1_000, "Of the planned ones, due now."),
    )
    given = options(__doc__, numbers=numbers)
    count, due = max(given.count, 1_500), max(given.due, 200)
    figures = Figures("Messages", given)
    figures.add("load_average_at_begin", os.getloadavg()[0])
    with stage(), temporary_folder() as folder, tree() as processes:
        sink, letter = Sink(folder, processes), one_letter()
        for workers in (1, 4):
            # The floor is taken before and after: others may work on this machine.
            before = floor(sink, count, letter)
            rate = drained(sink, count, workers=workers)
            bare = statistics.mean([before, floor(sink, count, letter)])
            figures.add(f"bare_smtp_per_second_around_{workers}", bare)
            figures.add(f"drained_per_second_{workers}_workers", rate)
            figures.add(f"ratio_to_bare_smtp_{workers}_workers", rate / bare, goal="at least 0.7")
            tasks = peer(sink, max(count // 5, 300), workers=workers)
            figures.add(f"task_each_per_second_{workers}_workers", tasks)
            figures.add(f"ratio_to_task_each_{workers}_workers", rate / tasks, goal="at least 5")
        few = max(10_000, due)
        small = statistics.mean(lateness(sink, due, planned=few, workers=1) for _ in range(2))
        figures.add(f"late_p95_among_{few}", small, "s")
        large = lateness(sink, due, planned=max(given.planned, due), workers=1)
        figures.add(f"late_p95_among_{max(given.planned, due)}", large, "s")
        figures.add("ratio_of_lateness", large / small, goal="about 1")
    figures.close()


if __name__ == "__main__":
    main()
