"""
How a Celery worker outlives an outage of the broker.

A worker asks for no more than it may hold at once. kombu lets go of what is done only when the broker has taken the
acknowledgement: when the broker is away at that moment, the worker holds it for ever. When that happens to each of its
processes in one outage, it never asks again, never notices that it was cut off, and looks alive.
"""

from typing import Any

from kombu.transport import redis, virtual


class LettingGo(redis.QoS):
    """Lets go of a message that is done, whether the broker can be told or not; one that was not told gives it again."""

    def ack(self, delivery_tag: str) -> None:
        """Tell the broker that a message is done; its error is logged by who asked."""
        try:
            super().ack(delivery_tag)
        except Exception:
            virtual.QoS.ack(self, delivery_tag)
            raise


def install(channel: Any = redis.Channel) -> None:
    """Let every channel to the broker do so."""
    channel.QoS = LettingGo
