"""The clinic closed for days: nobody is offered, nobody's visit is forgotten."""

from datetime import timedelta

import pytest

from config.core import administrators
from providers.flows import close_clinic
from providers.models import ClinicClosure, Slot
from providers.queries import availability
from providers.queries.affected import BookingsAffected
from providers.queries.diaries import Asked
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.providers import (
    MONDAY,
    NOW,
    ClinicClosureFactory,
    HealthcareServiceFactory,
    PractitionerFactory,
    ScheduleExceptionFactory,
    SlotFactory,
    clinician,
    held,
)

pytestmark = pytest.mark.django_db(transaction=True)


def close(by=None, **given):
    words = {"name": "Holiday", "start_date": MONDAY, "end_date": MONDAY, **given}
    return close_clinic.close(**words, by=by or AdminFactory(), now=NOW)


def test_a_closed_clinic_offers_nothing_on_each_clinicians_own_date():
    service = HealthcareServiceFactory()
    ada = clinician(service)
    ScheduleExceptionFactory(practitioner=ada, kind="extra", start_minute=780, end_minute=840)
    close()

    asked = Asked(service=service, state="NY")
    page = availability.search(asked, start=NOW, end=NOW + timedelta(days=9), now=NOW)

    assert {offer.start_at.date() for offer in page.results} == {MONDAY + timedelta(days=7)}
    [reason] = availability.explain(asked, practitioner=ada, start_at=SlotFactory.start_at, now=NOW)
    assert reason.code == "time-off"


def test_closing_names_the_visits_of_everybody_and_gives_holds_back():
    service, patient = HealthcareServiceFactory(), UserFactory()
    booked = [SlotFactory(practitioner=clinician(service)) for _ in range(2)]
    held(clinician(service), patient, until=NOW + timedelta(minutes=5))

    with pytest.raises(BookingsAffected) as refused:
        close()
    assert {one["slot"] for one in refused.value.extra["affected"]} == {str(slot.pk) for slot in booked}
    assert not ClinicClosure.objects.exists()

    close(accept=[slot.pk for slot in booked])
    assert not Slot.objects.held_by(patient, now=NOW).exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"end_date": MONDAY - timedelta(days=1)}, "end_date"),
        ({"end_date": MONDAY + timedelta(days=40)}, "end_date"),
    ],
    ids=["nameless", "backwards", "too long"],
)
def test_close_refuses_what_cannot_be(change, field):
    with pytest.raises(close_clinic.BadClosure) as refused:
        close(**change)

    assert [error.field for error in refused.value.errors] == [field]


def test_only_administrators_close_and_reopen():
    row, clinician_ = ClinicClosureFactory(), PractitionerFactory()

    with pytest.raises(administrators.NotAnAdministrator):
        close(by=clinician_.user)
    with pytest.raises(administrators.NotAnAdministrator):
        close_clinic.reopen(closure_id=row.pk, by=clinician_.user, now=NOW)


def test_reopen_says_when_there_was_nothing_to_do():
    row, admin = ClinicClosureFactory(), AdminFactory()

    first = close_clinic.reopen(closure_id=row.pk, by=admin, now=NOW)
    again = close_clinic.reopen(closure_id=row.pk, by=admin, now=NOW)

    assert (first, again) == (True, False)
    with pytest.raises(close_clinic.NoSuchClosure):
        close_clinic.reopen(closure_id=admin.pk, by=admin, now=NOW)
