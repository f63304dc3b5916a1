"""Free times over HTTP."""

from base64 import b64encode
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from providers.flows import open_times
from providers.queries.open_time_walk import COUNTED
from tests.contracts import openapi
from tests.factories.providers import NINE, NOW, HealthcareServiceFactory, SlotFactory, clinician
from tests.providers.api.conftest import calling

pytestmark = pytest.mark.django_db
URL, STARTS = "/api/v1/availability/", "/api/v1/availability/starts/"
EXPLAIN = "/api/v1/availability/explain/"


@pytest.fixture
def service():
    return HealthcareServiceFactory()


def question(service, **given):
    return {"service": service.slug, "state": "NY", **given}


def test_anybody_may_ask_for_free_times(service, nobody):
    ada = clinician(service)

    answer = nobody.get(URL, question(service))

    assert answer.status_code == 200
    assert answer.json()["next"] is None
    assert answer.json()["results"][0] == {
        "practitioner": str(ada.pk),
        "practitioner_name": ada.display_name,
        "start": "2026-06-01T13:00:00Z",
        "end": "2026-06-01T13:30:00Z",
        "time_zone": "America/New_York",
    }


def test_next_leads_through_all_pages(service, nobody):
    for _ in range(2):
        clinician(service)

    seen, url = [], f"{URL}?{urlencode(question(service, limit=5))}"
    while url:
        answer = nobody.get(url).json()
        seen += [(one["start"], one["practitioner"]) for one in answer["results"]]
        url = answer["next"]

    assert len(seen) == len(set(seen)) == 24
    assert seen == sorted(seen)


def test_a_start_with_another_offset_is_the_same_instant(service, nobody):
    clinician(service)

    answer = nobody.get(URL, question(service, start="2026-06-01T10:00:00-04:00"))

    assert answer.json()["results"][0]["start"] == "2026-06-01T14:00:00Z"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"service": "no-such-line"}, "service"),
        ({"service": ""}, "service"),
        ({"state": "ZZ"}, "state"),
        ({"start": "2026-06-01T09:00:00"}, "start"),
        ({"start": "tomorrow"}, "start"),
        ({"start": "2026-06-31T09:00:00Z"}, "start"),
        ({"start": "2026-06-02T09:00:00Z", "end": "2026-06-01T09:00:00Z"}, "end"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"practitioner": "7"}, "practitioner"),
        ({"after": "x"}, "after"),
        ({"after": "MjAyNi0wNi0wMSB4"}, "after"),
    ],
    ids=[
        "unknown service", "no service", "unknown state", "local time", "words", "no such day", "backwards",
        "limit too small", "limit too large", "no id", "broken cursor", "cursor without id",
    ],
)  # fmt: skip
def test_bad_questions_are_refused_by_field(service, nobody, change, field):
    answer = nobody.get(URL, {**question(service), **change})

    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("application/problem+json")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("far", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_the_ends_of_time_are_refused(service, nobody, far):
    clinician(service)

    assert nobody.get(URL, question(service, start=far)).status_code == 422


def test_the_number_of_queries_does_not_grow(service, nobody):
    counts = []
    for total in (5, 50):
        while service.roles.count() < total:
            SlotFactory(practitioner=clinician(service))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert nobody.get(URL, question(service, limit=100)).status_code == 200
        counts.append(len(queries))

    assert counts == [9, 9]


def test_each_start_stands_once_with_how_many_are_free(service, nobody):
    ada, ben = clinician(service), clinician(service)
    SlotFactory(practitioner=ada)

    first, second, *_ = nobody.get(STARTS, question(service)).json()["results"]

    assert first == {
        "start": "2026-06-01T13:00:00Z",
        "clinicians": 1,
        "practitioner": str(ben.pk),
        "practitioner_name": ben.display_name,
    }
    assert second == {
        "start": "2026-06-01T13:30:00Z", "clinicians": 2, "practitioner": None, "practitioner_name": None,
    }  # fmt: skip


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_who_is_free_is_counted_as_far_as_the_description_says(service, nobody, more):
    for _ in range(COUNTED + more):
        open_times.refresh(practitioner_id=clinician(service).pk, now=NOW)

    found = nobody.get(STARTS, question(service)).json()["results"]
    said = openapi.document()["components"]["schemas"]["StartOutput"]["properties"]["clinicians"]

    assert {one["clinicians"] for one in found} == {min(COUNTED + more, said["maximum"])}
    assert f"{said['maximum']} or more" in said["description"]


def test_next_leads_through_all_starts(service, nobody):
    clinician(service)
    clinician(service, hours=((540, 780),))

    pages, url = [], f"{STARTS}?{urlencode(question(service, limit=3, end='2026-06-02T00:00:00Z'))}"
    while url:
        answer = nobody.get(url).json()
        pages.append([one["start"] for one in answer["results"]])
        url = answer["next"]

    seen = [start for page in pages for start in page]
    assert [len(page) for page in pages] == [3, 3, 2]
    assert seen == sorted(set(seen))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"service": "no-such-line"}, "service"),
        ({"start": "2026-06-02T09:00:00Z", "end": "2026-06-01T09:00:00Z"}, "end"),
        ({"limit": "101"}, "limit"),
        ({"after": "x"}, "after"),
        ({"after": b64encode(b"2026-06-01T13:00:00").decode()}, "after"),
        ({"after": b64encode(b"9999-12-31T23:59:59.999999Z").decode()}, "after"),
    ],
    ids=["unknown service", "backwards", "limit too large", "broken cursor", "local time", "the end of time"],
)
def test_bad_questions_for_starts_are_refused_by_field(service, nobody, change, field):
    clinician(service)

    answer = nobody.get(STARTS, {**question(service), **change})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_page_of_starts_is_no_page_of_offers(service, nobody):
    clinician(service)
    after = nobody.get(STARTS, question(service, limit=1)).json()["next"].partition("after=")[2]

    assert nobody.get(f"{URL}?{urlencode(question(service))}&after={after}").status_code == 422


