"""The pages of alerts: what waits, who was told, a name, a call."""

from datetime import timedelta

import pytest

from config.core.models import AuditEvent
from consultations.domain.codes import RungKind
from consultations.flows import escalate
from consultations.models import Communication
from consultations.queries import letters
from intake.models import Flag
from tests.factories.consultations import clinician
from tests.factories.core import AdminFactory
from tests.factories.intake import FlagFactory, PatientFactory
from tests.factories.providers import NOW, HealthcareServiceFactory
from tests.factories.safety import alert, on_call, staffed

pytestmark = pytest.mark.django_db
PAGE = "/clinic/alerts/"


def page(row, action=""):
    return f"{PAGE}{row.pk}/{action}"


@pytest.fixture
def case():
    service, first, chief = staffed()
    row = alert(service, evidence=[{"ref": "harm", "value": {"code": "yes", "display": "Yes"}}])
    return row, first, chief


def test_the_queue_shows_open_alerts_on_top(browse, case):
    row, first, _ = case

    text = browse(first.user).get("/clinic/queue/").content.decode()

    assert text.index("1 safety alert") < text.index("You can take")
    assert page(row) in text
    assert row.flag.patient.full_name in text


def test_the_queue_is_quiet_without_alerts(browse):
    first = on_call(HealthcareServiceFactory())

    assert "No safety alert needs a name" in browse(first.user).get("/clinic/queue/").content.decode()


def test_list_costs_the_same_for_any_number(browse, case, django_assert_num_queries):
    row, first, _ = case
    browser = browse(first.user)
    browser.get(PAGE)
    for _ in range(3):
        alert(row.service)

    with django_assert_num_queries(8):
        browser.get(PAGE)


def test_alert_says_what_was_answered_whom_to_ring_and_who_was_told(browse, case):
    row, first, _ = case

    text = browse(first.user).get(page(row)).content.decode()

    assert "Do you think of harming yourself?" in text
    assert row.rule.clinician_text in text
    assert "tel:+12125550123" in text
    assert first.display_name in text
    assert "The patient is still answering" in text
    opened = AuditEvent.objects.get(event="consultations.alert.opened")
    assert (opened.actor, opened.patient_id) == (first.user, row.flag.patient_id)


@pytest.mark.parametrize("who", ["patient", "other-service"])
def test_alerts_are_for_the_clinicians_of_their_service(browse, case, who):
    row, _, _ = case
    users = {"patient": PatientFactory().user, "other-service": clinician(HealthcareServiceFactory()).user}

    assert browse(users[who]).get(page(row)).status_code == {"patient": 403, "other-service": 404}[who]


def test_a_clinician_puts_a_name_under_the_flag_of_a_draft(browse, case):
    row, first, _ = case

    answer = browse(first.user).post(
        page(row, "acknowledge/"), {"name-flag": row.flag_id, "name-note": "Rang; she is safe."}
    )

    assert (answer.status_code, answer.url) == (302, PAGE)
    flag = Flag.objects.get(pk=row.flag_id)
    assert (flag.acknowledged_by, flag.acknowledgement_note) == (first.user, "Rang; she is safe.")


def test_a_name_needs_a_note_and_keeps_what_was_typed(browse, case):
    row, first, _ = case

    answer = browse(first.user).post(page(row, "acknowledge/"), {"name-flag": row.flag_id, "name-note": ""})

    assert answer.status_code == 422
    assert not Flag.objects.filter(acknowledged_at__isnull=False).exists()


def test_a_second_name_is_told_who_was_first(browse, case):
    row, first, chief = case
    form = {"name-flag": row.flag_id, "name-note": "Mine."}
    browse(first.user).post(page(row, "acknowledge/"), form)

    answer = browse(chief.user).post(page(row, "acknowledge/"), form)

    assert answer.status_code == 409
    assert "already acknowledged" in answer.content.decode()
    assert first.display_name in answer.content.decode()


def test_a_name_never_covers_what_the_page_did_not_show(browse, case):
    row, first, _ = case
    Flag.objects.filter(pk=row.flag_id).update(status="inactive", superseded_at=NOW)
    FlagFactory(response=row.response, rule=row.rule, raised_at=NOW + timedelta(minutes=1))

    answer = browse(first.user).post(
        page(row, "acknowledge/"), {"name-flag": row.flag_id, "name-note": "Rang."}, follow=True
    )

    assert "has answered again since" in answer.content.decode()
    assert Flag.objects.waiting().count() == 1


def test_the_flag_of_another_alert_is_refused(browse, case):
    row, first, _ = case
    other = alert(row.service)

    answer = browse(first.user).post(page(row, "acknowledge/"), {"name-flag": other.flag_id, "name-note": "Rang."})

    assert answer.status_code == 404


def test_an_answer_that_was_taken_back_says_so(browse, case):
    row, first, _ = case
    Flag.objects.filter(pk=row.flag_id).update(status="inactive", superseded_at=NOW)

    text = browse(first.user).get(page(row)).content.decode()

    assert "has taken this answer back" in text


def test_the_administrator_reads_neither_answers_nor_name_until_the_clinic_has_to_ring(browse, case):
    row, _, _ = case
    browser = browse(AdminFactory())

    before = browser.get(page(row)).content.decode()
    for minutes in (10, 20):
        escalate.climb(escalation_id=row.pk, now=NOW + timedelta(minutes=minutes))
    after = browser.get(page(row)).content.decode()

    for text in (before, after):
        assert row.rule.clinician_text not in text
        assert "Do you think of harming yourself?" not in text
    assert row.flag.patient.full_name not in before
    assert row.flag.patient.full_name in after
    assert "Call now" in after


def test_the_clinic_writes_its_call_down(browse):
    row = alert()
    admin = AdminFactory()
    browser = browse(admin)

    assert browser.post(page(row, "called/"), {"call-note": ""}).status_code == 422
    answer = browser.post(page(row, "called/"), {"call-note": "Reached the supervisor."})

    assert answer.status_code == 302
    call = row.steps.get(kind=RungKind.CLINIC_PHONE)
    assert (call.done_by, call.note) == (admin, "Reached the supervisor.")
    assert "Call now" not in browser.get(page(row)).content.decode()
    again = browser.post(page(row, "called/"), {"call-note": "Again."}, follow=True)
    assert "already made this call" in again.content.decode()


def test_the_mail_leads_to_the_alert_and_says_nothing_of_the_patient(case):
    row, first, _ = case
    message = Communication.objects.select_related("recipient").get()

    letter = letters.compose(message)

    assert page(row) in letter.body
    assert letter.to == first.user.email
    for word in (row.flag.patient.given_name, row.flag.patient.family_name, "harm", "PHQ"):
        assert word not in letter.subject + letter.body


def test_the_mail_is_void_once_there_is_a_name(case):
    row, _, _ = case
    message = Communication.objects.select_related("recipient").get()
    type(row).objects.filter(pk=row.pk).update(ended_at=NOW, end_reason="acknowledged", next_due_at=None)

    assert letters.compose(message) == letters.Void("subject-gone")
