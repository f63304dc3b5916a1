from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from config.core.errors import NotAllowed, NotFound
from config.core.models import AuditEvent, StatusChange
from consultations.domain import lifecycle, policy
from consultations.domain.codes import AppointmentStatus, EncounterStatus
from consultations.flows import book
from consultations.models import Appointment, Communication, CommunicationPreference, Encounter
from consultations.models.appointment import PATIENT_NEVER_TWICE
from consultations.queries import letters
from providers.domain.codes import Pathway
from providers.models import Qualification, Slot
from tests.consultations.racing import at_once, names
from tests.factories.consultations import (
    AppointmentFactory,
    ReviewTaskFactory,
    ServiceRequestFactory,
    booked_slot,
    clinician,
    held,
)
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.intake import PatientFactory
from tests.factories.providers import NINE, NOW

pytestmark = pytest.mark.django_db
HALF_HOUR = timedelta(minutes=30)
TEN = NINE + timedelta(hours=1)
LONG_BEFORE = NINE - timedelta(days=2)


def submitted(**columns):
    return ServiceRequestFactory(submitted=True, **columns)


def booked(case=None, *, now=NOW, **hold):
    case = case or submitted()
    hold = held(case, **hold)
    return book.book(request_id=case.pk, hold_id=hold.pk, by=case.patient.user, now=now)


def booking(case, hold, **changes):
    return lambda: book.book(
        **{"request_id": case.pk, "hold_id": hold.pk, "by": case.patient.user, "now": NOW, **changes}
    )


def moving(visit, hold, **changes):
    return lambda: book.reschedule(
        **{"appointment_id": visit.pk, "hold_id": hold.pk, "by": visit.patient.user, "now": LONG_BEFORE, **changes}
    )


def planned(visit):
    mine = Communication.objects.planned().filter(recipient=visit.patient.user)
    rows = mine.about(visit.pk).order_by("due_at", "kind")
    return list(rows.values_list("kind", "due_at", "expires_at", "occurrence"))


def test_book_turns_the_hold_into_a_visit():
    case = submitted()
    hold = held(case)

    visit = book.book(request_id=case.pk, hold_id=hold.pk, by=case.patient.user, now=NOW)

    hold.refresh_from_db()
    visit.refresh_from_db()
    assert (visit.status, visit.start_at, visit.end_at, visit.slot) == ("booked", NINE, NINE + HALF_HOUR, hold)
    assert (hold.status, hold.expires_at) == ("busy", None)
    assert (visit.practitioner, visit.patient, visit.patient_state) == (hold.practitioner, case.patient, "NY")


def test_book_keeps_the_wall_clock_that_was_promised():
    visit = booked()

    assert (visit.local_start, str(visit.time_zone), visit.tzdata_version) == (
        "2026-06-01T09:00", "America/New_York", book.TZDATA,
    )  # fmt: skip


def test_book_leaves_a_trace_of_names_and_ids():
    visit = booked()

    event = AuditEvent.objects.about(visit).get()
    assert (event.event, event.action, event.patient_id) == ("consultations.appointment.booked", "C", visit.patient_id)
    assert StatusChange.objects.get(entity_id=visit.pk).new == "booked"


def test_book_plans_a_confirmation_and_two_reminders():
    visit = booked(now=LONG_BEFORE, expires_at=LONG_BEFORE + HALF_HOUR)

    assert planned(visit) == [
        ("booking-confirmed", LONG_BEFORE, None, "r0"),
        ("visit-in-a-day", NINE - timedelta(hours=24), NINE, "r0"),
        ("visit-in-an-hour", NINE - timedelta(hours=1), NINE, "r0"),
    ]


def test_book_accepts_a_case_that_waits_for_the_patient():
    assert booked(submitted(status="on-hold")).status == "booked"


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"expires_at": NOW}, id="expired"),
        pytest.param({"by": "somebody else"}, id="held by another"),
        pytest.param({"for": "another case"}, id="held for another case"),
    ],
)
def test_book_refuses_a_hold_that_does_not_serve(wrong):
    case = submitted()
    by = UserFactory() if "by" in wrong else None
    hold = held(
        submitted(patient=case.patient) if "for" in wrong else case, by=by, expires_at=wrong.get("expires_at", NINE)
    )

    with pytest.raises(book.HoldExpired):
        booking(case, hold)()
    assert not Appointment.objects.exists()


def test_book_refuses_a_case_that_is_not_ones_own():
    case = submitted()

    with pytest.raises(NotFound):
        booking(case, held(case), by=PatientFactory().user)()


