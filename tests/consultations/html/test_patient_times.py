from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from consultations.models import Appointment
from providers.domain.codes import Pathway
from providers.models import Slot
from providers.queries.open_time_walk import COUNTED
from tests.consultations.html.reading import assert_shows, text_of
from tests.factories.consultations import AppointmentFactory, ServiceRequestFactory, clinician, held
from tests.factories.intake import PatientFactory
from tests.factories.providers import NINE, NOW, AvailableTimeFactory

pytestmark = pytest.mark.django_db
TEN = NINE + timedelta(hours=1)


@pytest.fixture
def case():
    return ServiceRequestFactory(submitted=True)


def url(case, *rest):
    return "/".join(["", "cases", str(case.pk), "times", *map(str, rest), ""])


def choice(start_at, practitioner):
    return {"time": f"{start_at.isoformat()}~{practitioner.pk}"}


def test_times_are_grouped_by_day_in_the_zone_of_the_patient(browse, case):
    case.patient.time_zone = "America/Los_Angeles"
    case.patient.save()
    practitioner = clinician(case.service)

    answer = browse(case.patient.user).get(url(case))

    assert_shows(
        answer, "Pick a time", "Los Angeles time (PDT)", "Monday, June 1", "6:00 AM", practitioner.display_name
    )


@pytest.mark.parametrize("of_one", [True, False], ids=["of one clinician", "of anybody"])
def test_an_hour_that_comes_twice_is_offered_twice_with_the_name_of_its_zone(browse, of_one):
    with time_machine.travel(datetime(2026, 10, 31, 12, tzinfo=UTC), tick=False):
        case = ServiceRequestFactory(submitted=True, service__minimum_notice_minutes=0)
        practitioner = clinician(case.service)
        sunday = {"weekday": 7, "start_minute": 60, "end_minute": 150}
        AvailableTimeFactory(schedule__practitioner=practitioner, **sunday)
        browser = browse(case.patient.user)

        query = {"practitioner": str(practitioner.pk)} if of_one else {}
        answer = browser.get(url(case), {**query, "day": "2026-11-01"})

    labels = [one["label"] for one in _times(answer)]
    assert labels[:5] == ["1:00 AM EDT", "1:30 AM EDT", "1:00 AM EST", "1:30 AM EST", "2:00 AM"]


def test_times_can_be_narrowed_to_a_clinician_or_a_language(browse, case):
    first, second = clinician(case.service), clinician(case.service, languages=["es"])
    browser = browse(case.patient.user)

    by_name = [one["note"] for one in _times(browser.get(url(case), {"practitioner": str(first.pk)}))]
    by_language = [one["note"] for one in _times(browser.get(url(case), {"language": "es"}))]

    assert (set(by_name), set(by_language)) == ({first.display_name}, {second.display_name})


@pytest.mark.parametrize("of_one", [True, False], ids=["of one clinician", "of anybody"])
def test_later_times_go_on_where_the_page_ended(browse, case, of_one):
    people = [clinician(case.service) for _ in range(2)]
    for weekday in range(2, 7):
        AvailableTimeFactory(schedule__practitioner=people[0], weekday=weekday)
    browser = browse(case.patient.user)

    first = browser.get(url(case), {"practitioner": str(people[0].pk)} if of_one else {})
    second = browser.get(first.context["more_url"])

    values = [one["value"] for one in (*_times(first), *_times(second))]
    assert len(_times(first)) == 24
    assert values == sorted(set(values))


def test_no_times_says_what_to_do(browse, case):
    assert_shows(browse(case.patient.user).get(url(case)), "No free times here", "Show all times")


@pytest.mark.parametrize("query", ["after=x", "after=2026-06-01~y", "practitioner=nobody", "language=tlh"])
def test_a_broken_address_still_shows_a_page(browse, case, query):
    clinician(case.service)

    assert browse(case.patient.user).get(f"{url(case)}?{query}").status_code == 200


def test_choosing_holds_the_time_and_says_for_how_long(browse, case):
    practitioner = clinician(case.service)

    answer = browse(case.patient.user).post(url(case), choice(NINE, practitioner), follow=True)

    assert_shows(answer, "Book this time?", "Monday, June 1, 2026 at 9:00 AM EDT", "until 7:10 PM EDT", "10 minutes")
    assert Slot.objects.get().status == "busy-tentative"


@pytest.mark.parametrize("words", [{}, {"time": "soon"}, {"time": "2026-06-01T13:00:00~x"}])
def test_choosing_nothing_asks_again(browse, case, words):
    clinician(case.service)

    answer = browse(case.patient.user).post(url(case), words)

    assert_shows(answer, "Choose one of the times first.", status=422)


def test_choosing_a_taken_time_says_so_and_shows_others(browse, case):
    practitioner = clinician(case.service)
    held(ServiceRequestFactory(submitted=True, service=case.service), practitioner=practitioner)

    answer = browse(case.patient.user).post(url(case), choice(NINE, practitioner))

    assert_shows(answer, "just taken", "9:30 AM", status=409)
    assert choice(NINE, practitioner)["time"] not in [one["value"] for one in _times(answer)]


