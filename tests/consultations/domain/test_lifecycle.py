import pytest

from consultations.domain import lifecycle
from consultations.domain.codes import AppointmentStatus, EncounterStatus, RequestStatus, TaskStatus

TABLES = [
    pytest.param(lifecycle.SERVICE_REQUEST, RequestStatus, id="service request"),
    pytest.param(lifecycle.REVIEW_TASK, TaskStatus, id="review task"),
    pytest.param(lifecycle.APPOINTMENT, AppointmentStatus, id="appointment"),
    pytest.param(lifecycle.ENCOUNTER, EncounterStatus, id="encounter"),
]


@pytest.mark.parametrize(("table", "statuses"), TABLES)
def test_every_status_stands_in_its_table(table, statuses):
    assert set(table) == set(statuses)
    assert frozenset().union(*table.values()) <= set(statuses)


@pytest.mark.parametrize(("table", "statuses"), TABLES)
def test_no_status_follows_itself(table, statuses):
    assert not [status for status in statuses if lifecycle.may(table, status, status)]


def test_stored_text_is_as_good_as_a_code():
    assert lifecycle.may(lifecycle.APPOINTMENT, "booked", "cancelled")


def test_an_unknown_status_goes_nowhere():
    assert not lifecycle.may(lifecycle.APPOINTMENT, "proposed", "booked")


def test_require_refuses_with_the_words_of_the_caller():
    with pytest.raises(lifecycle.BadTransition, match="Over and done"):
        lifecycle.require(lifecycle.APPOINTMENT, "fulfilled", "cancelled", why="Over and done.")
