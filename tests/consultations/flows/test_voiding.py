"""When a case ends, or a consent under it is withdrawn, what is planned is void in the same transaction."""

from datetime import timedelta

import pytest
from django.db import transaction

from consultations.domain import voiding
from consultations.domain.codes import CommunicationKind, CommunicationStatus, RequestStatus
from consultations.flows import remind, request
from consultations.models import Communication, ServiceRequest
from intake.flows import consent
from intake.models import Consent
from tests.consultations.racing import at_once
from tests.factories.consultations import AppointmentFactory, ReviewTaskFactory, ServiceRequestFactory
from tests.factories.core import UserFactory
from tests.factories.intake import ConsentDocumentFactory, ConsentFactory
from tests.factories.providers import NINE, NOW

Kind, Status = CommunicationKind, CommunicationStatus
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def case(db):
    return signed_case()


def signed_case(**columns):
    case = ServiceRequestFactory.create(submitted=True, **columns)
    sign(case)
    return case


def sign(case, **document):
    text = ConsentDocumentFactory.create(**document)
    text.services.add(case.service)
    return ConsentFactory.create(patient=case.patient, document=text)


def plan(case, kind=Kind.VISIT_IN_A_DAY, *, due_at=LATER, recipient=None, **words):
    Communication.objects.plan(
        subject=case, kind=kind, recipient_id=(recipient or case.patient.user).pk, due_at=due_at, **words
    )
    return Communication.objects.get(kind=kind)


def fate(message):
    message.refresh_from_db()
    return message.status, message.status_reason


def withdraw(case, now=NOW):
    consent.withdraw(consent_id=Consent.objects.in_force().get().pk, by=case.patient.user, now=now)


def sign_again(case, now=NOW):
    document = Consent.objects.latest("created_at").document_id
    consent.sign(document_id=document, signed_name="Jordan Doe", by=case.patient.user, now=now)


def dial(now=LATER):
    sent = []
    remind.dispatch(send=lambda one: sent.append(one) or remind.Result.SENT, clock=lambda: now)
    return sent


def test_withdrawing_consent_voids_what_is_planned_about_its_cases(case):
    visit = AppointmentFactory.create(service_request=case)
    reminder, unfinished = plan(visit), plan(case, Kind.INTAKE_UNFINISHED)

    withdraw(case)

    assert {fate(reminder), fate(unfinished)} == {(Status.STOPPED, "consent-withdrawn")}


def test_withdrawing_consent_calls_back_what_a_sender_holds_and_has_not_dialled(case):
    held, dialled = plan(case), plan(case, Kind.CLINICIAN_ASKS)
    taken = {one.communication_id: one for one in remind.take(now=LATER, limit=2)}
    remind.dial_page(taken=[taken[dialled.pk]], now=LATER)

    withdraw(case, now=LATER)

    assert fate(held) == (Status.STOPPED, "consent-withdrawn")
    assert fate(dialled) == (Status.IN_PROGRESS, "")
    assert remind.dial_page(taken=[taken[held.pk]], now=LATER).letters == {}
    assert remind.dial(taken=taken[held.pk], now=LATER) is None


@pytest.mark.parametrize("kind", sorted(voiding.OUTLIVES))
def test_what_keeps_people_safe_and_tells_the_end_stays(case, kind):
    message = plan(case, kind)

    withdraw(case)

    assert fate(message) == (Status.PREPARATION, "")


def test_a_consent_of_another_service_changes_nothing(case):
    message, other = plan(case), ConsentFactory.create(patient=case.patient)

    consent.withdraw(consent_id=other.pk, by=case.patient.user, now=NOW)

    assert fate(message) == (Status.PREPARATION, "")


def test_the_clinicians_are_still_told_of_their_work(case):
    message = plan(case, Kind.REVIEW_DUE, recipient=UserFactory.create())

    withdraw(case)

    assert fate(message) == (Status.PREPARATION, "")


def test_another_version_of_the_text_that_is_signed_keeps_the_messages(case):
    old = Consent.objects.get()
    sign(case, slug=old.document.slug, version="9.0.0")
    message = plan(case)

    consent.withdraw(consent_id=old.pk, by=case.patient.user, now=NOW)

    assert fate(message) == (Status.PREPARATION, "")