def test_book_refuses_a_second_visit_of_a_case_and_names_the_first():
    visit = booked()
    case = visit.service_request

    with pytest.raises(book.AlreadyBooked) as refused:
        booking(case, held(case, start_at=TEN))()

    assert refused.value.extra == {"appointment": str(visit.pk)}


@pytest.mark.parametrize("status", ["draft", "revoked"])
def test_book_refuses_a_case_that_is_not_open_for_visits(status):
    case = ServiceRequestFactory(status=status)

    with pytest.raises(book.NoVisit):
        booking(case, held(case))()


def test_book_refuses_a_service_without_visits():
    case = submitted(service__pathway=Pathway.ASYNCHRONOUS)

    with pytest.raises(book.NoVisit):
        booking(case, held(case))()


def test_book_waits_for_the_review_where_the_service_says_so():
    case = submitted(service__pathway=Pathway.REVIEW_FIRST)
    ReviewTaskFactory(service_request=case)

    with pytest.raises(book.ReviewFirst):
        booking(case, held(case))()


def test_book_goes_on_after_the_review_was_accepted():
    case = submitted(service__pathway=Pathway.REVIEW_FIRST)
    ReviewTaskFactory(
        service_request=case, status="completed", outcome="accepted", decided_at=NOW, decided_by=UserFactory()
    )

    assert booked(case).status == "booked"


@pytest.mark.parametrize(
    ("licence", "code"),
    [
        pytest.param({"jurisdiction": "NJ"}, "not-licensed", id="another state"),
        pytest.param({"valid_until": date(2026, 5, 31)}, "licence-not-in-force", id="ends the day before"),
        pytest.param({"valid_from": date(2026, 6, 2)}, "licence-not-in-force", id="begins the day after"),
        pytest.param({"status": "suspended"}, "licence-not-in-force", id="suspended"),
    ],
)
def test_book_refuses_a_clinician_without_a_licence_on_the_day(licence, code):
    case = submitted()
    hold = held(case)
    Qualification.objects.filter(practitioner=hold.practitioner).update(**licence)

    with pytest.raises(book.NotLicensed) as refused:
        booking(case, hold)()

    assert refused.value.extra == {"reasons": [code]}


def test_book_accepts_the_last_day_of_a_licence():
    case = submitted()
    hold = held(case)
    Qualification.objects.filter(practitioner=hold.practitioner).update(valid_until=date(2026, 6, 1))

    assert booking(case, hold)().status == "booked"


def test_book_does_not_ask_again_whether_new_patients_are_taken():
    case = submitted()
    hold = held(case)
    hold.practitioner.roles.update(accepts_new_patients=False)

    assert booking(case, hold)().status == "booked"


def test_book_refuses_a_patient_who_has_another_visit_then():
    first = booked()
    second = submitted(patient=first.patient)

    with pytest.raises(book.PatientBusy):
        booked(second, start_at=NINE + timedelta(minutes=15))
    assert Appointment.objects.get() == first


def test_who_has_another_visit_then_is_told_so_before_the_hold_is_looked_at_closely(django_assert_num_queries):
    case = submitted(patient=booked().patient)
    act = booking(case, held(case, start_at=NINE + timedelta(minutes=15)))

    # The case, the visit and the hold; the others begin and undo the step.
    with django_assert_num_queries(6), pytest.raises(book.PatientBusy):
        act()


def test_book_tells_of_the_visit_of_the_case_before_another_one_then():
    first = booked()
    case = submitted(patient=first.patient)
    mine = booked(case, start_at=TEN)

    with pytest.raises(book.AlreadyBooked) as refused:
        booking(case, held(case, start_at=NINE))()

    assert refused.value.extra == {"appointment": str(mine.pk)}


def test_book_tells_of_an_expired_hold_before_another_visit_then():
    case = submitted(patient=booked().patient)

    with pytest.raises(book.HoldExpired):
        booking(case, held(case, expires_at=NOW))()


def test_book_accepts_a_visit_right_after_another():
    first = booked()

    assert booked(submitted(patient=first.patient), start_at=NINE + HALF_HOUR).status == "booked"


@pytest.mark.django_db(transaction=True)
def test_one_hold_booked_many_times_at_once_is_one_visit():
    case = submitted()
    hold = held(case)

    outcomes = at_once(*[booking(case, hold)] * 8)

    assert names(outcomes) == ["AlreadyBooked"] * 7 + ["Appointment"]
    assert Appointment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_patient_who_races_many_clinicians_gets_one_visit():
    patient = PatientFactory()
    cases = [submitted(patient=patient) for _ in range(6)]
    acts = [booking(case, held(case)) for case in cases]

    outcomes = at_once(*acts)

    assert names(outcomes) == ["Appointment"] + ["PatientBusy"] * 5
    assert Appointment.objects.live().count() == 1


