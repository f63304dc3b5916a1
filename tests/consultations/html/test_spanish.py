"""Patients whose record says Spanish read no English on their pages of cases, visits, plans and messages."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from consultations.adapters import links
from consultations.adapters.links import Purpose
from consultations.domain.codes import CommunicationKind
from consultations.flows import plan_care, waitlist
from consultations.models import Appointment, Communication, WaitlistOffer
from tests.consultations.html.reading import text_of
from tests.factories.clinic import planned
from tests.factories.consultations import (
    AppointmentFactory,
    ReviewTaskFactory,
    ServiceRequestFactory,
    SupportingInfoFactory,
    clinician,
    held,
)
from tests.factories.intake import PatientFactory
from tests.factories.providers import NINE, NOW, HealthcareServiceFactory

pytestmark = pytest.mark.django_db
ENGLISH = re.compile(r"\b(?:the|your|you|and|with|of|is|are|to|for)\b", re.IGNORECASE)
# What the rows of these tests say themselves.
WRITTEN = re.compile(r"Your sleep|District of Columbia")


def reads_spanish(browser, *addresses):
    """Assert that pages are there, say that they are Spanish and have none of the small words of English."""
    for address in addresses:
        answer = browser.get(address)
        assert answer.status_code == 200, address
        assert answer.content.count(b'<html lang="es"') == 1, address
        text = WRITTEN.sub("", text_of(answer))
        found = [text[max(0, one.start() - 40) : one.end() + 40] for one in ENGLISH.finditer(text)]
        assert found == [], address


@pytest.fixture
def patient():
    return PatientFactory(preferred_language="es")


@pytest.fixture
def me(browse, patient):
    return browse(patient.user)


@pytest.fixture
def line():
    return HealthcareServiceFactory(
        name="Sleep",
        summary="About sleep.",
        states=["NY", "CA"],
        translations={"es": {"name": "Sueño", "summary": "Para dormir mejor."}},
    )


def test_choosing_a_service_is_in_spanish(me, line):
    reads_spanish(me, "/home/", "/services/", f"/services/{line.slug}/")

    assert "Sueño" in text_of(me.get("/services/"))


def test_a_draft_is_in_spanish(me, patient, line):
    draft = ServiceRequestFactory(patient=patient, service=line)
    SupportingInfoFactory(service_request=draft)
    finished = ServiceRequestFactory(patient=patient, service__name="Ánimo")
    SupportingInfoFactory(service_request=finished, finished=True)

    for case in (draft, finished):
        reads_spanish(me, "/home/", *(f"/cases/{case.pk}/{page}" for page in ("", "submit/", "withdraw/")))


def test_a_case_under_way_is_in_spanish(me, patient, line):
    case = ServiceRequestFactory(patient=patient, service=line, submitted=True)
    ReviewTaskFactory(service_request=case)
    reads_spanish(me, f"/cases/{case.pk}/")

    case.asks.create(
        message="¿Qué dosis toma?", asked_at=NOW, asked_by=patient.user, expires_at=NOW + timedelta(days=7)
    )
    case.status = "on-hold"
    case.save()

    reads_spanish(me, "/home/", f"/cases/{case.pk}/")


def test_picking_a_time_is_in_spanish(me, patient, line):
    case = ServiceRequestFactory(patient=patient, service=line, submitted=True)
    clinician(line)
    hold = held(case)

    reads_spanish(me, *(f"/cases/{case.pk}/{page}/" for page in ("times", f"times/{hold.pk}", "waitlist")))
    assert "Lunes 1 de junio" in text_of(me.get(f"/cases/{case.pk}/times/"))


def test_a_visit_is_in_spanish(me, patient, line):
    case = ServiceRequestFactory(patient=patient, service=line, submitted=True)
    visit = AppointmentFactory(service_request=case, practitioner=clinician(line))
    pages = [f"/visits/{visit.pk}/", f"/visits/{visit.pk}/cancel/", f"/cases/{case.pk}/times/", f"/cases/{case.pk}/"]

    reads_spanish(me, "/home/", *pages, f"/cases/{case.pk}/waitlist/")
    assert "SUMMARY:Consulta" in me.get(f"/visits/{visit.pk}/calendar.ics").content.decode()
    with time_machine.travel(NINE - timedelta(minutes=10), tick=False):
        me.force_login(patient.user)
        reads_spanish(me, *pages[:2])
        Appointment.objects.filter(pk=visit.pk).update(status="noshow")
        reads_spanish(me, pages[0], pages[-1])


def test_an_offered_time_is_in_spanish(me, patient, line):
    case = ServiceRequestFactory(patient=patient, service=line, submitted=True)
    clinician(line)
    noon = NOW.replace(hour=16)
    with time_machine.travel(noon, tick=False):
        waitlist.join(request_id=case.pk, wanted=waitlist.Wanted(), by=patient.user, now=noon)
        waitlist.work(clock=lambda: noon)
        offer = WaitlistOffer.objects.get()

        reads_spanish(me, "/home/", f"/cases/{case.pk}/waitlist/", f"/offers/{offer.pk}/")
        waitlist.decline(offer_id=offer.pk, by=patient.user, now=noon)
        reads_spanish(me, f"/cases/{case.pk}/waitlist/", f"/offers/{offer.pk}/")


def test_messages_and_their_links_are_in_spanish(me, patient):
    visit = AppointmentFactory(service_request__patient=patient)
    Communication.objects.plan(
        subject=visit, kind=CommunicationKind.VISIT_IN_A_DAY, recipient_id=patient.user_id, due_at=NINE
    )
    sent = Communication.objects.get().pk
    ending = f"/u/{links.token(Purpose.UNSUBSCRIBE, sent)}/"

    reads_spanish(me, "/account/messages/")
    reads_spanish(Client(), f"/m/{links.token(Purpose.ANSWER, sent)}/")
    reads_spanish(Client(headers={"accept-language": "es"}), ending)
    assert "Ya no recibirá" in text_of(Client(headers={"accept-language": "es"}).post(ending))


def test_a_care_plan_is_in_spanish_where_its_template_is_and_stays_as_a_clinician_wrote_it(browse):
    plan = planned()
    body = plan.template.body
    body["activities"][0] |= {"detail": "Breathe.", "translations": {"es": {"title": "Calma", "detail": "Respire."}}}
    type(plan.template).objects.filter(pk=plan.template_id).update(body=body)
    activity = plan.activities.order_by("position").first()
    plan.activities.filter(pk=activity.pk).update(detail="Breathe.\nAs I told you.")
    plan_care.sign(care_plan_id=plan.pk, by=plan.recorded_by, now=plan.recorded_at)
    plan.patient.preferred_language = "es"
    plan.patient.save()
    reader = browse(plan.patient.user)

    text = text_of(reader.get(f"/care-plans/{plan.pk}/"))

    assert "Calma" in text
    assert "Respire. As I told you." in re.sub(r"\s+", " ", text)
    assert activity.title not in text
    assert "Sus planes de atención" in text_of(reader.get("/care-plans/"))


def test_refusals_answer_the_api_in_the_language_of_the_reader_and_keep_their_codes(me, patient, line):
    draft = ServiceRequestFactory(patient=patient, service=line)
    SupportingInfoFactory(service_request=draft)

    problem = me.post(f"/api/v1/service-requests/{draft.pk}/submit/", content_type="application/json").json()

    assert (problem["code"], problem["title"]) == ("incomplete", "Todavía falta algo")
    assert problem["detail"] == "Todavía falta una cosa."


def test_what_is_stored_stays_english(me, patient, line):
    visit = AppointmentFactory(service_request__patient=patient)
    Communication.objects.plan(
        subject=visit, kind=CommunicationKind.VISIT_IN_A_DAY, recipient_id=patient.user_id, due_at=NINE
    )
    link = f"/m/{links.token(Purpose.ANSWER, Communication.objects.get().pk)}/"

    with translation.override("es"):
        me.post(link, {"answer": "cancel"})

    visit.refresh_from_db()
    assert visit.cancel_reason == "Cancelled by the link of a message."
    assert "Cancelada con el enlace de un mensaje." in text_of(me.get(f"/visits/{visit.pk}/"))