def test_confirming_books_the_visit(browse, case):
    hold = held(case)

    answer = browse(case.patient.user).post(url(case, hold.pk), follow=True)

    assert_shows(answer, "Your visit is booked.", "Monday, June 1, 2026 at 9:00 AM EDT")
    assert Appointment.objects.get().slot == hold


def test_choosing_another_time_gives_the_held_one_back(browse, case):
    hold = held(case)

    answer = browse(case.patient.user).post(url(case, hold.pk), {"release": "1"})

    hold.refresh_from_db()
    assert (answer.url, hold.status) == (url(case), "free")


def test_an_expired_hold_leads_back_to_the_times(browse, case):
    hold = held(case, expires_at=NOW)

    answer = browse(case.patient.user).post(url(case, hold.pk), follow=True)

    assert_shows(answer, "no longer held")
    assert not Appointment.objects.exists()


def test_confirming_twice_leads_to_the_visit(browse, case):
    hold, browser = held(case), browse(case.patient.user)
    browser.post(url(case, hold.pk))

    answer = browser.post(url(case, hold.pk))

    assert answer.url == f"/visits/{Appointment.objects.get().pk}/"


def test_moving_shows_the_present_time_and_moves_it(browse):
    visit = AppointmentFactory()
    case, hold = visit.service_request, held(visit.service_request, start_at=TEN)
    browser = browse(visit.patient.user)

    assert_shows(browser.get(url(case)), "Move your visit", "It stays there until you have confirmed a new time.")
    assert_shows(browser.get(url(case, hold.pk)), "Move your visit to this time?", "is given up when you confirm")
    assert_shows(browser.post(url(case, hold.pk), follow=True), "Your visit has moved.", "10:00 AM EDT")


def test_moving_too_late_says_why(browse):
    visit = AppointmentFactory()

    with time_machine.travel(NINE - timedelta(hours=1), tick=False):
        answer = browse(visit.patient.user).get(url(visit.service_request), follow=True)

    assert_shows(answer, "Your visit", "until 4 hours before it starts")


def test_a_visit_that_one_has_checked_in_for_is_not_moved(browse):
    visit = AppointmentFactory(status="checked-in")

    answer = browse(visit.patient.user).get(url(visit.service_request), follow=True)

    assert_shows(answer, "This visit cannot be moved any more.")


def test_booking_where_the_licence_just_ended_says_so(browse, case):
    hold = held(case)
    hold.practitioner.qualifications.update(valid_until=NOW.date())

    answer = browse(case.patient.user).post(url(case, hold.pk), follow=True)

    assert_shows(answer, "license for that state is not in force")
    assert not Appointment.objects.exists()


def test_a_case_that_waits_for_its_review_offers_no_times(browse):
    case = ServiceRequestFactory(submitted=True, service__pathway=Pathway.REVIEW_FIRST)

    answer = browse(case.patient.user).get(url(case), follow=True)

    assert_shows(answer, "A clinician looks at your answers.")


def test_times_of_somebody_elses_case_do_not_exist(browse, case):
    hold = held(case)
    stranger = browse(PatientFactory().user)

    assert [stranger.get(url(case)).status_code, stranger.post(url(case, hold.pk)).status_code] == [404, 404]


def _times(answer):
    return [one for day in answer.context["days"] for one in day["times"]]


def test_the_page_names_the_policy(browse, case):
    clinician(case.service)

    assert "You can change or cancel a visit until 4 hours" in text_of(browse(case.patient.user).get(url(case)))


def test_the_month_marks_the_days_with_free_times_and_leads_to_them(browse, case):
    clinician(case.service)
    browser = browse(case.patient.user)

    shown = browser.get(url(case), {"month": "2026-06"})
    of_day = browser.get(url(case), {"day": "2026-06-08"})

    open_days = [one.day.day for week in shown.context["month"].weeks for one in week if one.is_inside and one.is_open]
    assert open_days == [1, 8, 15, 22, 29]
    assert b'href="?day=2026-06-08"' in shown.content
    assert [day["label"] for day in of_day.context["days"]] == ["Monday, June 8"]


def test_a_month_without_free_times_says_so(browse, case):
    clinician(case.service)
    client = browse(case.patient.user)

    assert_shows(client.get(url(case), {"month": "2027-05"}), "No free times in this month.")
    assert "No free times in this month." not in text_of(client.get(url(case)))


@pytest.mark.parametrize("query", [{"month": "x"}, {"month": "9999-12"}, {"day": "2026-02-31"}, {"day": "0001-01-01"}])
def test_a_month_or_day_that_is_none_shows_that_of_the_first_free_time(browse, case, query):
    clinician(case.service)

    shown = browse(case.patient.user).get(url(case), query)

    assert shown.context["month"].first.isoformat() == "2026-06-01"
    assert len(shown.context["days"]) > 0