def test_reschedule_moves_the_same_row_and_gives_the_old_time_back():
    visit = booked()
    old, hold = visit.slot, held(visit.service_request, start_at=TEN, practitioner=visit.practitioner)

    moved = moving(visit, hold)()

    old.refresh_from_db()
    hold.refresh_from_db()
    assert moved.pk == visit.pk
    assert (moved.start_at, moved.slot, moved.revision, moved.reschedules) == (TEN, hold, 1, 1)
    assert (moved.local_start, moved.during.lower) == ("2026-06-01T10:00", TEN)
    assert (old.status, hold.status) == ("free", "busy")


def test_book_refuses_a_hold_that_is_lost_in_the_last_moment(monkeypatch):
    case = submitted()
    hold = held(case)
    monkeypatch.setattr(type(Slot.objects.all()), "book", lambda *_args, **_words: False)

    with pytest.raises(book.HoldExpired):
        booking(case, hold)()
    assert not Appointment.objects.exists()


def test_reschedule_does_not_hide_what_else_the_database_refuses():
    visit = booked()
    hold = held(visit.service_request, start_at=TEN)
    AppointmentFactory(slot=hold, status="cancelled", start_at=TEN)

    with pytest.raises(IntegrityError, match="slot_id"):
        moving(visit, hold)()


def test_reschedule_can_change_the_clinician():
    visit = booked()
    hold = held(visit.service_request, start_at=TEN)

    assert moving(visit, hold)().practitioner == hold.practitioner


def told(visit):
    """Return what is planned for the clinician of a visit."""
    mine = Communication.objects.planned().filter(recipient=visit.practitioner.user)
    return list(mine.about(visit.pk).order_by("created_at", "id").values_list("kind", "occurrence"))


def test_a_clinician_is_told_of_what_patients_do_to_their_visits():
    visit = booked()
    assert told(visit) == [("booking-confirmed", "r0")]

    moved = moving(visit, held(visit.service_request, start_at=TEN, practitioner=visit.practitioner))()
    assert told(moved) == [("booking-moved", "r1")]

    book.cancel(appointment_id=visit.pk, reason="", by=visit.patient.user, now=NOW)
    assert told(visit) == [("booking-cancelled", "r2")]
    letter = letters.compose(Communication.objects.planned().get(recipient=visit.practitioner.user))
    assert letter.subject == "A visit has been cancelled"
    assert visit.patient.family_name not in letter.body


def test_a_clinician_who_wants_none_of_it_is_told_only_what_an_administrator_forces():
    hold_of_case = submitted()
    hold = held(hold_of_case)
    CommunicationPreference.objects.make(hold.practitioner.user)
    CommunicationPreference.objects.filter(user=hold.practitioner.user).update(visit_mail=False)
    visit = book.book(request_id=hold_of_case.pk, hold_id=hold.pk, by=hold_of_case.patient.user, now=NOW)
    assert told(visit) == []

    book.cancel(appointment_id=visit.pk, reason="", by=AdminFactory(), now=NOW, override_reason="Fire alarm.")

    assert told(visit) == [("booking-cancelled", "r1")]


def test_a_clinician_is_not_told_what_they_did_themselves():
    visit = AppointmentFactory()

    book.cancel(appointment_id=visit.pk, reason="", by=visit.practitioner.user, now=NOW)

    assert told(visit) == []


def test_reschedule_stops_the_old_messages_and_plans_new_ones():
    visit = booked()

    moving(visit, held(visit.service_request, start_at=TEN))()

    assert planned(visit) == [
        ("booking-moved", LONG_BEFORE, None, "r1"),
        ("visit-in-a-day", TEN - timedelta(hours=24), TEN, "r1"),
        ("visit-in-an-hour", TEN - timedelta(hours=1), TEN, "r1"),
    ]
    stopped = Communication.objects.filter(status="stopped", status_reason="rescheduled")
    assert stopped.count() == Communication.objects.filter(occurrence="r0").count()


def test_reschedule_to_a_time_that_overlaps_the_visit_itself_is_fine():
    visit = booked()

    assert moving(visit, held(visit.service_request, start_at=NINE + timedelta(minutes=15)))().revision == 1


