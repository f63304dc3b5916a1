"""What a worker does when the broker is away at the moment at which a task is done."""

import logging
from uuid import uuid4

import pytest
from celery import current_app
from kombu import Consumer, Producer, Queue
from kombu.transport import redis


@pytest.fixture
def channel():
    """Return a channel that holds one message at most."""
    with current_app.connection_for_read() as connection, connection.channel() as channel:
        channel.basic_qos(0, 1, False)
        yield channel


def taken(channel):
    """Return a message that a worker has taken from a queue of its own."""
    queue, found = Queue(f"test-{uuid4()}", channel=channel, auto_delete=True), []
    queue.declare()
    Producer(channel).publish("work", routing_key=queue.name)
    with Consumer(channel, [queue], on_message=found.append, prefetch_count=1):
        channel.connection.client.drain_events(timeout=5)
    return found[0]


def test_a_worker_asks_again_after_a_task_whose_end_the_broker_could_not_be_told(channel, monkeypatch, caplog):
    message = taken(channel)
    assert not channel.qos.can_consume()

    def away(*_args, **_kwargs):
        raise ConnectionError

    monkeypatch.setattr(redis.QoS, "_remove_from_indices", away)
    message.ack_log_error(logging.getLogger("celery"), (ConnectionError,))

    assert channel.qos.can_consume()
    assert "Couldn't ack" in caplog.text
    monkeypatch.undo()


def test_a_worker_asks_again_after_a_task_whose_end_the_broker_knows(channel):
    message = taken(channel)

    message.ack()

    assert channel.qos.can_consume()
    assert not channel.client.hexists(channel.unacked_key, message.delivery_tag)
