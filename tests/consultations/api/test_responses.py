import pytest

from tests.factories.consultations import ReviewTaskFactory, ServiceRequestFactory, SupportingInfoFactory, clinician
from tests.factories.core import AdminFactory
from tests.factories.intake import PatientFactory

pytestmark = pytest.mark.django_db


def url(response, path=""):
    return f"/api/v1/questionnaire-responses/{response.pk}/{path}"


@pytest.fixture
def response():
    return SupportingInfoFactory(service_request=ReviewTaskFactory().service_request).questionnaire_response


def test_a_reviewer_reads_the_answers_of_a_case(sign_in, response):
    reader = clinician(response.supporting_info.service_request.service)

    assert sign_in(reader.user).get(url(response)).json()["id"] == str(response.pk)


def test_a_reviewer_does_not_write_answers(sign_in, response):
    reader = clinician(response.supporting_info.service_request.service)
    words = {"client_id": "c", "sequence": 1, "base_revision": 0, "answers": [{"link_id": "hours", "value": 7}]}

    assert sign_in(reader.user).post(url(response, "answers/"), words).status_code == 404


def test_a_draft_is_read_by_its_patient_only(sign_in):
    case = ServiceRequestFactory()
    response = SupportingInfoFactory(service_request=case).questionnaire_response

    readers = [case.patient.user, PatientFactory().user, clinician(case.service).user, AdminFactory()]

    assert [sign_in(reader).get(url(response)).status_code for reader in readers] == [200, 404, 404, 404]
