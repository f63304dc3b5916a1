"""
The product as it runs: its own processes, a real worker, a real SMTP receiver, a real Valkey.

Two patients with a surname that nobody else has walk through it. One walks the whole line, the other is reminded of a
visit tomorrow; then everything that the product wrote, sent and kept outside its database is searched for the surname.
"""

import contextlib
import sys
import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
import redis

from tests.embedded.demo import Demo, wait_until
from tests.journeys.program import PASSWORD, OverHttp, Program
from tests.journeys.steps import book, determine, meet, open_practice, plan_care, register, submit, take_next

pytestmark = [
    pytest.mark.slow(seconds=45),
    pytest.mark.worker,
    pytest.mark.skipif(sys.platform != "linux", reason="ends the demo by /proc"),
]
# A dinosaur, a gear, a bird: nothing that is written, sent or kept outside the database has a reason to say them.
SURNAME, REASON, PLACE = "Quetzalcoatlus", "Heimdallfuchs", "Zwieselbachweg 7"
ROUND_THE_CLOCK = [{"weekday": day, "start": "00:00", "end": "24:00"} for day in range(1, 8)]
ADMIN = "avery.admin@example.org"
FIRST_STEPS = f"""
from allauth.account.models import EmailAddress
from config.core.models import User
from django.core.management import call_command
call_command("load_catalogue")
call_command("load_protocols")
user = User.objects.create_superuser("{ADMIN}", "{PASSWORD}")
EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
"""


@pytest.fixture
def demo():
    demo = Demo()
    try:
        demo.start(LOG_LEVEL="INFO").runs(seconds=300)
        yield demo
    finally:
        demo.remove()


@pytest.fixture
def watched(demo):
    """Return every command that Valkey was given, and at the end what it keeps."""
    url = demo.ask("print(paths.redis_url())")
    seen = []
    listener = redis.Redis.from_url(url)
    monitor = listener.monitor()
    monitor.__enter__()
    threading.Thread(target=_listen, args=(monitor, seen), daemon=True).start()
    yield lambda: [*seen, *kept(url)]
    listener.close()


def _listen(monitor, seen):
    with contextlib.suppress(redis.ConnectionError, ValueError, OSError, AttributeError):
        seen.extend(str(command) for command in monitor.listen())


def kept(url):
    """Yield every key of a Valkey with its value as it is stored."""
    with redis.Redis.from_url(url) as client:
        for key in client.scan_iter(count=1000):
            yield f"{key!r} {client.dump(key)!r}"


def test_the_line_runs_reminds_once_and_keeps_the_surname_to_itself(demo, watched):
    way = OverHttp(demo.port, demo.state / "mail")
    demo.ask(FIRST_STEPS, "manage.py", "shell", "-c")
    admin = Program(ADMIN, way)
    admin.sign_in()
    clinician = open_practice(admin, hours=ROUND_THE_CLOCK, minimum_notice_minutes=0, alignment_minutes=5)

    # One patient walks the whole line, now.
    first = Program("grace.first@example.org", way)
    case = walk_in(first)
    visit = book(first, case)
    assert take_next(clinician) == case["id"]
    plan = plan_care(clinician, determine(clinician, meet(first, clinician, visit)))
    assert first.get("care-plans/")["results"][0]["id"] == plan["id"]

    # The other has a visit tomorrow. A day before it, the worker sends one reminder, and no second.
    second = Program("grace.second@example.org", way)
    tomorrow = datetime.now(UTC) + timedelta(hours=26)
    visit = book(second, walk_in(second), start=tomorrow.strftime("%Y-%m-%dT%H:%M:%SZ"))
    reminder = let_a_day_before_come(demo, visit)
    assert wait_until(lambda: sent(way, reminder), 40), demo.said()
    beats = heartbeat(demo)
    assert wait_until(lambda: heartbeat(demo) > beats + timedelta(seconds=10), 60)
    assert len(sent(way, reminder)) == 1
    assert sent(way, reminder)[0]["X-Envelope-To"] == second.email
    assert fate(demo, reminder) == ("completed", 1)

    # Refusals leave no trace of it either, not even of what stood in a query.
    addresses = list(way.addresses)
    first.post("patients/", {"family_name": SURNAME}, expect=422)
    first.get(f"availability/?service={SURNAME}&state=NY", expect=422)
    first.get(f"appointments/{case['id']}/?name={SURNAME}", expect=404)

    # Logs, mails, Valkey and addresses do not know the surname, nor what else was told in confidence.
    written = {
        "logs": "\n".join(log.read_text(errors="replace") for log in (demo.state / "logs").iterdir()) + demo.said(),
        "mails": "\n".join(file.read_text(errors="replace") for file in (demo.state / "mail").glob("*.eml")),
        "valkey": "\n".join(watched()),
        "addresses": "\n".join(addresses),
    }
    found = [(place, word) for place, text in written.items() for word in SECRETS if word.lower() in text.lower()]
    assert found == []
    assert all(written.values())


SECRETS = (SURNAME, REASON, PLACE.split()[0])


def walk_in(patient):
    """Sign up with the rare surname, tell rare things, and submit; the clock of this person stands at daytime."""
    register(patient, family_name=SURNAME, address_line=PLACE, time_zone=where_it_is_day())
    return submit(patient, reason=f"I worry. {REASON}", hope=REASON)


def where_it_is_day():
    """Return a zone in which no quiet hours hold a reminder back."""
    zones = (
        "America/New_York",
        "America/Los_Angeles",
        "Pacific/Auckland",
        "Asia/Tokyo",
        "Asia/Kolkata",
        "Europe/Paris",
    )
    return next(name for name in zones if 10 <= datetime.now(ZoneInfo(name)).hour < 18)


def let_a_day_before_come(demo, visit):
    """Make the reminder of tomorrow's visit due now, as the passing of time would; return its id."""
    with psycopg.connect(demo.database()) as connection:
        moved = connection.execute(
            "UPDATE consultations_communication SET due_at = now(), ideal_at = now()"
            " WHERE subject_id = %s AND kind = 'visit-in-a-day' AND status = 'preparation' RETURNING id",
            [visit["id"]],
        )
        return str(moved.fetchone()[0])


def sent(way, message):
    """Return what the SMTP receiver got of one message; its id is in the Message-ID."""
    return [one for one in way.all_mails() if message in one["Message-ID"]]


def fate(demo, message):
    """Return status and attempts of a message."""
    with psycopg.connect(demo.database()) as connection:
        row = "SELECT status, attempts FROM consultations_communication WHERE id = %s"
        return connection.execute(row, [message]).fetchone()


def heartbeat(demo):
    """Return when the worker last ticked."""
    with psycopg.connect(demo.database()) as connection:
        return connection.execute("SELECT max(beat_at) FROM consultations_heartbeat").fetchone()[0]
