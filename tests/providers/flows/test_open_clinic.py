"""The clinic's weekly hours, in which due times are counted."""

import pytest
from django.db import IntegrityError

from config.core import administrators
from providers.domain.business import Opening
from providers.flows import open_clinic
from providers.models import ClinicHours
from providers.queries.business import business_hours
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.providers import NOW, ClinicClosureFactory

pytestmark = pytest.mark.django_db


def opened(by=None, **given):
    words = {"weekday": 1, "start_minute": 540, "end_minute": 1020, **given}
    return open_clinic.add_hours(**words, by=by or AdminFactory(), now=NOW)


def test_hours_are_counted_with_the_closures():
    opened()
    closure = ClinicClosureFactory()

    found = business_hours(NOW)

    assert found.openings == (Opening(1, 540, 1020),)
    assert [one.start_date for one in found.closures] == [closure.start_date]


def test_hours_that_ended_no_longer_count():
    hours = opened()

    assert open_clinic.end_hours(hours_id=hours.pk, by=AdminFactory(), now=NOW)
    assert not open_clinic.end_hours(hours_id=hours.pk, by=AdminFactory(), now=NOW)
    assert business_hours(NOW).openings == ()
    assert opened().is_active


@pytest.mark.parametrize(
    ("given", "field"),
    [({"weekday": 8}, "weekday"), ({"start_minute": 1440}, "start_minute"), ({"end_minute": 540}, "end_minute")],
)
def test_bad_hours_are_refused_by_field(given, field):
    with pytest.raises(open_clinic.BadHours) as refusal:
        opened(**given)

    assert field in {error.field for error in refusal.value.errors}


def test_the_clinic_opens_once_at_a_time():
    opened()

    with pytest.raises(open_clinic.BadHours):
        opened(end_minute=1100)
    with pytest.raises(IntegrityError, match="providers_clinichours_start_once"):
        ClinicHours.objects.create(weekday=1, start_minute=540, end_minute=600)


def test_only_administrators_set_hours():
    hours = opened()

    with pytest.raises(administrators.NotAnAdministrator):
        opened(by=UserFactory(), weekday=2)
    with pytest.raises(administrators.NotAnAdministrator):
        open_clinic.end_hours(hours_id=hours.pk, by=UserFactory(), now=NOW)


def test_hours_that_are_not_there_cannot_end():
    with pytest.raises(open_clinic.NoSuchHours):
        open_clinic.end_hours(hours_id=AdminFactory().pk, by=AdminFactory(), now=NOW)
