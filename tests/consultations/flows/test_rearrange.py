from datetime import date, timedelta

import pytest

from config.core import administrators
from config.core.models import Role
from consultations.domain import policy
from consultations.flows import book, rearrange
from consultations.models import Communication
from consultations.queries import letters
from tests.factories.consultations import AppointmentFactory, ServiceRequestFactory, clinician, held
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.intake import PatientFactory
from tests.factories.providers import NINE, NOW, PractitionerFactory, QualificationFactory

pytestmark = pytest.mark.django_db
LATE = NINE - timedelta(minutes=30)


@pytest.fixture
def admin():
    return AdminFactory()


@pytest.fixture
def visit():
    return AppointmentFactory()


def kinds(user):
    return sorted(Communication.objects.filter(recipient=user).values_list("kind", flat=True))


def test_ask_tells_the_patient_and_leaves_the_visit_where_it_is(visit, admin):
    assert rearrange.ask(appointment_id=visit.pk, by=admin, now=NOW)

    visit.refresh_from_db()
    letter = letters.compose(Communication.objects.get())
    assert (visit.status, visit.start_at, visit.move_asked_by) == ("booked", NINE, admin)
    assert "cannot keep your visit on Monday, June 1, 2026 at 9:00 AM EDT" in letter.body


def test_ask_asks_once(visit, admin):
    rearrange.ask(appointment_id=visit.pk, by=admin, now=NOW)

    assert not rearrange.ask(appointment_id=visit.pk, by=admin, now=NOW)
    assert Communication.objects.count() == 1


def test_ask_is_for_administrators(visit):
    with pytest.raises(administrators.NotAnAdministrator):
        rearrange.ask(appointment_id=visit.pk, by=visit.patient.user, now=NOW)


def test_ask_knows_only_visits_that_are_there(admin):
    with pytest.raises(rearrange.NotFound):
        rearrange.ask(appointment_id=ServiceRequestFactory().pk, by=admin, now=NOW)


def test_ask_refuses_a_visit_that_has_begun(visit, admin):
    with pytest.raises(rearrange.NotToMove):
        rearrange.ask(appointment_id=visit.pk, by=admin, now=NINE)


def test_who_is_asked_may_move_inside_the_notice(visit, admin):
    case = visit.service_request
    hold = held(case, start_at=NINE + timedelta(hours=1), expires_at=NINE)

    with pytest.raises(policy.TooLateToChange):
        book.reschedule(appointment_id=visit.pk, hold_id=hold.pk, by=visit.patient.user, now=LATE)
    rearrange.ask(appointment_id=visit.pk, by=admin, now=NOW)
    moved = book.reschedule(appointment_id=visit.pk, hold_id=hold.pk, by=visit.patient.user, now=LATE)

    assert (moved.start_at, moved.move_asked_at) == (NINE + timedelta(hours=1), None)


def test_an_override_tells_the_patient_and_both_clinicians(visit, admin):
    other = clinician(visit.service_request.service)
    hold = held(visit.service_request, practitioner=other, by=admin)

    book.reschedule(appointment_id=visit.pk, hold_id=hold.pk, by=admin, now=NOW, override_reason="Ill.")

    assert "booking-moved" in kinds(visit.patient.user)
    assert kinds(visit.practitioner.user) == kinds(other.user) == ["booking-moved"]
    letter = letters.compose(Communication.objects.get(recipient=visit.practitioner.user))
    assert f"It is now with {other.display_name}" in letter.body


def test_a_visit_that_goes_to_another_clinician_leaves_the_calendar_of_the_one_before(visit, admin):
    other = clinician(visit.service_request.service)
    hold = held(visit.service_request, practitioner=other, by=admin)

    book.reschedule(appointment_id=visit.pk, hold_id=hold.pk, by=admin, now=NOW, override_reason="Ill.")

    moved = Communication.objects.filter(kind="booking-moved")
    told = {one.recipient_id: letters.compose(one).invitation.method for one in moved}
    people = (visit.patient.user_id, other.user_id, visit.practitioner.user_id)
    assert [told[one] for one in people] == ["REQUEST", "REQUEST", "CANCEL"]


def test_an_overridden_cancellation_tells_both_sides(visit, admin):
    book.cancel(appointment_id=visit.pk, reason="", by=admin, now=LATE, override_reason="Ill.")

    assert kinds(visit.patient.user) == kinds(visit.practitioner.user) == ["booking-cancelled"]


@pytest.mark.parametrize(
    ("days", "warned"), [(61, []), (60, [60]), (31, [60]), (30, [30]), (8, [30]), (7, [7]), (0, [7])], ids=str
)
def test_licences_are_warned_of_at_sixty_thirty_and_seven_days(days, warned):
    row = ending_in(days)

    rearrange.warn(now=NOW)

    planned = Communication.objects.filter(recipient=row.practitioner.user).values_list("occurrence", flat=True)
    assert [int(one.rpartition(":")[2]) for one in planned] == warned


def test_each_warning_is_planned_once(admin):
    ending_in(60)

    for _ in range(3):
        rearrange.warn(now=NOW)

    assert Communication.objects.filter(kind="licence-expiring").count() == 2


def test_every_administrator_is_warned_and_nobody_else(admin):
    other, _stranger = UserFactory(role=Role.ADMIN), PatientFactory()
    row = ending_in(7)

    rearrange.warn(now=NOW)

    told = set(Communication.objects.values_list("recipient", flat=True))
    assert told == {admin.pk, other.pk, row.practitioner.user_id}


def test_a_licence_that_is_carried_on_needs_no_warning():
    row = ending_in(7)
    QualificationFactory(practitioner=row.practitioner, valid_from=row.valid_until + timedelta(days=1))

    assert rearrange.warn(now=NOW) == 0


def ending_in(days):
    until = date(2026, 5, 31) + timedelta(days=days)
    return QualificationFactory(practitioner=PractitionerFactory(), valid_until=until)
