"""The database keeps what a plan of messages promises, whoever writes."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models.expressions import RawSQL

from tests.factories.consultations import MessagePlanFactory

pytestmark = pytest.mark.django_db
BROKEN = {
    "times_in_range": [{"minutes": [4]}, {"minutes": [60, 30 * 24 * 60 + 1]}],
    "times_ordered": [{"minutes": [60, 60]}, {"minutes": [5, 6, 7, 9, 8]}],
    "plain_list": [
        {"minutes": [5, 6, 7, 8, 9, 10]},
        {"minutes": [5, None, 4]},
        {"minutes": RawSQL("'{{4,4},{90,4}}'::integer[]", ())},
        {"minutes": RawSQL("'[0:1]={4,60}'::integer[]", ())},
    ],
    "usual_has_no_times": [{"minutes": [60], "is_usual": True}],
    "counts_from_one": [{"version": 0}],
    "kind_known": [{"kind": "booking-moved"}],
    "setting_whole": [{"set_by": None}, {"set_at": None}],
}


@pytest.mark.parametrize(
    ("name", "columns"), [(name, columns) for name, broken in BROKEN.items() for columns in broken]
)
def test_database_refuses_a_plan_that_cannot_be(name, columns):
    with pytest.raises(IntegrityError, match=f"consultations_messageplan_{name}"):
        MessagePlanFactory(**columns)


@pytest.mark.parametrize("minutes", [[], [5], [5, 60, 90, 1440, 30 * 24 * 60]], ids=["never", "one", "five"])
def test_database_takes_up_to_five_times_in_order(minutes):
    assert MessagePlanFactory(minutes=minutes).pk


def test_one_version_of_a_plan_is_there_once():
    rule = MessagePlanFactory()

    with pytest.raises(IntegrityError, match="consultations_messageplan_version_once"):
        MessagePlanFactory(service=rule.service, minutes=[90])


@pytest.mark.parametrize(
    "change", ["UPDATE consultations_messageplan SET minutes = '{60}'", "DELETE FROM consultations_messageplan"]
)
def test_the_database_keeps_every_version(change):
    MessagePlanFactory()

    with (
        pytest.raises(DatabaseError, match="messageplan_append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
