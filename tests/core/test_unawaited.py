"""A statement whose answer is fetched later is done, whatever becomes of who sent it."""

from contextlib import suppress

import pytest
from django.db import connection
from psycopg.pq import TransactionStatus

from config.core.clock import database_now
from config.core.unawaited import Unawaited
from consultations.models import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)
BEAT = """
    PREPARE test_beat (text, timestamptz, float8) AS
    INSERT INTO consultations_heartbeat (name, beat_at) SELECT $1, $2 FROM pg_sleep($3)
"""


@pytest.fixture
def beat():
    return Unawaited("test_beat", BEAT)


def send(beat, name, *, seconds=0.0):
    beat.send([name, database_now().isoformat(), str(seconds)])


def names():
    return set(Heartbeat.objects.values_list("name", flat=True))


def test_it_is_sent_at_once_and_not_waited_for(beat):
    send(beat, "first", seconds=0.3)

    assert connection.connection.pgconn.transaction_status == TransactionStatus.ACTIVE
    assert beat.wait()
    assert names() == {"first"}


def test_each_is_done_by_itself_and_one_that_fails_is_told(beat):
    send(beat, "first")
    assert beat.wait()
    send(beat, "first")
    assert not beat.wait()
    send(beat, "second")
    assert beat.wait()

    assert names() == {"first", "second"}


def test_it_is_done_though_its_sender_is_gone(beat):
    send(beat, "first", seconds=0.2)

    # As the kernel closes what a killed process had open.
    connection.connection.pgconn.finish()
    with suppress(Exception):
        connection.close()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.5)")
    assert names() == {"first"}


def test_another_statement_waits_for_it(beat):
    with beat.open():
        send(beat, "first", seconds=0.1)

        assert names() == {"first"}


def test_a_connection_that_is_gone_is_told_and_the_next_one_works(beat):
    send(beat, "first")
    assert beat.wait()
    connection.connection.pgconn.finish()

    beat.send(["second", database_now.__name__, "0"])
    assert not beat.wait()

    connection.close()
    send(beat, "third")
    assert beat.wait()
    assert names() == {"first", "third"}
