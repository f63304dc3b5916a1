"""A list of fifty costs as many queries as a list of five, and exactly as many as is written here."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from consultations.models import CarePlan, Determination, WaitlistEntry
from providers.models import Slot
from tests.contracts.product import routes
from tests.contracts.test_api import methods_of
from tests.contracts.world import device, offered, unsent
from tests.factories.clinic import EncounterFactory, ProtocolFactory, flagged, planned, waiting
from tests.factories.consultations import (
    AppointmentFactory,
    PolicyOverrideFactory,
    ServiceRequestFactory,
    SupportingInfoFactory,
    clinician,
    held,
)
from tests.factories.core import AdminFactory
from tests.factories.intake import ConsentDocumentFactory, ConsentFactory, PatientFactory
from tests.factories.providers import (
    MONDAY,
    NINE,
    NOW,
    AvailableTimeFactory,
    ExternalCalendarFactory,
    HealthcareServiceFactory,
    PractitionerFactory,
    ScheduleExceptionFactory,
)
from tests.factories.safety import OnCallFactory, alert

pytestmark = pytest.mark.django_db
FEW, MANY = 5, 50
# Addresses that list nothing of the database's, or have their own counts beside their own tests.
NO_LISTS = {
    "patients/me/",
    "message-preferences/me/",
    "clock-changes/",
    "message-words/",
    "messages/figures/",
    "availability/",
    "availability/starts/",
    "availability/next/",
    "availability/explain/",
    "schema/",
    "docs/",
}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


class Rows:
    """Makers of one row of each list; what they share is made once, `readers` may see all of it."""

    def __init__(self):
        self.patient, self.service, self.number = PatientFactory(), HealthcareServiceFactory(), 0
        self.clinician = clinician(self.service)
        self.admin = AdminFactory()

    def next_start(self):
        self.number += 1
        return NINE + timedelta(hours=self.number)

    def case(self):
        visit = AppointmentFactory(service_request__patient=self.patient, status="cancelled")
        SupportingInfoFactory(service_request=visit.service_request)
        return visit

    def task(self):
        return flagged(waiting(self.service).service_request)

    def visit(self):
        return AppointmentFactory(
            service_request__service=self.service, practitioner=self.clinician, start_at=self.next_start()
        )

    def visit_without_hours(self):
        return AppointmentFactory(start_at=self.next_start())

    def licence_that_ends(self):
        ending = clinician(self.service)
        ending.qualifications.update(valid_until=MONDAY)
        visit = AppointmentFactory(
            service_request__service=self.service, practitioner=ending, start_at=NINE + timedelta(days=7)
        )
        Slot.objects.filter(pk=visit.slot_id).update(state="NY")
        return visit

    def visit_with_old_zone(self):
        return AppointmentFactory(start_at=self.next_start(), tzdata_version="2019c", local_start="2026-06-01T00:01")

    def override(self):
        return PolicyOverrideFactory(appointment=self.case())

    def plan(self):
        return planned()

    def own_plan(self):
        case = ServiceRequestFactory(patient=self.patient, service__pathway="asynchronous", submitted=True)
        who = {"recorded_at": NOW, "recorded_by": self.clinician.user}
        made = Determination.objects.create(
            service_request=case, protocol=ProtocolFactory(service=case.service), outcome="eligible", criteria=[], **who
        )
        return CarePlan.objects.create(
            determination=made, patient=self.patient, title="Plan", status="active", signed_at=NOW,
            signed_by=self.clinician.user, **who,
        )  # fmt: skip

    def hours(self):
        self.number += 1
        day = MONDAY + timedelta(days=self.number)
        AvailableTimeFactory(schedule__practitioner=self.clinician)
        return ScheduleExceptionFactory(practitioner=self.clinician, start_date=day, end_date=day)

    def entry(self):
        case = ServiceRequestFactory(patient=self.patient, submitted=True)
        return WaitlistEntry.objects.create(
            service_request=case, patient=self.patient, joined_at=NOW, joined_by=self.patient.user
        )

    def offer(self):
        case = ServiceRequestFactory(submitted=True)
        entry = WaitlistEntry.objects.create(
            service_request=case, patient=case.patient, joined_at=NOW, joined_by=case.patient.user
        )
        return offered(entry, held(case))

    def device(self):
        return device(self.patient.user, str(uuid4()))

    def alert(self):
        return alert(self.service)

    def consent(self):
        return ConsentFactory(patient=self.patient)


# Of each list: how a row is made, who reads, and how many queries that takes.
LISTS = {
    "services/": (lambda rows: HealthcareServiceFactory(), "patient", 1),
    "practitioners/": (lambda rows: PractitionerFactory(), "admin", 1),
    "schedules/": (lambda rows: AvailableTimeFactory(), "admin", 2),
    "schedule-exceptions/": (lambda rows: ScheduleExceptionFactory(), "admin", 1),
    "consent-documents/": (lambda rows: ConsentDocumentFactory(), "patient", 1),
    "consents/": (Rows.consent, "patient", 1),
    "service-requests/": (Rows.case, "patient", 9),
    "appointments/": (Rows.case, "patient", 1),
    "review-tasks/": (Rows.task, "clinician", 2),
    "encounters/": (lambda rows: EncounterFactory(), "admin", 1),
    "care-plans/": (Rows.plan, "admin", 3),
    "waitlist/": (Rows.entry, "patient", 2),
    "push-devices/": (Rows.device, "patient", 1),
    "messages/": (lambda rows: unsent(AppointmentFactory(start_at=rows.next_start())), "admin", 1),
    "waitlist-offers/": (Rows.offer, "admin", 1),
    "flags/": (Rows.task, "clinician", 1),
    "alerts/": (Rows.alert, "clinician", 2),
    "external-calendars/": (lambda rows: ExternalCalendarFactory(), "admin", 1),
    "visits-to-move/": (Rows.visit_without_hours, "admin", 7),
    "policy-overrides/": (Rows.override, "admin", 1),
    "ending-licences/": (Rows.licence_that_ends, "admin", 4),
    "broken-promises/": (Rows.visit_with_old_zone, "admin", 1),
    "on-call/": (lambda rows: OnCallFactory(), "admin", 1),
    "message-plans/": (lambda rows: HealthcareServiceFactory(), "admin", 2),
}
# Of each page that lists: the same, sign-in and session included.
PAGES = {
    "/services/": (lambda rows: HealthcareServiceFactory(), "patient", 3),
    "/home/": (Rows.case, "patient", 15),
    "/consent/": (Rows.consent, "patient", 3),
    "/clinic/queue/": (Rows.task, "clinician", 12),
    "/clinic/visits/": (Rows.visit, "clinician", 6),
    "/care-plans/": (Rows.own_plan, "patient", 3),
    "/clinic/hours/": (Rows.hours, "clinician", 13),
    "/clinic/schedules/": (lambda rows: AvailableTimeFactory(), "admin", 10),
    "/clinic/messages/plans/": (lambda rows: HealthcareServiceFactory(), "admin", 4),
    "/clinic/alerts/": (Rows.alert, "clinician", 8),
}
CASE_SCREEN = 18


def reader(rows, name):
    return rows.admin if name == "admin" else getattr(rows, name).user


def costs(make, rows, read):
    """Return how many queries reading takes with five rows, and with fifty."""
    found = []
    for number in (FEW, MANY - FEW):
        for _ in range(number):
            make(rows)
        read()
        with CaptureQueriesContext(connection) as captured:
            answer = read()
        assert answer.status_code == 200
        found.append(len(captured))
    return found, answer


@pytest.mark.parametrize("path", LISTS)
def test_list_costs_as_many_queries_for_fifty_rows_as_for_five(path):
    make, who, queries = LISTS[path]
    rows, client = Rows(), APIClient()
    client.force_authenticate(reader(rows, who))

    found, answer = costs(make, rows, lambda: client.get(f"/api/v1/{path}?limit=100"))

    assert len(answer.json()["results"]) >= MANY
    assert found == [queries, queries]


@pytest.mark.parametrize("path", PAGES)
def test_page_costs_as_many_queries_for_fifty_rows_as_for_five(path):
    make, who, queries = PAGES[path]
    rows, client = Rows(), Client()
    client.force_login(reader(rows, who))

    found, _ = costs(make, rows, lambda: client.get(path))

    assert found == [queries, queries]


def test_case_screen_costs_as_many_queries_for_fifty_flags_and_questions_as_for_five():
    rows, client = Rows(), Client()
    client.force_login(rows.clinician.user)
    task = waiting(rows.service)
    case = task.service_request

    def ask_and_flag(_rows):
        flagged(case)
        case.asks.create(message="Which dose?", asked_at=NOW, asked_by=rows.clinician.user, status="completed")

    found, _ = costs(ask_and_flag, rows, lambda: client.get(f"/clinic/cases/{task.pk}/"))

    assert found == [CASE_SCREEN, CASE_SCREEN]


def test_every_list_of_the_api_is_counted():
    listing = {
        route.removeprefix("api/v1/")
        for route, _, view in routes()
        if route.startswith("api/v1/") and "<" not in route and hasattr(view, "cls") and "get" in methods_of(view)
    }

    assert listing - NO_LISTS == set(LISTS)
