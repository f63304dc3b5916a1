"""Files of a case, for the clinician who may see it and nobody else."""

import pytest

from config.core.models import AuditEvent
from intake.models import Attachment
from tests.factories.clinic import waiting
from tests.factories.consultations import clinician
from tests.factories.intake import NOW, sha256
from tests.factories.providers import HealthcareServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def task():
    return waiting()


@pytest.fixture
def file(task):
    response = task.service_request.supporting_info.get().questionnaire_response
    return Attachment.objects.create(
        response=response, path="card", title="card.pdf", content_type="application/pdf", size=4, sha256=sha256("%PDF"),
        data=b"%PDF", uploaded_at=NOW, uploaded_by=response.patient.user,
    )  # fmt: skip


def address(task, file):
    return f"/clinic/cases/{task.pk}/files/{file.pk}/"


def test_a_clinician_of_the_case_reads_a_file_and_that_is_known(browse, task, file):
    browser = browse(clinician(task.service).user)

    told = browser.get(address(task, file))

    assert (told.content, told.headers["X-Content-Type-Options"]) == (b"%PDF", "nosniff")
    assert AuditEvent.objects.about(task.service_request).exists()


def test_a_file_of_another_case_or_for_another_clinician_does_not_exist(browse, task, file):
    assert browse(clinician(HealthcareServiceFactory()).user).get(address(task, file)).status_code == 404
    other = waiting(task.service)
    assert browse(clinician(task.service).user).get(address(other, file)).status_code == 404