def test_the_month_keeps_the_clinician_that_was_chosen(browse, case):
    first, second = clinician(case.service), clinician(case.service)
    second.schedules.get().available_times.update(weekday=2)

    shown = browse(case.patient.user).get(url(case), {"month": "2026-06", "practitioner": str(second.pk)})

    open_days = [one.day.day for week in shown.context["month"].weeks for one in week if one.is_inside and one.is_open]
    assert open_days == [2, 9, 16, 23, 30]
    assert first.pk != second.pk


def test_without_a_clinician_each_time_stands_once_and_holding_it_chooses_fairly(browse, case):
    people = [clinician(case.service) for _ in range(3)]
    AppointmentFactory(service_request__service=case.service, practitioner=people[0], start_at=TEN)
    AppointmentFactory(service_request__service=case.service, practitioner=people[1], start_at=TEN)
    browser = browse(case.patient.user)

    page = browser.get(url(case))
    held_page = browser.post(url(case), {"time": _times(page)[0]["value"]}, follow=True)

    assert [(one["label"], one["note"]) for one in _times(page)][:3] == [
        ("9:00 AM", "3 clinicians"), ("9:30 AM", "3 clinicians"), ("10:00 AM", people[2].display_name),
    ]  # fmt: skip
    assert_shows(held_page, "Book this time?", people[2].display_name)
    assert "You have seen them before" not in text_of(held_page)


def test_where_many_are_free_the_page_says_so_many_or_more(browse, case):
    for _ in range(COUNTED + 1):
        clinician(case.service)

    page = browse(case.patient.user).get(url(case))

    assert {one["note"] for one in _times(page)} == {f"{COUNTED} or more clinicians"}


def test_who_knows_the_patient_is_named_and_chosen_first(browse, case):
    known, *_ = [clinician(case.service, family_name=name) for name in ("Lovelace", "Hopper", "Noether")]
    AppointmentFactory(
        service_request__patient=case.patient, practitioner=known, start_at=NINE - timedelta(days=30),
        status="fulfilled",
    )  # fmt: skip
    browser = browse(case.patient.user)

    page = browser.get(url(case))
    held_page = browser.post(url(case), {"time": _times(page)[0]["value"]}, follow=True)

    assert _times(page)[0]["note"] == f"{known.display_name}, whom you know"
    assert_shows(held_page, known.display_name, "You have seen them before, or are about to.")


@pytest.mark.parametrize(
    ("day", "words"),
    [("2026-10-30", "New York time (EDT) "), ("2026-11-06", "New York time (EST) "), ("", "New York time (EDT, EST) ")],
    ids=["before", "after", "both"],
)
def test_the_zone_is_named_as_it_is_at_the_times_that_are_shown(browse, day, words):
    with time_machine.travel(datetime(2026, 10, 29, 12, tzinfo=UTC), tick=False):
        case = ServiceRequestFactory(submitted=True, service__minimum_notice_minutes=0)
        practitioner = clinician(case.service)
        AvailableTimeFactory(schedule__practitioner=practitioner, weekday=5, start_minute=540, end_minute=600)

        shown = browse(case.patient.user).get(url(case), {"day": day} if day else {})

    assert words in text_of(shown)


def test_a_day_without_free_times_leads_to_other_days_and_not_to_tomorrow(browse, case):
    clinician(case.service)

    shown = browse(case.patient.user).get(url(case), {"day": "2026-06-02"})

    assert_shows(shown, "No free times on this day", "Show the first free times of all days")
    assert "look again tomorrow" not in text_of(shown)


def test_choosing_a_clinician_keeps_the_day(browse, case):
    clinician(case.service)

    shown = browse(case.patient.user).get(url(case), {"day": "2026-06-08"})

    assert '<input type="hidden" name="day" value="2026-06-08">' in shown.content.decode()


def test_moving_within_the_same_clinician_does_not_say_that_one_knows_them(browse):
    case = ServiceRequestFactory(submitted=True)
    visit = AppointmentFactory(service_request=case, practitioner=clinician(case.service))
    browser = browse(visit.patient.user)

    page = browser.get(url(case))
    last = _times(page)[-1]
    shown = browser.post(url(case), {"time": last["value"]}, follow=True)

    assert_shows(shown, "Move your visit to this time?")
    assert "whom you know" not in text_of(page)
    assert "You have seen them before" not in text_of(shown)


def test_who_goes_back_to_the_times_is_led_to_the_one_they_hold(browse, case):
    hold = held(case, start_at=TEN)
    browser = browse(case.patient.user)

    during = browser.get(url(case))
    with time_machine.travel(hold.expires_at, tick=False):
        after = browser.get(url(case))

    assert_shows(during, "You hold a time", "Monday, June 1, 2026 at 10:00 AM EDT", hold.practitioner.display_name)
    assert f'href="{url(case, hold.pk)}"' in during.content.decode()
    assert "You hold a time" not in text_of(after)
