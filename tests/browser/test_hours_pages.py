"""The pages about hours look right at both sizes, and axe finds nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories.core import AdminFactory
from tests.factories.providers import HealthcareServiceFactory, ScheduleExceptionFactory, clinician

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada():
    service = HealthcareServiceFactory()
    for family_name in ("Hopper", "Noether"):
        clinician(service, family_name=family_name, weekdays=(1, 2, 3, 4, 5), hours=((540, 720), (780, 1020)))
    ada = clinician(service, family_name="Lovelace", credentials="MD", weekdays=(1, 3, 5), hours=((540, 720),))
    ScheduleExceptionFactory(
        practitioner=ada, start_date=timezone.now().date() + timedelta(days=2), reason="Conference"
    )
    return ada


@pytest.mark.parametrize("name", ["schedules", "schedules/change", "hours", "hours/edit"])
def test_pages_about_hours_are_sound(look, ada, name):
    user = ada.user if name.startswith("hours") else AdminFactory()

    look(f"/clinic/{name}/", name=name.replace("/", "-"), user=user)
