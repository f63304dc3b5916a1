import pytest
from django.contrib.auth.models import Permission
from django.db import connection

from tests import emptying
from tests.contracts import world

pytestmark = pytest.mark.django_db(transaction=True)


def rows_left():
    names = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - emptying.KEPT
    with connection.cursor() as cursor:
        return {
            name: found for name in names if (found := cursor.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])
        }


@pytest.mark.parametrize("large", [emptying.LARGE, 0], ids=["deleted", "truncated"])
def test_nothing_is_left_of_a_test_not_even_what_triggers_keep(monkeypatch, large):
    monkeypatch.setattr(emptying, "LARGE", large)
    world.make()
    assert rows_left()

    emptying.empty(connection)

    assert rows_left() == {}
    assert Permission.objects.exists()


def test_triggers_and_keys_hold_again_afterwards():
    emptying.empty(connection)

    with connection.cursor() as cursor:
        assert cursor.execute("SHOW session_replication_role").fetchone() == ("origin",)
