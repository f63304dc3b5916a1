"""`open_times` builds the table of free times, and tells when it is wrong."""

import json
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from providers.models import OpenTime, OpenTimeChange
from providers.tasks import refresh_open_times_of
from tests.factories.providers import NOW, HealthcareServiceFactory, clinician

pytestmark = pytest.mark.django_db(transaction=True)


def run(action):
    out = StringIO()
    call_command("open_times", action, stdout=out)
    return json.loads(out.getvalue())


def test_refresh_then_drift():
    ada = clinician(HealthcareServiceFactory())

    with time_machine.travel(NOW, tick=False):
        assert run("drift") == {"clinicians": 0, "rows": 0}
        assert run("refresh")["rows"] > 0
        assert run("refresh")["rows"] == 0
        assert run("drift") == {"clinicians": 1, "rows": 0}
        OpenTime.objects.filter(practitioner=ada).delete()
        with pytest.raises(CommandError):
            run("drift")


def test_the_task_works_out_one_clinician_and_ignores_who_is_gone():
    ada = clinician(HealthcareServiceFactory())

    with time_machine.travel(NOW, tick=False):
        refresh_open_times_of(practitioner_id=str(ada.pk))
        refresh_open_times_of(practitioner_id=str(ada.user_id))

    assert OpenTime.objects.exists()
    assert not OpenTimeChange.objects.happened().exists()
