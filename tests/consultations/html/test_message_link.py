"""A link acts once, shows before it acts, and tells nothing about health to whoever holds it."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from consultations.adapters import links
from consultations.adapters.links import Purpose
from consultations.domain.codes import AppointmentStatus, AttendanceAnswer, CommunicationKind
from consultations.models import AttendanceReply, Communication
from tests.consultations.html.reading import assert_shows, text_of
from tests.factories.consultations import AppointmentFactory, ServiceRequestFactory
from tests.factories.providers import NINE

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit():
    return AppointmentFactory(service_request__patient__time_zone="America/Los_Angeles")


@pytest.fixture
def link(visit):
    Communication.objects.plan(
        subject=visit, kind=CommunicationKind.VISIT_IN_A_DAY, recipient_id=visit.patient.user_id, due_at=NINE
    )
    return f"/m/{links.token(Purpose.ANSWER, Communication.objects.get().pk)}/"


def test_the_link_shows_the_hour_and_nothing_about_the_person(visit, link):
    page = Client().get(link)

    assert_shows(page, "Will you come?", "Monday, June 1, 2026 at 6:00 AM PDT", "I will come", "I need another time")
    for private in (visit.patient.given_name, visit.patient.family_name, visit.service_request.service.name):
        assert private not in text_of(page)


def test_looking_at_it_changes_nothing(visit, link):
    Client().get(link)
    Client().head(link)

    visit.refresh_from_db()
    assert visit.status == AppointmentStatus.BOOKED
    assert not AttendanceReply.objects.exists()


def test_coming_is_answered_without_signing_in(link):
    page = Client().post(link, {"answer": "accepted"}, follow=True)

    assert AttendanceReply.objects.get().answer == AttendanceAnswer.ACCEPTED
    assert_shows(page, "You told us that you will come.")
    assert "I will come" not in text_of(page)


def test_cancelling_is_asked_once_more(visit, link):
    page = Client().get(link).content.decode()

    assert page.index("<details") < page.index("Yes, cancel the visit") < page.index("</details>")


def test_cancelling_works_once_and_without_signing_in(visit, link):
    first = Client().post(link, {"answer": "cancel"}, follow=True)
    again = Client().post(link, {"answer": "cancel"}, follow=True)

    visit.refresh_from_db()
    assert (visit.status, visit.revision) == (AppointmentStatus.CANCELLED, 1)
    assert_shows(first, "This visit is cancelled")
    assert_shows(again, "This visit is cancelled")
    assert (
        Communication.objects.filter(kind=CommunicationKind.BOOKING_CANCELLED, recipient=visit.patient.user).count()
        == 1
    )


def test_another_time_is_kept_and_leads_to_the_times(visit, link):
    answer = Client().post(link, {"answer": "tentative"})

    assert AttendanceReply.objects.get().answer == AttendanceAnswer.TENTATIVE
    assert answer.url == f"/cases/{visit.service_request_id}/times/"


def test_after_the_visit_has_moved_the_old_link_does_nothing(visit, link):
    visit.revision = 1
    visit.save()

    page = Client().post(link, {"answer": "cancel"}, follow=True)

    visit.refresh_from_db()
    assert visit.status == AppointmentStatus.BOOKED
    assert_shows(page, "This visit has changed")


def test_close_to_the_visit_one_may_come_or_call(visit, link, settings):
    with time_machine.travel(NINE - timedelta(hours=1), tick=False):
        page = Client().get(link)
        Client().post(link, {"answer": "cancel"})

    visit.refresh_from_db()
    assert visit.status == AppointmentStatus.BOOKED
    assert_shows(page, "It is too late to cancel here", settings.CLINIC_PHONE)


@pytest.mark.parametrize("word", ["", "everything", "noshow"])
def test_an_answer_that_is_none_changes_nothing(link, word):
    Client().post(link, {"answer": word})

    assert not AttendanceReply.objects.exists()


def test_a_link_of_another_purpose_or_made_up_is_not_known(link):
    pk = Communication.objects.get().pk
    for token in (links.token(Purpose.UNSUBSCRIBE, pk), "made-up", links.short(pk), f"{link[3:-2]}x"):
        assert Client().get(f"/m/{token}/").status_code == 404


def test_the_page_is_kept_by_nobody_on_the_way(link):
    headers = Client().get(link).headers

    assert "no-store" in headers["Cache-Control"]
    assert headers["Referrer-Policy"] in {"no-referrer", "same-origin"}


def test_a_text_about_something_else_leads_to_its_page(visit):
    draft = ServiceRequestFactory(patient=visit.patient)
    Communication.objects.plan(
        subject=draft, kind=CommunicationKind.INTAKE_UNFINISHED, recipient_id=visit.patient.user_id, due_at=NINE
    )
    token = links.token(Purpose.ANSWER, Communication.objects.get().pk)

    assert Client().get(f"/m/{token}/").url == f"/cases/{draft.pk}/"