def test_starts_cost_as_many_queries_for_fifty_clinicians_as_for_five(service, nobody):
    counts = []
    for total in (5, 50):
        while service.roles.count() < total:
            open_times.refresh(practitioner_id=clinician(service).pk, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            assert nobody.get(STARTS, question(service, limit=100)).status_code == 200
        counts.append(len(queries))

    assert counts == [2, 2]


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_twenty_starts_of_thirty_clinicians_are_found_in_fifty_pages(service, nobody):
    for _ in range(30):
        made = clinician(service, weekdays=(1, 2, 3, 4, 5), hours=((540, 720), (780, 1020)))
        open_times.refresh(practitioner_id=made.pk, now=NOW)
    with connection.cursor() as cursor:
        # A commit that waits for the disk takes the earlier ones with it: VACUUM knows no others to be there for good.
        cursor.execute("BEGIN; SET LOCAL synchronous_commit = on; SELECT pg_logical_emit_message(true, '', ''); COMMIT")
        cursor.execute("VACUUM (ANALYZE, DISABLE_PAGE_SKIPPING) providers_opentime, providers_opentimechange")
        with CaptureQueriesContext(connection) as queries:
            assert len(nobody.get(STARTS, question(service)).json()["results"]) == 20
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {queries[1]['sql']}")
        plan = cursor.fetchone()[0][0]["Plan"]

    # Two times a look, and the edition of names.
    assert plan["Actual Rows"] == 11 * 2 + 1
    # Eleven looks into an index of three levels, of which a look reads one page or two at the lowest.
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] <= 50


def test_explain_answers_an_administrator_and_the_clinician(service, admin):
    ada = clinician(service)
    SlotFactory(practitioner=ada)
    words = question(service, practitioner=ada.pk, start=NINE.isoformat())

    for caller in (admin, calling(ada.user)):
        assert caller.get(EXPLAIN, words).json() == {
            "offered": False,
            "reasons": [{"code": "booked", "words": "This time is booked."}],
        }
    later = {**words, "start": (NINE + timedelta(minutes=30)).isoformat()}
    assert admin.get(EXPLAIN, later).json() == {"offered": True, "reasons": []}


def test_explain_is_not_for_patients_nor_about_others(service, nobody, patient, stranger):
    words = question(service, practitioner=clinician(service).pk, start=NINE.isoformat())

    assert [caller.get(EXPLAIN, words).status_code for caller in (nobody, patient, stranger)] == [401, 403, 404]


def test_explain_refuses_bad_input(service, admin):
    assert admin.get(EXPLAIN, question(service)).status_code == 422
    words = question(service, practitioner=uuid4(), start=NINE.isoformat())
    assert admin.get(EXPLAIN, words).status_code == 404


def test_the_next_time_of_each_clinician_is_one_time_each(service, nobody):
    ada, ben, idle = clinician(service), clinician(service), clinician(service, hours=())
    SlotFactory(practitioner=ada)

    answer = nobody.get(f"{URL}next/", question(service, practitioner=[ada.pk, ben.pk, idle.pk, uuid4()]))

    assert [(one["practitioner"], one["start"]) for one in answer.json()["results"]] == [
        (str(ben.pk), "2026-06-01T13:00:00Z"), (str(ada.pk), "2026-06-01T13:30:00Z"),
    ]  # fmt: skip


@pytest.mark.parametrize("practitioner", [[], ["7"], [str(uuid4()) for _ in range(101)]], ids=["none", "no id", "many"])
def test_the_next_times_of_no_clinicians_are_refused(service, nobody, practitioner):
    answer = nobody.get(f"{URL}next/", question(service, practitioner=practitioner))

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("practitioner")