def test_reschedule_refuses_a_time_at_which_the_patient_has_another_visit():
    visit = booked()
    booked(submitted(patient=visit.patient), start_at=TEN)
    hold = held(visit.service_request, start_at=TEN)

    with pytest.raises(book.PatientBusy):
        moving(visit, hold)()

    visit.refresh_from_db()
    hold.refresh_from_db()
    assert (visit.start_at, visit.revision, visit.slot.status, hold.status) == (NINE, 0, "busy", "busy-tentative")


def test_reschedule_refuses_an_expired_hold_and_leaves_the_visit():
    visit = booked()
    hold = held(visit.service_request, start_at=TEN, expires_at=LONG_BEFORE)

    with pytest.raises(book.HoldExpired):
        moving(visit, hold)()
    assert visit.slot.status == "busy"


def test_reschedule_refuses_a_clinician_without_a_licence_on_the_new_day():
    visit = booked()
    hold = held(visit.service_request, start_at=TEN, practitioner=clinician(visit.service_request.service, state="NJ"))

    with pytest.raises(book.NotLicensed):
        moving(visit, hold)()


def test_reschedule_refuses_too_late_and_too_often():
    visit = booked(submitted(service__change_notice_minutes=240, service__max_reschedules=1))
    late = NINE - timedelta(hours=3)

    with pytest.raises(policy.TooLateToChange):
        moving(visit, held(visit.service_request, start_at=TEN, expires_at=NINE), now=late)()
    moving(visit, held(visit.service_request, start_at=TEN, expires_at=NINE))()
    with pytest.raises(policy.MovedTooOften):
        moving(visit, held(visit.service_request, start_at=TEN + HALF_HOUR))()


def test_an_administrator_moves_a_visit_late_with_a_reason_that_is_kept():
    visit, admin = booked(), AdminFactory()
    hold = held(visit.service_request, start_at=TEN, by=admin, expires_at=NINE)

    moved = moving(visit, hold, by=admin, now=NINE - timedelta(minutes=5), override_reason="Clinician is ill.")()

    moved.refresh_from_db()
    assert (moved.start_at, moved.overrides.get().reason) == (TEN, "Clinician is ill.")
    assert AuditEvent.objects.about(moved).get(event__endswith="rescheduled").detail["overridden"] is True


def test_nobody_else_overrides_the_policy():
    visit = booked()

    with pytest.raises(NotAllowed):
        moving(visit, held(visit.service_request, start_at=TEN), override_reason="I want to.")()


def test_a_clinician_moves_a_visit_to_their_own_time_only():
    visit = booked()
    user = visit.practitioner.user
    hold_of_another = held(visit.service_request, start_at=TEN, by=user)

    with pytest.raises(NotAllowed):
        moving(visit, hold_of_another, by=user)()


def test_reschedule_refuses_a_visit_that_is_not_ones_own():
    visit = booked()

    with pytest.raises(NotFound):
        moving(visit, held(visit.service_request, start_at=TEN), by=PatientFactory().user)()


@pytest.mark.parametrize("status", set(AppointmentStatus) - {AppointmentStatus.BOOKED})
def test_reschedule_refuses_a_visit_that_is_not_to_come(status):
    visit = AppointmentFactory(status=status)

    with pytest.raises(lifecycle.BadTransition):
        moving(visit, held(visit.service_request, start_at=TEN))()


@pytest.mark.django_db(transaction=True)
def test_two_moves_of_one_visit_at_once_leave_one_time_taken():
    visit = booked()
    holds = [held(visit.service_request, start_at=TEN + HALF_HOUR * step) for step in range(2)]

    at_once(*[moving(visit, hold) for hold in holds])

    visit.refresh_from_db()
    taken = list(Slot.objects.filter(status="busy"))
    assert taken == [visit.slot]
    assert visit.revision == 2


@pytest.mark.django_db(transaction=True)
def test_two_visits_of_a_patient_that_swap_their_times_never_overlap():
    first = booked()
    second = booked(submitted(patient=first.patient), start_at=TEN)
    swaps = [
        moving(first, held(first.service_request, start_at=TEN)),
        moving(second, held(second.service_request, start_at=NINE)),
    ]

    outcomes = at_once(*swaps)

    assert set(names(outcomes)) <= {"PatientBusy", "Appointment"}
    starts = list(Appointment.objects.live().values_list("start_at", flat=True))
    assert len(starts) == len(set(starts)) == 2


def test_cancel_gives_the_time_back_and_keeps_the_case_open():
    visit = booked()

    cancelled = book.cancel(appointment_id=visit.pk, reason="Away.", by=visit.patient.user, now=LONG_BEFORE)

    visit.slot.refresh_from_db()
    visit.service_request.refresh_from_db()
    assert (cancelled.status, cancelled.cancel_reason, cancelled.cancelled_by) == (
        "cancelled", "Away.", visit.patient.user,
    )  # fmt: skip
    assert (visit.slot.status, visit.service_request.status) == ("free", "active")


