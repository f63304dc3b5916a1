"""Administrators find, move and cancel any visit, with a reason that is kept."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction

from consultations.flows import waitlist
from consultations.models import Appointment, Communication, PolicyOverride
from providers.flows import hold as holding
from providers.models import Slot
from tests.consultations.html.reading import assert_shows, text_of
from tests.factories.consultations import AppointmentFactory, ServiceRequestFactory, clinician
from tests.factories.core import AdminFactory
from tests.factories.providers import NINE, NOW, HealthcareServiceFactory

pytestmark = pytest.mark.django_db
URL = "/clinic/booked/"
TEN = NINE + timedelta(hours=1)
LATE = NINE - timedelta(minutes=30)


@pytest.fixture
def line():
    return HealthcareServiceFactory(name="Sleep", minimum_notice_minutes=0)


@pytest.fixture
def ada(line):
    return clinician(line, family_name="Lovelace")


@pytest.fixture
def visit(line, ada):
    made = AppointmentFactory(
        service_request__service=line,
        service_request__patient__given_name="Frida",
        service_request__patient__family_name="Berg",
        practitioner=ada,
    )
    Slot.objects.update(state="NY")
    return made


@pytest.fixture
def admin(browse):
    return browse(AdminFactory())


def url(visit, path=""):
    return f"{URL}{visit.pk}/{path}"


def time_of(practitioner, start_at=TEN):
    return f"{start_at.isoformat()}~{practitioner.pk}"


def test_a_day_lists_the_visits_of_each_clinician_in_their_zone(admin, visit, ada):
    page = admin.get(URL, {"day": "2026-06-01"})

    assert_shows(page, "Monday, June 1, 2026", ada.display_name, "9:00 AM EDT", "Frida Berg", "Booked")
    assert_shows(admin.get(URL, {"day": "2026-06-02"}), "No visits on this day")


def test_the_pages_of_visits_stand_under_schedules(admin, visit):
    for path in (URL, url(visit), "/clinic/rearrange/", "/clinic/clocks/"):
        [link] = [one for one in admin.get(path).context["navigation"] if one["current"]]
        assert link["label"] == "Schedules"


def test_a_day_can_be_that_of_one_clinician(admin, visit, line):
    grace = clinician(line, family_name="Hopper")

    assert_shows(admin.get(URL, {"day": "2026-06-01", "practitioner": str(grace.pk)}), "No visits on this day")
    assert_shows(admin.get(URL, {"day": "no-day", "practitioner": "nobody"}), "Booked visits")


def test_the_week_leads_to_the_visits_of_a_day(admin, visit, ada):
    week = admin.get("/clinic/schedules/", {"week": "2026-06-01"})

    assert f"{URL}?practitioner={ada.pk}&amp;day=2026-06-01" in week.content.decode()


@pytest.mark.parametrize("name", ["berg", "Frida", "ber fri", " FRIDA  Berg"])
def test_a_patient_is_found_by_the_beginning_of_their_names(admin, visit, name):
    found = admin.post(URL, {"name": name})

    assert_shows(found, "Visits to come of", "Frida Berg", "Mon, Jun 1, 9:00 AM EDT")


def test_nobody_is_found_by_another_name_and_nothing_by_none(admin, visit):
    assert_shows(admin.post(URL, {"name": "Kahlo"}), "Nobody whose name begins like that has a visit to come.")
    assert_shows(admin.post(URL, {"name": ""}), "Write a name, or the beginning of it.", status=422)


def test_a_visit_says_when_it_is_for_both_and_what_the_policy_is(admin, visit):
    visit.patient.time_zone = "America/Los_Angeles"
    visit.patient.save()

    page = admin.get(url(visit))

    assert_shows(page, "9:00 AM EDT", "6:00 AM PDT", "until 4 hours before", "Move the visit", "Cancel the visit")


@pytest.mark.parametrize(
    ("others", "knows", "words"),
    [
        (1, True, "Chosen by us: they have seen this patient before or are about to."),
        (0, False, "Chosen by us: nobody else was free at that time."),
        (1, False, "Chosen by us: the least booked of 2 who were free. 0% of their hours"),
    ],
)
def test_a_visit_says_why_it_is_with_this_clinician(admin, line, ada, others, knows, words):
    for number in range(others):
        clinician(line, family_name=f"Other {number}")
    case = ServiceRequestFactory(submitted=True, service=line)
    booked = visit_of(case, known_to=frozenset({ada.pk}) if knows else frozenset())

    assert_shows(admin.get(url(booked)), words)


def test_a_visit_says_that_the_patient_chose_the_clinician(admin, line, ada):
    case = ServiceRequestFactory(submitted=True, service=line)
    booked = visit_of(case, practitioner_id=ada.pk)

    assert_shows(admin.get(url(booked)), "The patient chose this clinician.")


def visit_of(case, *, practitioner_id=None, known_to=frozenset()):
    slot = holding.hold(
        service_id=case.service_id, state="NY", start_at=NINE, practitioner_id=practitioner_id, by=case.patient.user,
        reference=case.pk, now=NOW, known_to=known_to,
    )  # fmt: skip
    Slot.objects.filter(pk=slot.pk).update(status="busy", expires_at=None)
    slot.refresh_from_db()
    return AppointmentFactory(service_request=case, practitioner=slot.practitioner, slot=slot)


def test_cancelling_shows_what_it_does_before_it_does_it(browse, visit, line):
    other = ServiceRequestFactory(submitted=True, service=line)
    waitlist.join(request_id=other.pk, wanted=waitlist.Wanted(), by=other.patient.user, now=NOW)

    with time_machine.travel(LATE, tick=False):
        page = browse(AdminFactory()).get(url(visit, "cancel/"))

    assert_shows(page, "are told at once", "1 person waits for a time of this service", "goes beyond the policy")
    assert Appointment.objects.get(pk=visit.pk).status == "booked"


def test_cancelling_beyond_the_policy_keeps_the_reason_and_tells_both(browse, visit):
    with time_machine.travel(LATE, tick=False):
        done = browse(AdminFactory()).post(
            url(visit, "cancel/"), {"reason": "Fire alarm.", "words": "Our building is closed."}, follow=True
        )

    assert_shows(
        done, "The visit is cancelled.", "Cancelled", "Fire alarm.", "The patient reads: Our building is closed."
    )
    told = Communication.objects.filter(kind="booking-cancelled").values_list("recipient", flat=True)
    assert set(told) == {visit.patient.user_id, visit.practitioner.user_id}


def test_the_patient_never_reads_the_kept_reason(admin, browse, visit):
    admin.post(url(visit, "cancel/"), {"reason": "Clinician was rude.", "words": "We are sorry."})

    theirs = browse(visit.patient.user).get(f"/visits/{visit.pk}/")

    assert_shows(theirs, "We are sorry.")
    assert "rude" not in text_of(theirs)


def test_without_a_reason_nothing_is_cancelled_and_what_was_typed_stays(admin, visit):
    refused = admin.post(url(visit, "cancel/"), {"reason": "  ", "words": "We are sorry."})

    assert_shows(refused, "Write why: it is kept.", "We are sorry.", status=422)
    assert Appointment.objects.get(pk=visit.pk).status == "booked"


def test_a_visit_that_is_over_leads_back(admin, visit):
    Appointment.objects.filter(pk=visit.pk).update(status="fulfilled")

    assert_shows(admin.get(url(visit, "cancel/"), follow=True), "This visit is already over.")
    assert_shows(admin.get(url(visit, "move/"), follow=True), "Only a visit that is still to come can be moved.")


def test_moving_offers_free_times_then_asks_why_then_moves(admin, visit, ada):
    choose = admin.get(url(visit, "move/"))
    confirm = admin.post(url(visit, "move/"), {"time": time_of(ada)})
    still = Appointment.objects.get(pk=visit.pk)
    done = admin.post(url(visit, "move/"), {"time": time_of(ada), "reason": "Dentist.", "confirm": "1"}, follow=True)

    assert_shows(choose, "10:00 AM")
    assert_shows(
        confirm, "10:00 AM EDT with Ada Lovelace", "nobody else waits for this service", "The policy allows it"
    )
    assert still.start_at == NINE
    assert_shows(done, "The visit is moved.", "10:00 AM EDT", "Moved", "Dentist.")


def test_moving_works_inside_the_notice_and_after_many_moves(browse, visit, ada):
    Appointment.objects.update(reschedules=9)

    with time_machine.travel(LATE, tick=False):
        admin = browse(AdminFactory())
        confirm = admin.post(url(visit, "move/"), {"time": time_of(ada)})
        admin.post(url(visit, "move/"), {"time": time_of(ada), "reason": "Dentist.", "confirm": "1"})

    assert_shows(confirm, "goes beyond the policy")
    assert Appointment.objects.get(pk=visit.pk).start_at == TEN


def test_moving_without_a_reason_asks_for_it_and_keeps_the_time(admin, visit, ada):
    refused = admin.post(url(visit, "move/"), {"time": time_of(ada), "reason": "", "confirm": "1"})

    assert_shows(refused, "Write why: it is kept.", "10:00 AM EDT", status=422)
    assert Appointment.objects.get(pk=visit.pk).start_at == NINE


def test_a_time_that_is_gone_leaves_the_visit_and_keeps_the_reason(admin, visit, line, ada):
    AppointmentFactory(service_request__service=line, practitioner=ada, start_at=TEN)

    refused = admin.post(url(visit, "move/"), {"time": time_of(ada), "reason": "Dentist.", "confirm": "1"})

    assert_shows(refused, "That time was just taken.", status=409)
    assert 'value="Dentist."' in refused.content.decode()
    assert Appointment.objects.get(pk=visit.pk).start_at == NINE
    assert not Slot.objects.filter(status="busy-tentative").exists()


def test_a_time_at_which_the_patient_is_elsewhere_is_refused_in_words_for_colleagues(admin, visit, ada, line):
    grace = clinician(line, family_name="Hopper")
    AppointmentFactory(service_request__patient=visit.patient, practitioner=grace, start_at=TEN)

    refused = admin.post(url(visit, "move/"), {"time": time_of(ada), "reason": "Dentist.", "confirm": "1"})

    assert_shows(refused, "The patient has another visit at that time.", status=409)


@pytest.mark.parametrize("time", ["", "nonsense", f"{TEN.isoformat()}~00000000-0000-4000-8000-000000000000"])
def test_what_is_no_time_is_asked_for_again(admin, visit, time):
    assert_shows(admin.post(url(visit, "move/"), {"time": time}), "Choose one of the times.", status=422)


def test_every_reason_is_kept_not_only_the_last(admin, visit, ada):
    for start_at, reason in ((TEN, "Dentist."), (NINE, "Dentist again.")):
        admin.post(url(visit, "move/"), {"time": time_of(ada, start_at), "reason": reason, "confirm": "1"})

    assert_shows(admin.get(url(visit)), "Dentist.", "Dentist again.")


def test_a_kept_reason_is_never_changed_nor_lost(admin, visit):
    admin.post(url(visit, "cancel/"), {"reason": "Fire alarm."})

    for act in (lambda rows: rows.update(reason="Nothing."), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            act(PolicyOverride.objects.all())


@pytest.mark.parametrize("path", ["", "cancel/", "move/"])
def test_the_pages_are_for_administrators(browse, visit, path):
    for user in (visit.patient.user, visit.practitioner.user):
        assert browse(user).get(url(visit, path)).status_code == 403
        assert browse(user).get(URL).status_code == 403


def test_a_day_is_read_in_a_fixed_number_of_queries(admin, line, django_assert_num_queries):
    for number in range(3):
        AppointmentFactory(
            service_request__service=line, practitioner=clinician(line), start_at=NINE + number * timedelta(hours=1)
        )

    with django_assert_num_queries(9):
        admin.get(URL, {"day": "2026-06-01"})


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_the_calendar_is_refused_in_words(admin, ada, day):
    assert_shows(admin.get(URL, {"day": day}), "Choose a day between 2000 and 2099.")


def test_a_visit_leads_to_the_messages_to_its_patient(admin, visit):
    page = admin.get(url(visit)).content.decode()

    assert f'href="/admin/consultations/communication/?q={visit.patient.user_id}"' in page
