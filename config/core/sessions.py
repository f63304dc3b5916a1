"""Rules of a session, by cookie or by token: how long it lives and sleeps, and who needs a second factor in it."""

from datetime import datetime

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from config.core.models import User

_LAST_SEEN = "last_seen_at"
_BEGAN = "began_at"
_SEEN_EVERY_SECONDS = 60


def slept(session: SessionBase, user: User, *, now: datetime) -> bool:
    """
    Tell whether the session has slept or lived longer than its owner's limit, and note that it is awake.

    now     aware UTC
    Source  45 CFR 164.312(a)(2)(iii), automatic logoff; staff 15 minutes and 8 hours, patients 30 minutes and 12 hours
    """
    instant = int(now.timestamp())
    who = "staff" if user.is_clinical_or_admin else "patient"
    last = session.get(_LAST_SEEN)
    if last is not None and instant - last > settings.SESSION_IDLE_MINUTES[who] * 60:
        return True
    if instant - session.setdefault(_BEGAN, instant) > settings.SESSION_LIFE_HOURS[who] * 3600:
        return True
    if last is None or instant - last > _SEEN_EVERY_SECONDS:
        session[_LAST_SEEN] = instant
    return False


def lacks_second_factor(session: SessionBase, user: User) -> bool:
    """Tell whether this is somebody who works here and has not shown a second factor in this session."""
    if not (user.is_clinical_or_admin and settings.STAFF_SECOND_FACTOR_REQUIRED):
        return False
    methods = session.get("account_authentication_methods", [])
    return not (is_mfa_enabled(user) and any(entry.get("method") == "mfa" for entry in methods))
