"""Referring: to a colleague, to another service of the clinic, and outside. Nobody falls through on the way."""

from datetime import timedelta

import pytest
from django.db import Error, IntegrityError, transaction

from config.core.models import AuditEvent, StatusChange
from consultations.domain.standing import ASSIGNED
from consultations.flows import decide, refer, request, review
from consultations.models import Communication, Referral, ReviewTask, ServiceRequest
from consultations.queries import offering, referring
from consultations.queries.case import case, whole
from intake.domain.codes import Severity
from tests.consultations.racing import at_once
from tests.factories.clinic import claimed, flagged, waiting
from tests.factories.consultations import AppointmentFactory, asking_service, clinician
from tests.factories.intake import PatientFactory
from tests.factories.providers import NOW, HealthcareServiceFactory

pytestmark = pytest.mark.django_db
AFTER_GRACE = NOW + ASSIGNED + timedelta(minutes=1)


def held(**columns):
    """Return a case, who holds it, and a colleague who may take it."""
    task, holder = claimed(waiting(**columns), now=NOW)
    return task, holder, clinician(task.service)


def to_colleague(task, holder, colleague, **changes):
    words = {"task_id": task.pk, "fence": task.fence, "to": colleague.pk, "reason": "You know hearts.", "now": NOW}
    return refer.to_colleague(by=holder.user, **{**words, **changes})


def to_service(task, holder, service, **changes):
    words = {"task_id": task.pk, "fence": task.fence, "to": service.pk, "reason": "It fits you better.", "now": NOW}
    return decide.refer_to_service(by=holder.user, **{**words, **changes})


# To a colleague


def test_a_referred_case_goes_to_the_colleague_first_with_the_reason():
    task, holder, colleague = held()
    task_before, other = ReviewTask.objects.get(pk=task.pk), clinician(task.service)

    to_colleague(task, holder, colleague)

    assert review.claim_next(by=other.user, now=NOW) is None
    taken = review.claim_next(by=colleague.user, now=NOW)
    assert (taken.pk, taken.fence) == (task.pk, task.fence + 1)
    task.refresh_from_db()
    assert (task.handover, task.due_at) == ("You know hearts.", task_before.due_at)


def test_a_referred_case_that_the_colleague_does_not_take_is_for_everybody_again():
    task, holder, colleague = held()
    other = clinician(task.service)
    to_colleague(task, holder, colleague)

    assert review.claim_next(by=other.user, now=AFTER_GRACE).pk == task.pk


def test_a_referred_emergency_waits_for_nobody():
    task, holder, colleague = held(tier=0)
    other = clinician(task.service)

    to_colleague(task, holder, colleague)

    assert review.claim_next(by=other.user, now=NOW).pk == task.pk


def test_who_referred_to_whom_and_why_is_kept_and_the_colleague_is_told():
    task, holder, colleague = held()

    to_colleague(task, holder, colleague)

    kept = Referral.objects.get(task=task)
    assert (kept.kind, kept.to_practitioner, kept.reason) == ("colleague", colleague, "You know hearts.")
    assert (kept.referred_by, kept.referred_at) == (holder.user, NOW)
    assert Communication.objects.get(subject_id=task.pk).recipient == colleague.user
    assert AuditEvent.objects.about(task).filter(event="consultations.review.referred-to-colleague").exists()
    assert StatusChange.objects.filter(entity_id=task.pk, reason="referred").count() == 1


def test_who_referred_a_case_writes_to_it_no_more():
    task, holder, colleague = held()
    to_colleague(task, holder, colleague)

    with pytest.raises(review.LeaseLost):
        review.save_note(task_id=task.pk, fence=task.fence, note="One more thing.", by=holder.user, now=NOW)


@pytest.mark.parametrize("who", ["oneself", "licensed elsewhere", "another service", "retired", "who decided it"])
def test_a_case_is_referred_only_to_who_may_take_it_today(who):
    service = HealthcareServiceFactory(second_sign_off=True)
    task, first, _ = held(service=service)
    decide.decline(task_id=task.pk, fence=task.fence, reason="No.", by=first.user, now=NOW)
    holder = clinician(service)
    task = review.claim(task_id=task.pk, by=holder.user, now=NOW)
    chosen = {
        "oneself": lambda: holder,
        "licensed elsewhere": lambda: clinician(service, state="NJ"),
        "another service": lambda: clinician(HealthcareServiceFactory()),
        "retired": lambda: clinician(service, is_active=False),
        "who decided it": lambda: first,
    }[who]()

    with pytest.raises(referring.MayNotTake) as refusal:
        to_colleague(task, holder, chosen)

    assert [error.field for error in refusal.value.errors] == ["to"]
    assert not referring.colleagues(task, now=NOW).filter(pk=chosen.pk).exists()
    assert not Referral.objects.exists()


