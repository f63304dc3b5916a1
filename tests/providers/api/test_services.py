"""The service lines over HTTP."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.providers import HealthcareServiceFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/services/"


def test_anybody_lists_the_active_lines_by_name(nobody):
    for name, active in (("Sleep", True), ("Mood", True), ("Old", False)):
        HealthcareServiceFactory(name=name, slug=name.lower(), is_active=active)

    answer = nobody.get(URL).json()

    assert [one["slug"] for one in answer["results"]] == ["mood", "sleep"]
    assert set(answer) == {"next", "previous", "results"}


def test_administrators_also_see_retired_lines(admin):
    HealthcareServiceFactory(is_active=False)

    assert len(admin.get(URL).json()["results"]) == 1


def test_one_line_says_what_it_costs_in_time(nobody):
    line = HealthcareServiceFactory(slug="sleep", questions_minutes=12)

    answer = nobody.get(f"{URL}sleep/").json()

    assert (answer["id"], answer["questions_minutes"], answer["duration_minutes"]) == (str(line.pk), 12, 30)
    assert answer["states"] == ["NY", "NJ"]


@pytest.mark.parametrize("slug", ["nothing", "old"])
def test_unknown_and_retired_lines_are_not_found(nobody, slug):
    HealthcareServiceFactory(slug="old", is_active=False)

    answer = nobody.get(f"{URL}{slug}/")

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_the_number_of_queries_does_not_grow(nobody):
    counts = []
    for total in (5, 50):
        HealthcareServiceFactory.create_batch(total)
        with CaptureQueriesContext(connection) as queries:
            nobody.get(URL, {"limit": 100})
        counts.append(len(queries))

    assert counts == [1, 1]
