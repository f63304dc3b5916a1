"""Administrators see whom times would tell when, then keep them."""

from datetime import timedelta

import pytest
import time_machine

from consultations.domain.codes import CommunicationKind
from consultations.models import MessagePlan
from tests.consultations.html.reading import text_of
from tests.factories.consultations import AppointmentFactory, MessagePlanFactory
from tests.factories.core import AdminFactory
from tests.factories.intake import PatientFactory
from tests.factories.providers import NOW, HealthcareServiceFactory, PractitionerFactory

pytestmark = pytest.mark.django_db
LIST = "/clinic/messages/plans/"
AHEAD = f"{LIST}sleep/visit-in-a-day/"
TIMES = {"version": "0", "how": "times", "count_0": "2", "unit_0": "days", "count_2": "90", "unit_2": "minutes"}
NEVER = {"version": "0", "how": "never"}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def line():
    return HealthcareServiceFactory(slug="sleep", name="Calm Nights")


@pytest.fixture
def admin(client):
    user = AdminFactory()
    client.force_login(user)
    return user


def own_times():
    return [(row.version, row.minutes) for row in MessagePlan.objects.order_by("version")]


def test_every_kind_of_every_service_is_listed_with_its_times(client, admin, line, django_assert_num_queries):
    MessagePlanFactory(service=line, minutes=[])
    HealthcareServiceFactory.create_batch(3)
    client.get(LIST)

    with django_assert_num_queries(4):
        page = text_of(client.get(LIST))

    assert "Never (own)" in page
    assert "1 hour before the visit (usual)" in page
    assert "1 day, 3 days and 7 days after the questions were begun (usual)" in page
    assert page.count("No new time since a missed visit") >= 4


def test_the_present_times_are_shown_with_whom_they_tell_when(client, admin, line):
    AppointmentFactory(service_request__service=line)

    page = text_of(client.get(AHEAD))

    assert "Calm Nights: 1 day before the visit. These are the usual times." in page
    assert "Visit Mon, Jun 1, 9:00 AM EDT" in page
    assert "Not sent: too late for Sun, May 31, 9:00 AM EDT" in page


def test_an_example_is_shown_where_there_is_no_visit(client, admin, line):
    page = text_of(client.get(AHEAD))

    assert "There is nobody to show this with now" in page
    assert "Visit Wed, Jun 3, 10:00 AM EDT" in page


def test_quiet_hours_are_said_where_they_move_a_message(client, admin, line):
    AppointmentFactory(service_request__service=line)

    page = text_of(client.post(AHEAD, {**NEVER, "how": "times", "count_0": "1", "unit_0": "hours", "do": "show"}))

    assert "Sun, May 31, 7:45 PM EDT , kept out of quiet hours (wanted 8:00 AM EDT )" in page


def test_a_message_for_which_all_hours_until_the_visit_are_quiet_says_so_and_not_that_it_is_late(client, admin, line):
    AppointmentFactory(
        service_request__service=line,
        service_request__patient__time_zone="America/St_Johns",
        start_at=NOW + timedelta(hours=10),
    )

    page = text_of(client.post(AHEAD, {**NEVER, "how": "times", "count_0": "1", "unit_0": "hours", "do": "show"}))

    assert "Not sent: Mon, Jun 1, 5:30 AM NDT is in quiet hours that last until the visit" in page
    assert "too late" not in page


def test_times_are_shown_before_they_are_kept(client, admin, line):
    answer = client.post(AHEAD, {**TIMES, "do": "show"})

    page = text_of(answer)
    assert answer.status_code == 200
    assert "90 minutes" not in page
    assert "1 hour 30 minutes and 2 days before the visit." in page
    assert "Keep these times" in page
    assert own_times() == []


def test_times_are_kept_with_who_and_when(client, admin, line):
    page = text_of(client.post(AHEAD, {**TIMES, "do": "keep"}, follow=True))

    assert "The times are kept." in page
    assert admin.email in page
    assert own_times() == [(1, [90, 2880])]


def test_the_form_shows_times_in_the_largest_unit_that_they_are_whole_in(client, admin, line):
    MessagePlanFactory(service=line, minutes=[90, 720, 2880])

    form = client.get(AHEAD).context["form"]

    assert [(count.value(), unit.value()) for count, unit in form.rows][:4] == [
        (90, "minutes"),
        (12, "hours"),
        (2, "days"),
        (None, None),
    ]


def test_never_is_kept_whatever_is_typed_below(client, admin, line):
    client.post(AHEAD, {**TIMES, "how": "never", "do": "keep"})

    assert own_times() == [(1, [])]


