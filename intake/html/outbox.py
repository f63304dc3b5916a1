"""What keeps unsaved answers on a device readable to nobody but the person who gave them."""

import base64
from uuid import UUID

from config.core.crypto import key_of
from config.core.models import User


def outbox_of(user: User, response_id: UUID) -> dict[str, str]:
    """
    Return what the page's script needs to keep answers that could not be sent.

    Returns  key, which only this person's pages carry and no device stores; name, under which the locked answers
             stand on the device and from which neither person nor response can be read
    """
    key = key_of(f"outbox:{user.pk}")
    return {"key": base64.b64encode(key).decode(), "name": key_of(f"outbox:{user.pk}:{response_id}").hex()[:24]}