def test_signing_again_plans_anew_what_is_still_of_use(case):
    useful, late = plan(case, due_at=NINE), plan(case, Kind.INTAKE_UNFINISHED, due_at=NOW)
    withdraw(case)

    sign_again(case, now=LATER)

    assert fate(useful) == (Status.PREPARATION, "")
    assert fate(late) == (Status.STOPPED, "consent-withdrawn")


def test_signing_one_of_two_withdrawn_texts_plans_nothing(case):
    second = sign(case, slug="second-text")
    message = plan(case, due_at=NINE)
    consent.withdraw(consent_id=second.pk, by=case.patient.user, now=NOW)
    withdraw(case)

    consent.sign(document_id=second.document_id, signed_name="Jordan Doe", by=case.patient.user, now=NOW)

    assert fate(message) == (Status.STOPPED, "consent-withdrawn")


def test_a_withdrawal_that_is_undone_voids_nothing(case):
    message = plan(case)

    with transaction.atomic():
        Consent.objects.update(status="inactive", withdrawn_at=NOW, withdrawn_by=case.patient.user)
        assert fate(message)[0] == Status.STOPPED
        transaction.set_rollback(True)

    assert fate(message) == (Status.PREPARATION, "")


def test_what_was_planned_after_the_withdrawal_is_not_sent(case):
    withdraw(case)
    message = plan(case, Kind.CLINICIAN_RUNNING_LATE)

    assert dial() == []
    assert fate(message) == (Status.STOPPED, "consent-withdrawn")


def test_what_was_planned_about_a_closed_case_is_not_sent(case):
    ServiceRequest.objects.filter(pk=case.pk).update(status=RequestStatus.REVOKED)
    message = plan(case, Kind.CLINICIAN_RUNNING_LATE)

    assert dial() == []
    assert fate(message) == (Status.STOPPED, "case-closed")


def test_withdrawing_a_case_voids_what_is_planned_about_everything_of_it(case):
    task = ReviewTaskFactory.create(service_request=case)
    nudge = plan(case, Kind.CLINICIAN_ASKS)
    due = plan(task, Kind.REVIEW_DUE, recipient=UserFactory.create())
    other = plan(ReviewTaskFactory.create(), Kind.ASK_NUDGE, recipient=UserFactory.create())

    request.withdraw(request_id=case.pk, by=case.patient.user, now=NOW)

    assert {fate(nudge), fate(due)} == {(Status.STOPPED, "case-closed")}
    assert fate(other) == (Status.PREPARATION, "")


@pytest.mark.parametrize("kind", [Kind.CARE_PLAN_READY, Kind.MEASURE_DUE, Kind.ACTIVITY_DUE, Kind.VISIT_IN_A_DAY])
def test_a_completed_case_still_speaks_of_its_plan(kind):
    assert voiding.refusal(kind, status=RequestStatus.COMPLETED, is_withdrawn=False) == ""


@pytest.mark.parametrize("kind", [Kind.ASK_NUDGE, Kind.REVIEW_DUE, Kind.WAITLIST_OFFER])
def test_a_completed_case_waits_for_nothing_more(kind):
    assert voiding.refusal(kind, status=RequestStatus.COMPLETED, is_withdrawn=False) == "case-completed"


@pytest.mark.django_db(transaction=True)
def test_of_a_withdrawal_and_senders_at_once_nothing_is_dialled_after_the_withdrawal():
    """Whoever is first: a message is either on its way before the withdrawal, or void."""
    for _ in range(5):
        case = signed_case()
        for number in range(8):
            Communication.objects.plan(
                subject=case, kind=Kind.CLINICIAN_RUNNING_LATE, recipient_id=case.patient.user_id, due_at=NOW,
                occurrence=str(number),
            )  # fmt: skip
        given = Consent.objects.in_force().get(patient=case.patient)

        outcomes = at_once(
            lambda given=given: consent.withdraw(consent_id=given.pk, by=given.patient.user, now=NOW),
            *[lambda: dial(NOW)] * 3,
        )

        rows = Communication.objects.filter(service_request=case)
        assert not [one for one in outcomes if isinstance(one, Exception)]
        assert {row.status for row in rows} <= {Status.COMPLETED, Status.STOPPED}
        assert {row.status_reason for row in rows.filter(status=Status.STOPPED)} <= {"consent-withdrawn"}
        assert dial() == []
