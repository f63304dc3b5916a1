"""The function that gives the best case: what is installed is what the code says."""

from datetime import timedelta

import pytest
from django.db import connection

from consultations.models import ReviewTask, claiming
from tests.factories.consultations import ReviewTaskFactory, clinician
from tests.factories.providers import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_installed_function_is_the_one_of_the_code():
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [claiming.NAME])
        installed = cursor.fetchall()

    assert installed == [(claiming.BODY,)]


def test_what_a_claim_answers_with_stands_in_the_order_of_the_fields():
    fields = [field.attname for field in ReviewTask._meta.concrete_fields]

    assert list(claiming.ANSWER) == [name for name in fields if name in claiming.ANSWER]


def test_a_claimed_task_is_what_is_stored_of_it():
    waiting = ReviewTaskFactory()

    task, former = ReviewTask.objects.take_best(owner=clinician(waiting.service), now=NOW, until=NOW + HOUR)

    stored = ReviewTask.objects.get(pk=waiting.pk)
    assert former == "ready"
    assert [getattr(task, name) for name in claiming.ANSWER] == [getattr(stored, name) for name in claiming.ANSWER]
    assert task.due_at == stored.due_at