def test_cancel_stops_the_reminders_and_says_so():
    visit = booked()

    book.cancel(appointment_id=visit.pk, reason="", by=visit.patient.user, now=LONG_BEFORE)

    assert planned(visit) == [("booking-cancelled", LONG_BEFORE, None, "r1")]


def test_a_cancelled_time_can_be_booked_by_somebody_else():
    visit = booked()
    book.cancel(appointment_id=visit.pk, reason="", by=visit.patient.user, now=LONG_BEFORE)

    assert booked(submitted(service=visit.service_request.service), practitioner=visit.practitioner).start_at == NINE


def test_cancel_of_a_visit_whose_time_is_free_already_is_fine():
    visit = AppointmentFactory()
    Slot.objects.release(pk=visit.slot_id, now=NOW)

    assert book.cancel(appointment_id=visit.pk, reason="", by=visit.patient.user, now=LONG_BEFORE).status == "cancelled"


def test_cancel_ends_the_encounter_of_a_checked_in_visit():
    visit = AppointmentFactory(status="checked-in")
    encounter = Encounter.objects.create(appointment=visit, status=EncounterStatus.ARRIVED, patient_state="NY")

    book.cancel(appointment_id=visit.pk, reason="", by=visit.practitioner.user, now=LONG_BEFORE)

    encounter.refresh_from_db()
    assert encounter.status == "cancelled"


@pytest.mark.parametrize("minutes", [239, 0, -5])
def test_cancel_refuses_too_late(minutes):
    visit = booked(submitted(service__change_notice_minutes=240))

    with pytest.raises(policy.TooLateToChange):
        book.cancel(appointment_id=visit.pk, reason="", by=visit.patient.user, now=NINE - timedelta(minutes=minutes))


def test_an_administrator_cancels_late_with_a_reason_that_is_kept():
    visit = booked()

    cancelled = book.cancel(
        appointment_id=visit.pk, reason="", by=AdminFactory(), now=NINE, override_reason="Power cut."
    )

    assert (cancelled.status, cancelled.overrides.get().reason) == ("cancelled", "Power cut.")


def test_cancel_refuses_an_override_of_anybody_else():
    visit = booked()

    with pytest.raises(NotAllowed):
        book.cancel(
            appointment_id=visit.pk, reason="", by=visit.practitioner.user, now=NINE, override_reason="I am ill."
        )


@pytest.mark.parametrize("status", ["cancelled", "fulfilled", "noshow"])
def test_cancel_refuses_a_visit_that_is_over(status):
    visit = AppointmentFactory(status=status)

    with pytest.raises(lifecycle.BadTransition):
        book.cancel(appointment_id=visit.pk, reason="", by=visit.patient.user, now=LONG_BEFORE)


def test_cancel_refuses_a_visit_that_is_not_ones_own():
    with pytest.raises(NotFound):
        book.cancel(appointment_id=AppointmentFactory().pk, reason="", by=PatientFactory().user, now=LONG_BEFORE)


def test_database_refuses_a_patient_in_two_visits():
    visit = AppointmentFactory()

    with pytest.raises(IntegrityError, match=PATIENT_NEVER_TWICE):
        AppointmentFactory(service_request=submitted(patient=visit.patient))


def test_database_refuses_two_live_visits_of_one_case():
    visit = AppointmentFactory()

    with pytest.raises(IntegrityError, match="consultations_appointment_one_live_per_request"):
        AppointmentFactory(service_request=visit.service_request, start_at=TEN)


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        pytest.param({"status": "whim"}, "status_known", id="unknown status"),
        pytest.param({"checked_in_at": NOW}, "check_in_whole", id="half a check-in"),
        pytest.param({"cancelled_at": NOW}, "cancellation_whole", id="half a cancellation"),
        pytest.param({"end_at": NINE + timedelta(hours=3)}, "during_is_start_to_end", id="range of another time"),
    ],
)
def test_database_refuses_a_broken_visit(columns, rule):
    case, by = submitted(), PatientFactory().user
    slot = booked_slot(clinician(case.service), service=case.service)
    whole = AppointmentFactory.build(
        service_request=case, patient=case.patient, practitioner=slot.practitioner, slot=slot, cancelled_by=None
    )
    assert by
    for name, value in columns.items():
        setattr(whole, name, value)

    with pytest.raises(IntegrityError, match=f"consultations_appointment_{rule}"):
        whole.save()