# To another service


def test_a_patient_goes_on_with_a_case_of_the_other_service_linked_to_the_first():
    task, holder, _ = held()
    service = asking_service(questionnaires=2)

    to_service(task, holder, service)

    first = ServiceRequest.objects.get(pk=task.service_request_id)
    new = Referral.objects.get(task=task).new_request
    assert (first.status, first.decision_note) == ("revoked", "It fits you better.")
    assert (new.status, new.service, new.patient, new.state) == ("draft", service, first.patient, first.state)
    assert new.supporting_info.count() == 2
    task.refresh_from_db()
    assert (task.status, task.outcome, task.referred_to) == ("completed", "referred", service.name)


def test_nothing_of_the_first_case_is_lost():
    task, holder, _ = held()
    answers = list(task.service_request.supporting_info.values_list("questionnaire_response__answers", flat=True))
    flag = flagged(task.service_request, severity=Severity.CAUTION)

    to_service(task, holder, asking_service())

    kept = task.service_request.supporting_info.values_list("questionnaire_response__answers", flat=True)
    assert list(kept) == answers
    flag.refresh_from_db()
    assert flag.status == "active"


def test_a_patient_is_told_what_happens_next_and_what_they_must_answer():
    task, holder, _ = held()

    to_service(task, holder, asking_service())

    patient = task.service_request.patient.user
    kinds = Communication.objects.planned().filter(recipient=patient).values_list("kind", flat=True)
    assert set(kinds) == {"review-decided", "intake-unfinished"}
    first = case(whole(ServiceRequest.objects).get(pk=task.service_request_id))
    assert first.next_step(NOW).code == "go-on"
    new = case(whole(ServiceRequest.objects).get(pk=first.referred_to.new_request_id))
    assert (new.next_step(NOW).code, new.referred_from.task) == ("answer", task)


def test_a_booked_visit_of_the_first_case_is_cancelled():
    task, holder, _ = held()
    visit = AppointmentFactory(service_request=task.service_request)

    to_service(task, holder, asking_service())

    visit.refresh_from_db()
    assert visit.status == "cancelled"


@pytest.mark.parametrize("why", ["state-not-served", "under-age", "over-age", "request-open", "may-not-have"])
def test_a_patient_is_referred_only_to_a_service_that_they_may_have(why):
    task, holder, _ = held()
    service = {
        "state-not-served": lambda: asking_service(states=["NJ"]),
        "under-age": lambda: asking_service(minimum_age_years=120),
        "over-age": lambda: asking_service(maximum_age_years=20),
        "request-open": asking_service,
        "may-not-have": lambda: asking_service(is_active=False),
    }[why]()
    if why == "request-open":
        user = task.service_request.patient.user
        request.start(service_slug=service.slug, state="NY", by=user, now=NOW)

    with pytest.raises(referring.MayNotHave) as refusal:
        to_service(task, holder, service)

    assert [(error.field, error.code) for error in refusal.value.errors] == [("to", why)]
    assert service not in referring.services(task, now=NOW)
    task.refresh_from_db()
    assert task.status == "in-progress"


def test_a_patient_is_not_referred_to_the_service_that_they_are_in():
    task, holder, _ = held()

    with pytest.raises(referring.MayNotHave):
        to_service(task, holder, task.service)


def test_a_grave_flag_needs_a_name_before_the_patient_goes_on_elsewhere():
    task, holder, _ = held()
    flagged(task.service_request)

    with pytest.raises(decide.FlagsWaiting):
        to_service(task, holder, asking_service())

    assert not Referral.objects.exists()


def test_with_a_second_name_the_new_case_begins_when_it_is_signed():
    task, first, second = held(service=HealthcareServiceFactory(second_sign_off=True))
    service = asking_service()

    to_service(task, first, service)
    assert Referral.objects.get(task=task).new_request is None

    taken = review.claim(task_id=task.pk, by=second.user, now=NOW)
    decide.sign_off(task_id=task.pk, fence=taken.fence, by=second.user, now=NOW)
    assert Referral.objects.get(task=task).new_request.service == service


