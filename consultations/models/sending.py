"""Statements of senders that are no queries of Django's: that letters were sent, in the fewest steps."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection

from config.core.unawaited import Unawaited

# Does not wait until the commit is on the disk, as everything else here does.
_SENT = """
    PREPARE communication_sent (uuid, uuid, text, timestamptz) AS
      WITH soon AS (SELECT set_config('synchronous_commit', 'off', true))
    UPDATE consultations_communication
       SET status = 'completed', status_reason = '', sent_at = $4, token = NULL, lease_expires_at = NULL,
           updated_at = $4, provider_message_id = $3
      FROM soon WHERE id = $1 AND token = $2 AND status IN ('in-progress', 'unknown')
"""
_ALL_SENT = """
    UPDATE consultations_communication AS held
       SET status = 'completed', status_reason = '', sent_at = %(now)s, token = NULL, lease_expires_at = NULL,
           updated_at = %(now)s, provider_message_id = sent.provider_id
      FROM unnest(%(ids)s::uuid[], %(tokens)s::uuid[], %(provider_ids)s::text[]) AS sent (id, token, provider_id)
     WHERE held.id = ANY(%(ids)s::uuid[]) AND held.token = ANY(%(tokens)s::uuid[])
       AND held.id = sent.id AND held.token = sent.token AND held.status IN ('in-progress', 'unknown')
"""


def completing() -> Unawaited:
    """
    Return what writes that a message was sent, if its sender still holds it; a crash of the database may forget it.

    Its values are the id, the token, the name at the provider and the instant. Measured, waiting for the disk each
    time was most of what a message cost, and then waiting for the answer.
    """
    return Unawaited("communication_sent", _SENT)


def complete_all(sent: Collection[tuple[UUID, UUID, str]], *, now: datetime) -> None:
    """Write that messages were sent which their senders still hold, each given as id, token, name at the provider."""
    ids, tokens, provider_ids = (list(column) for column in zip(*sent, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_ALL_SENT, {"ids": ids, "tokens": tokens, "provider_ids": provider_ids, "now": now})
