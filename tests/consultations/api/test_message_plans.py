"""When messages are sent, by the API: the same flows and the same refusals as on the page."""

from datetime import timedelta

import pytest

from consultations.models import MessagePlan
from tests.factories.consultations import AppointmentFactory, MessagePlanFactory
from tests.factories.core import AdminFactory
from tests.factories.intake import PatientFactory
from tests.factories.providers import NINE, HealthcareServiceFactory, PractitionerFactory

pytestmark = pytest.mark.django_db
LIST = "/api/v1/message-plans/"
HOUR, DAY = 60, 24 * 60


@pytest.fixture
def line():
    return HealthcareServiceFactory(slug="sleep", name="Sleep")


@pytest.fixture
def admin():
    return AdminFactory(email="office@clinic.example")


@pytest.fixture
def me(sign_in, admin):
    return sign_in(admin)


ONE = f"{LIST}sleep/visit-in-a-day/"


def post(client, path, **words):
    return client.post(path, words, format="json")


def test_every_kind_of_every_line_is_listed_with_its_times_and_whose_they_are(me, line):
    MessagePlanFactory(service=line, minutes=[60, 720])
    HealthcareServiceFactory(slug="an-older-one", name="Anger")

    listed = me.get(LIST).json()["results"]

    assert [(row["service"], row["is_own"]) for row in listed] == [
        *[("an-older-one", False)] * 4, ("sleep", True), *[("sleep", False)] * 3
    ]  # fmt: skip
    assert listed[4] == {
        "service": "sleep", "kind": "visit-in-a-day", "counted_from": "before-visit", "minutes": [60, 720],
        "when": "1 hour and 12 hours before the visit", "is_own": True, "usual": [DAY], "version": 1,
    }  # fmt: skip


def test_one_line_may_be_asked_for(me, line):
    HealthcareServiceFactory()

    assert {row["service"] for row in me.get(LIST, {"service": "sleep"}).json()["results"]} == {"sleep"}


def test_one_plan_says_whom_it_would_tell_when_and_how_many_are_planned(me, line, django_assert_num_queries):
    visit = AppointmentFactory(service_request__service=line, start_at=NINE.replace(year=2030))
    visit.announce("booking-confirmed", now=NINE)

    with django_assert_num_queries(4):
        plan = me.get(ONE).json()

    day_before = (visit.start_at - timedelta(days=1)).isoformat().replace("+00:00", "Z")
    assert (plan["minutes"], plan["version"], plan["planned"]) == ([DAY], 0, 1)
    (shown,) = plan["previews"]
    assert (shown["time_zone"], shown["is_made_up"]) == ("America/New_York", False)
    assert shown["messages"] == [{"wanted_at": day_before, "at": day_before, "is_late": False}]


def test_times_are_looked_at_and_nothing_is_kept(me, line):
    answer = post(me, f"{ONE}check/", minutes=[3 * HOUR, 26 * HOUR])

    assert answer.status_code == 200
    assert answer.json()["when"] == "3 hours and 1 day 2 hours before the visit"
    assert len(answer.json()["previews"][0]["messages"]) == 2
    assert not MessagePlan.objects.exists()


def test_times_are_set(me, line):
    answer = post(me, f"{ONE}versions/", minutes=[720, 60], version=0)

    assert answer.status_code == 201
    assert (answer.json()["minutes"], answer.json()["version"]) == ([60, 720], 1)
    assert me.get(ONE).json()["minutes"] == [60, 720]


def test_the_versions_are_listed_with_who_set_each(me, admin, line):
    MessagePlanFactory(service=line, set_at=None, set_by=None)
    post(me, f"{ONE}versions/", minutes=[], version=1)
    answer = post(me, f"{ONE}restore/", version=2)

    listed = me.get(f"{ONE}versions/").json()["results"]

    assert (answer.status_code, answer.json()["is_own"], answer.json()["version"]) == (200, False, 3)
    assert [(row["version"], row["minutes"], row["is_usual"], row["set_by"]) for row in listed] == [
        (3, [], True, admin.email),
        (2, [], False, admin.email),
        (1, [720], False, None),
    ]


@pytest.mark.parametrize("verb", ["check", "versions"])
def test_what_is_wrong_is_told_by_field(me, line, verb):
    version = {"version": 0} if verb == "versions" else {}

    answer = post(me, f"{ONE}{verb}/", minutes=[60, 1, 60], **version)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "bad-message-plan")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [
        ("minutes[1]", "out-of-range"),
        ("minutes[2]", "twice"),
    ]
    assert not MessagePlan.objects.exists()


@pytest.mark.parametrize(
    "minutes", [["soon"], [1.5], [None], "60", None, {}, [10**30], [[60]]], ids=lambda value: str(value)[:12]
)
def test_what_is_no_list_of_minutes_is_refused_by_field(me, line, minutes):
    answer = post(me, f"{ONE}versions/", minutes=minutes, version=0)

    assert answer.status_code == 422
    assert {error["field"].partition("[")[0] for error in answer.json()["errors"]} == {"minutes"}


def test_of_two_administrators_the_second_is_told(me, line):
    post(me, f"{ONE}versions/", minutes=[60], version=0)

    late = [post(me, f"{ONE}versions/", minutes=[90], version=0), post(me, f"{ONE}restore/", version=0)]

    assert {(answer.status_code, answer.json()["code"]) for answer in late} == {(412, "message-plan-changed")}
    assert me.get(ONE).json()["minutes"] == [60]


@pytest.mark.parametrize("path", [f"{LIST}sleep/booking-moved/", f"{LIST}none/visit-in-a-day/", f"{LIST}?service=none"])
def test_what_there_is_not_is_not_found(me, line, path):
    assert me.get(path).status_code == 404


@pytest.mark.parametrize("factory", [PatientFactory, PractitionerFactory])
def test_only_administrators_come_in(sign_in, line, factory):
    client = sign_in(factory().user)

    read = [client.get(path) for path in (LIST, ONE, f"{ONE}versions/")]
    wrote = [
        post(client, f"{ONE}check/", minutes=[60]),
        post(client, f"{ONE}versions/", minutes=[60], version=0),
        post(client, f"{ONE}restore/", version=0),
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in read + wrote} == {(403, "not-an-administrator")}
    assert not MessagePlan.objects.exists()