def test_a_referral_that_is_sent_back_is_history_and_leads_nowhere():
    task, first, second = held(service=HealthcareServiceFactory(second_sign_off=True))
    to_service(task, first, asking_service())
    taken = review.claim(task_id=task.pk, by=second.user, now=NOW)

    decide.send_back(task_id=task.pk, fence=taken.fence, handover="Ask first.", by=second.user, now=NOW)

    task.refresh_from_db()
    assert (task.referral, task.referred_to) == (None, "")
    assert Referral.objects.get(task=task).new_request is None


def test_a_referral_to_a_service_that_the_patient_has_begun_meanwhile_is_not_signed():
    task, first, second = held(service=HealthcareServiceFactory(second_sign_off=True))
    service = asking_service()
    to_service(task, first, service)
    request.start(service_slug=service.slug, state="NY", by=task.service_request.patient.user, now=NOW)
    taken = review.claim(task_id=task.pk, by=second.user, now=NOW)

    with pytest.raises(referring.MayNotHave):
        decide.sign_off(task_id=task.pk, fence=taken.fence, by=second.user, now=NOW)

    task.refresh_from_db()
    assert task.status == "in-progress"


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
@pytest.mark.parametrize("round_", range(5))
def test_a_patient_who_starts_the_service_while_they_are_referred_to_it_has_one_case(round_):
    task, holder, _ = held()
    service, user = asking_service(), task.service_request.patient.user

    outcomes = at_once(
        lambda: to_service(task, holder, service),
        lambda: request.start(service_slug=service.slug, state="NY", by=user, now=NOW),
    )

    assert sum(isinstance(one, ReviewTask | ServiceRequest) for one in outcomes) == 1
    assert {type(one) for one in outcomes} <= {ReviewTask, ServiceRequest, referring.MayNotHave, offering.RequestOpen}
    assert ServiceRequest.objects.open().filter(service=service).count() == 1


# Outside


def test_a_patient_referred_outside_reads_where_and_why():
    task, holder, _ = held()

    decide.refer(task_id=task.pk, fence=task.fence, to="Heart clinic", reason="Arrhythmia.", by=holder.user, now=NOW)

    first = ServiceRequest.objects.get(pk=task.service_request_id)
    assert (first.status, first.decision_note) == ("revoked", "Heart clinic: Arrhythmia.")
    kept = Referral.objects.get(task=task)
    assert (kept.kind, kept.whom, kept.new_request) == ("outside", "Heart clinic", None)


# What the database keeps


@pytest.mark.parametrize(
    "columns",
    [
        {"kind": "colleague"},
        {"kind": "service"},
        {"kind": "outside", "to_words": ""},
        {"kind": "elsewhere", "to_words": "Heart clinic"},
        {"kind": "outside", "to_words": "Heart clinic", "new_request": True},
    ],
)
def test_a_referral_names_exactly_whom_it_is_to(columns):
    task, holder, _ = held()
    if columns.get("new_request"):
        columns = {**columns, "new_request": ServiceRequest.objects.get(pk=task.service_request_id)}

    with pytest.raises(IntegrityError, match="consultations_referral_"), transaction.atomic():
        Referral.objects.create(task=task, reason="Why.", referred_at=NOW, referred_by=holder.user, **columns)


@pytest.mark.parametrize("change", ["reason", "new_request", "delete"])
def test_a_referral_stays_as_it_was_said(change):
    task, holder, _ = held()
    to_service(task, holder, asking_service())
    another = request.start(service_slug=asking_service().slug, state="NY", by=PatientFactory().user, now=NOW)

    rows = Referral.objects.all()
    acts = {
        "reason": lambda: rows.update(reason="Other."),
        "new_request": lambda: rows.update(new_request=another),
        "delete": lambda: rows._raw_delete("default"),
    }
    with pytest.raises(Error, match="pgtrigger: Cannot"), transaction.atomic():
        acts[change]()


@pytest.mark.parametrize("change", [{"outcome": "accepted"}, {"referral": None}])
def test_what_was_referred_keeps_its_referral_and_nothing_else_has_one(change):
    task, holder, _ = held()
    to_service(task, holder, asking_service())

    with pytest.raises(IntegrityError, match="consultations_reviewtask_referred_by_a_referral"), transaction.atomic():
        ReviewTask.objects.filter(pk=task.pk).update(**change)
