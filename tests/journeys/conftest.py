"""A clinic with the shipped service line and nobody in it yet."""

from datetime import UTC, datetime
from io import StringIO

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.management import call_command

from config.core.models import User
from tests.journeys.program import PASSWORD, Program

# A Monday morning in New York; the clinic opens at nine.
MONDAY = datetime(2026, 6, 1, 11, tzinfo=UTC)


@pytest.fixture
def clock():
    """Return the clock of the journey, which runs; `clock.move_to` travels."""
    with time_machine.travel(MONDAY, tick=True) as traveller:
        yield traveller


@pytest.fixture
def clinic(db, clock):
    """Load what is shipped, as the first start does."""
    for command in ("load_catalogue", "load_protocols"):
        call_command(command, stdout=StringIO())


@pytest.fixture
def admin(clinic):
    """Return the program of the one administrator, signed in."""
    user = User.objects.create_superuser("avery.admin@example.org", PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    program = Program(user.email)
    program.sign_in()
    return program