def test_how_many_planned_messages_keep_their_time_is_said_before_a_change(client, admin, line):
    visit = AppointmentFactory(service_request__service=line, start_at=NOW.replace(month=7, day=1, hour=15))
    visit.announce(CommunicationKind.BOOKING_CONFIRMED, now=NOW)
    MessagePlanFactory(service=line)

    page, restore = text_of(client.get(AHEAD)), text_of(client.get(f"{AHEAD}restore/"))

    assert "1 message of this kind is planned for this service already. A change leaves it its time" in page
    assert "1 message of this kind, with its present time" in restore


WRONG = {
    "no time": ({"count_0": "", "count_2": ""}, "count_0", "Give at least one time, or choose Never."),
    "too long": ({"count_0": "31"}, "count_0", "Choose a time from 5 minutes to 30 days."),
    "too short": ({"count_2": "4"}, "count_2", "Choose a time from 5 minutes to 30 days."),
    "twice": ({"count_2": "48", "unit_2": "hours"}, "count_2", "This time is there already."),
    "no number": ({"count_2": "soon"}, "count_2", "Enter a whole number, or another unit."),
    "half": ({"count_0": "1.5"}, "count_0", "Enter a whole number, or another unit."),
    "no unit": ({"unit_0": "moons"}, "unit_0", "Select a valid choice. moons is not one of the available choices."),
    "endless": ({"count_0": "9" * 30}, "count_0", "Choose a time from 5 minutes to 30 days."),
    "no choice": ({"how": ""}, "how", "Choose whether this message is sent."),
}


@pytest.mark.parametrize("do", ["show", "keep"])
@pytest.mark.parametrize(("typed", "field", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_stands_beside_what_was_typed(client, admin, line, do, typed, field, words):
    answer = client.post(AHEAD, {**TIMES, **typed, "do": do})

    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [words]
    assert all(str(value) in answer.text for value in typed.values())
    assert own_times() == []


def test_everything_that_is_wrong_is_told_at_once(client, admin, line):
    answer = client.post(AHEAD, {**TIMES, "count_0": "40", "count_1": "soon", "unit_2": "moons", "do": "keep"})

    assert set(answer.context["form"].errors) == {"count_0", "count_1", "unit_2"}


def test_that_nobody_would_be_told_is_shown_too(client, admin, line):
    page = text_of(client.post(AHEAD, {**NEVER, "do": "show"}))

    assert "Nobody: this message is never sent." in page
    assert "Keep these times" in page


def test_of_two_administrators_the_second_loses_nothing_that_was_typed(client, admin, line):
    client.post(AHEAD, {**TIMES, "count_0": "3", "do": "keep"})

    late = client.post(AHEAD, {**TIMES, "do": "keep"})
    again = client.post(AHEAD, {**TIMES, "version": "1", "do": "keep"})

    assert late.status_code == 409
    assert "Somebody set other times meanwhile." in text_of(late)
    assert "Calm Nights: 1 hour 30 minutes and 3 days before the visit." in text_of(late)
    assert 'name="version" value="1"' in late.text
    assert late.context["form"]["count_0"].value() == "2"
    assert again.status_code == 302


def test_the_usual_times_come_back_after_a_question(client, admin, line):
    MessagePlanFactory(service=line)

    asked = text_of(client.get(f"{AHEAD}restore/"))
    page = text_of(client.post(f"{AHEAD}restore/", {"version": "1"}, follow=True))

    assert "Now 12 hours before the visit Then 1 day before the visit" in asked
    assert "The usual times hold again." in page
    assert "Back to the usual times" in page
    assert own_times() == [(1, [720]), (2, [])]


@pytest.mark.parametrize("version", ["0", "", "x", "²", "9" * 5000, "-1"])
def test_the_usual_times_come_back_only_over_the_version_that_was_seen(client, admin, line, version):
    MessagePlanFactory(service=line)

    page = text_of(client.post(f"{AHEAD}restore/", {"version": version}, follow=True))

    assert "Somebody set other times meanwhile." in page
    assert own_times() == [(1, [720])]


@pytest.mark.parametrize("factory", [PatientFactory, PractitionerFactory])
def test_only_administrators_come_in(client, line, factory):
    client.force_login(factory().user)

    assert {client.get(path).status_code for path in (LIST, AHEAD, f"{AHEAD}restore/")} == {403}
    assert {client.post(path, TIMES).status_code for path in (AHEAD, f"{AHEAD}restore/")} == {403}
    assert own_times() == []


@pytest.mark.parametrize("path", [f"{LIST}sleep/booking-moved/", f"{LIST}none/visit-in-a-day/"])
def test_what_there_is_not_is_not_found(client, admin, line, path):
    assert client.get(path).status_code == client.get(f"{path}restore/").status_code == 404


def test_the_board_leads_there(client, admin):
    assert f'href="{LIST}"' in client.get("/clinic/messages/").text
