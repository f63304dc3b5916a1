from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from consultations.adapters import links
from consultations.adapters.links import Purpose
from consultations.flows import waitlist
from consultations.models import Appointment, Communication, WaitlistEntry, WaitlistOffer
from consultations.queries import letters
from tests.consultations.html.reading import assert_shows, text_of
from tests.factories.consultations import ServiceRequestFactory, clinician
from tests.factories.intake import PatientFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 31, 16, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon(on_sunday):
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def case():
    return ServiceRequestFactory(submitted=True)


@pytest.fixture
def me(browse, case):
    return browse(case.patient.user)


@pytest.fixture
def offer(case):
    clinician(case.service)
    waitlist.join(request_id=case.pk, wanted=waitlist.Wanted(), by=case.patient.user, now=NOON)
    waitlist.work(clock=lambda: NOON)
    return WaitlistOffer.objects.get()


@pytest.fixture
def link(offer):
    message = Communication.objects.get(kind="waitlist-offer")
    return f"/m/{links.token(Purpose.ANSWER, message.pk)}/"


def url(case):
    return f"/cases/{case.pk}/waitlist/"


def test_the_times_lead_to_the_waitlist(me, case):
    assert_shows(me.get(f"/cases/{case.pk}/times/"), "Join the waitlist")


def test_join_keeps_what_was_chosen_as_days_of_the_patient(me, case):
    case.patient.time_zone = "America/Los_Angeles"
    case.patient.save()

    joined = me.post(url(case), {"last_day": "2026-06-05", "notice_minutes": "30"}, follow=True)

    entry = WaitlistEntry.objects.get()
    assert_shows(joined, "You are on the waitlist", "Anyone")
    assert (entry.before, entry.notice_minutes) == (datetime(2026, 6, 6, 7, tzinfo=UTC), 30)


def test_join_shows_an_error_beside_the_day(me, case):
    refused = me.post(url(case), {"last_day": "2026-05-01", "notice_minutes": "30"})

    assert_shows(refused, "The last day is before the first, or has passed.", status=422)
    assert refused.context["form"].errors.keys() == {"last_day"}


def test_join_refuses_a_day_at_the_end_of_the_calendar(me, case):
    refused = me.post(url(case), {"last_day": "9999-12-31", "notice_minutes": "30"})

    assert_shows(refused, "Choose a day between 2000 and 2099.", status=422)


def test_leave_takes_the_case_off_the_list(me, case, offer):
    left = me.post(url(case), {"leave": "1"}, follow=True)

    assert_shows(left, "You are off the waitlist.")
    assert WaitlistEntry.objects.get().status == "left"


def test_the_case_tells_that_it_waits(me, case):
    waitlist.join(request_id=case.pk, wanted=waitlist.Wanted(), by=case.patient.user, now=NOON)

    page = me.get(f"/cases/{case.pk}/")

    assert_shows(page, "You are on the waitlist for an earlier time.")
    assert url(case) in page.content.decode()


def test_an_open_offer_stands_on_the_home_page_on_the_case_and_on_the_waitlist(me, case, offer):
    for page in ("/home/", f"/cases/{case.pk}/", url(case)):
        assert_shows(me.get(page), "A time is free for you", "Monday, June 1, 2026 at 9:00 AM EDT", "12:30 PM EDT")


def test_one_tap_takes_the_time(me, offer):
    taken = me.post(f"/offers/{offer.pk}/", {"accept": "1"}, follow=True)

    assert_shows(taken, "Your visit", "The time is yours.")
    assert Appointment.objects.get().slot == offer.slot


def test_the_other_button_passes_it_on(me, offer):
    declined = me.post(f"/offers/{offer.pk}/", {"decline": "1"}, follow=True)

    assert_shows(declined, "This offer is over", "You are still on the waitlist")


def test_the_link_of_the_message_takes_the_time_without_signing_in(offer, link):
    stranger = Client()

    shown = stranger.get(link)
    taken = stranger.post(link, {"accept": "1"}, follow=True)

    assert_shows(shown, "A time is free for you", "about 30 minutes from now")
    assert_shows(taken, "The time is yours")
    assert "<title>The time is yours" in taken.content.decode()
    assert Appointment.objects.get().slot == offer.slot


def test_opening_the_link_alone_takes_nothing(offer, link):
    Client().get(link)

    offer.refresh_from_db()
    assert offer.status == "open"


def test_a_late_tap_is_told_so(offer, link):
    with time_machine.travel(NOON + timedelta(minutes=31)):
        late = Client().post(link, {"accept": "1"}, follow=True)

    assert_shows(late, "This offer is over. You are still on the list")


def test_the_link_says_nothing_about_health_or_who_it_is(offer, link, case):
    text = text_of(Client().get(link))

    assert case.service.name not in text
    assert case.patient.family_name not in text


def test_offers_of_others_are_not_there(browse, offer):
    assert browse(PatientFactory().user).get(f"/offers/{offer.pk}/").status_code == 404


@pytest.mark.parametrize(("language", "words"), [("en", "We hold it for you until 12:30 PM"), ("es", "La guardamos")])
def test_the_message_names_the_time_and_until_when(offer, language, words):
    offer.patient.preferred_language = language
    offer.patient.save()

    letter = letters.compose(Communication.objects.get(kind="waitlist-offer"))

    assert words in letter.body
    assert "/m/" in letter.body


def test_the_message_of_an_offer_that_is_over_is_void(offer):
    waitlist.decline(offer_id=offer.pk, by=offer.patient.user, now=NOON)

    assert letters.compose(Communication.objects.get(kind="waitlist-offer")) == letters.Void("offer-over")
