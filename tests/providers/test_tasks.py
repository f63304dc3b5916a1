"""What workers do."""

import pytest
import time_machine

from providers.models import Slot
from providers.tasks import release_expired_holds
from tests.factories.core import UserFactory
from tests.factories.providers import NOW, PractitionerFactory, held


@pytest.mark.django_db(transaction=True)
def test_release_expired_holds_may_run_twice():
    held(PractitionerFactory(), UserFactory(), until=NOW)

    with time_machine.travel(NOW, tick=False):
        release_expired_holds()
        release_expired_holds()

    assert not Slot.objects.live().exists()
