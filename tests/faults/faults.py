"""
Each thing that can break, and how many duplicates it may cause.

Without a fault of the mail server itself, only a sender that is killed may cause one: the mail that it was handing
over may have been accepted, and nobody can tell (docs/adr/0003-messages-are-rows.md).
"""

import shutil
import signal
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import redis

from tests.faults import people

PROCESSES = 2
# How long a sender goes on at once: consultations/flows/remind.py.
DRAIN_SECONDS = 4
NEW_YORK = ZoneInfo("America/New_York")


def nothing(run):
    """Nothing breaks."""
    run.plan()
    run.settle()
    return 0


def workers_killed(run):
    """kill -9 of the whole worker, five times."""
    run.plan()
    for part in range(1, 6):
        run.until(part / 7)
        run.stage.kill("worker")
        run.stage.begin_worker()
    run.settle()
    return 5 * PROCESSES


def broker_flushed(run):
    """FLUSHALL, three times."""
    broker = redis.Redis.from_url(run.stage.environment["REDIS_URL"])
    run.plan()
    for part in range(1, 4):
        run.until(part / 5)
        broker.flushall()
    run.settle()
    return 0


def broker_restarted(run):
    """The broker is killed, loses its files, is away for two seconds and starts empty; twice."""
    run.plan()
    for part in range(1, 3):
        run.until(part / 4)
        run.stage.kill("valkey")
        time.sleep(2)
        for file in run.stage.valkey.data.iterdir():
            shutil.rmtree(file) if file.is_dir() else file.unlink()
        run.stage.begin_server(run.stage.valkey)
    run.settle()
    return 0


def broker_away(run):
    """The broker is away until every sender has come to its end, and cannot be told so; the other half is due later."""
    run.plan()
    later = "UPDATE consultations_communication SET due_at = due_at + interval '1 hour'"
    run.stage.sql(f"{later} WHERE mod(occurrence::int, 2) = 1 AND status = 'preparation'")
    run.until(1 / 10)
    run.stage.kill("valkey")
    run.settle_senders()
    time.sleep(DRAIN_SECONDS)
    run.stage.begin_server(run.stage.valkey)
    run.settle()
    return 0


def database_restarted(run):
    """PostgreSQL stops at once and is away for two seconds; twice."""
    run.plan()
    for part in range(1, 3):
        run.until(part / 4)
        run.stage.kill("postgres", signal.SIGQUIT)
        time.sleep(2)
        run.stage.begin_server(run.stage.postgres)
    run.settle()
    return 0


def mail_server_hangs(run):
    """The mail server takes connections and answers nothing, for longer than anybody waits."""
    run.plan()
    run.until(1 / 3)
    run.stage.mode("hang")
    time.sleep(2.5 * float(run.stage.environment["EMAIL_TIMEOUT"]))
    run.stage.mode("take")
    run.settle()
    return 0


def mail_server_hangs_up(run):
    """The mail server accepts each fortieth mail and closes the connection before it says so."""
    run.stage.mode("drop 40")
    run.plan()
    run.settle()
    run.stage.mode("take")
    return len(run.stage.dropped())


def mail_server_away(run):
    """The mail server closes every connection for a while."""
    run.plan()
    run.until(1 / 3)
    run.stage.mode("refuse")
    time.sleep(5)
    run.stage.mode("take")
    run.settle()
    return 0


def spring_forward(run):
    """The night in which two o'clock does not exist: nothing before nine but what may come at any hour."""
    _night(run, evening=datetime(2026, 3, 7, 22, tzinfo=NEW_YORK), nine=datetime(2026, 3, 8, 9, tzinfo=NEW_YORK))
    return 0


def fall_back(run):
    """The night in which one o'clock comes twice."""
    _night(run, evening=datetime(2026, 10, 31, 22, tzinfo=NEW_YORK), nine=datetime(2026, 11, 1, 9, tzinfo=NEW_YORK))
    return 0


def _night(run, *, evening, nine):
    run.stage.set_clock(evening)
    people.plan_for_nine(run.count, evening=evening, nine=nine)
    run.stage.set_clock(nine.replace(hour=4))
    run.until(1 / 2)
    run.settle(skip=False)
    run.stage.set_clock(nine)
    run.settle(skip=False)


def two_beats(run):
    """A second beat, then none for an hour, then two again."""
    run.stage.begin_beat("second-beat")
    run.plan()
    run.until(1 / 3)
    for name in ("beat", "second-beat"):
        run.stage.kill(name)
    run.settle_senders()
    run.stage.forward(hours=1)
    for name in ("beat", "second-beat"):
        run.stage.begin_beat(name)
    run.settle()
    run.stage.kill("second-beat")
    return 0


def broker_disk_full(run):
    """The broker's disk is full: it refuses every write for a while."""
    run.plan()
    run.until(1 / 3)
    run.stage.limit_files("valkey", 1)
    time.sleep(8)
    run.stage.limit_files("valkey", None)
    run.settle()
    return 0


def sender_frozen(run):
    """A worker stands still for longer than its lease and then goes on, while another one works."""
    run.stage.begin_worker("second-worker")
    run.plan()
    run.until(1 / 4)
    run.stage.signal("worker", signal.SIGSTOP)
    waits = ("MESSAGE_LEASE_SECONDS", "FAULTS_TICK_SECONDS")
    time.sleep(sum(float(run.stage.environment[name]) for name in waits) + 1)
    run.stage.signal("worker", signal.SIGCONT)
    run.settle()
    run.stage.kill("second-worker")
    return PROCESSES


FAULTS = {
    "nothing breaks": nothing,
    "workers killed, five times": workers_killed,
    "broker flushed": broker_flushed,
    "broker restarted empty": broker_restarted,
    "broker away until senders end": broker_away,
    "database restarted": database_restarted,
    "mail server hangs": mail_server_hangs,
    "mail server hangs up unanswered": mail_server_hangs_up,
    "mail server away": mail_server_away,
    "clock over spring forward": spring_forward,
    "clock over fall back": fall_back,
    "two beats, then none, then two": two_beats,
    "broker's disk full": broker_disk_full,
    "worker frozen beyond its lease": sender_frozen,
}
