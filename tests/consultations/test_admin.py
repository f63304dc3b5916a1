"""Administrators look at cases and messages; they change nothing and read nothing clinical."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consultations.domain.codes import CommunicationKind
from consultations.flows import ask_patient, review
from consultations.models import Communication, PlanTemplate
from tests.factories.clinic import PlanTemplateFactory, claimed, planned, waiting
from tests.factories.consultations import MessagePlanFactory
from tests.factories.core import AdminFactory
from tests.factories.providers import NOW

pytestmark = pytest.mark.django_db
LISTS = [
    "reviewtask", "servicerequest", "communication", "appointment", "encounter", "determination", "careplan",
    "communicationrequest", "determinationprotocol", "plantemplate", "messageplan",
]  # fmt: skip


@pytest.fixture
def admin(client):
    client.force_login(AdminFactory())
    return client


def url(name, rest=""):
    return f"/admin/consultations/{name}/{rest}"


@pytest.fixture
def whole_case():
    plan = planned(title="Secret title")
    MessagePlanFactory()
    task, practitioner = claimed(waiting(), now=NOW)
    review.save_note(task_id=task.pk, fence=1, note="Secret note", by=practitioner.user, now=NOW)
    ask_patient.put_question(task_id=task.pk, fence=1, message="Secret question", by=practitioner.user, now=NOW)
    return plan


@pytest.mark.parametrize("name", LISTS)
def test_list_and_row_are_shown_without_what_was_written(admin, whole_case, name):
    page = admin.get(url(name))
    row = page.context["cl"].queryset.first()
    one = admin.get(url(name, f"{row.pk}/change/"))

    assert (page.status_code, one.status_code) == (200, 200)
    for secret in ("Secret note", "Secret question", "It may help.", "We talked."):
        assert secret not in page.content.decode() + one.content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_nothing_is_added_or_deleted(admin, whole_case, name):
    row = admin.get(url(name)).context["cl"].queryset.first()

    assert admin.get(url(name, "add/")).status_code == 403
    assert admin.post(url(name, f"{row.pk}/delete/"), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("name", [name for name in LISTS if name != "plantemplate"])
def test_nothing_is_changed(admin, whole_case, name):
    row = admin.get(url(name)).context["cl"].queryset.first()

    assert admin.post(url(name, f"{row.pk}/change/"), {"status": "ready"}).status_code == 403


def test_template_is_switched_off(admin):
    template = PlanTemplateFactory()

    admin.post(url("plantemplate", f"{template.pk}/change/"), {"title": "Other"})

    assert (PlanTemplate.objects.get().is_current, PlanTemplate.objects.get().title) == (False, "First steps")


def test_queue_can_be_narrowed_to_what_is_overdue(admin):
    waiting(due_at=NOW.replace(year=2020))
    waiting(due_at=NOW.replace(year=2999))

    assert admin.get(url("reviewtask", "?overdue=yes")).context["cl"].result_count == 1


def test_messages_are_counted_in_as_many_queries_for_many_as_for_few(admin):
    def count():
        with CaptureQueriesContext(connection) as found:
            admin.get(url("communication"))
        return len(found)

    def plan():
        task = waiting()
        Communication.objects.plan(
            subject=task,
            kind=CommunicationKind.REVIEW_DECIDED,
            recipient_id=task.service_request.patient.user_id,
            due_at=NOW,
        )

    plan()
    count()
    few = count()
    for _ in range(10):
        plan()

    assert count() == few
