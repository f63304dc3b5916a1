import pytest
import time_machine
from django.db import transaction

from tests.contracts import world
from tests.factories.providers import NOW


@pytest.fixture(scope="module")
def there(django_db_setup, django_db_blocker):
    """
    Return the world, stored once for a module: what each of its tests does is undone as ever.

    Not for a module with tests that commit: to them it would be in a transaction that never ends.
    """
    around = transaction.atomic()
    # As the transaction of a test is: flows count as outermost in it.
    around._from_testcase = True
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), around:
        yield world.make()
        transaction.set_rollback(True)
