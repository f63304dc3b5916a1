import pytest

from tests.factories.core import AdminFactory
from tests.factories.intake import (
    ConsentDocumentFactory,
    ConsentFactory,
    FlagFactory,
    PatientFactory,
    QuestionnaireFactory,
)

pytestmark = pytest.mark.django_db


def test_content_is_previewed_by_those_who_look_after_it(client):
    questionnaire, document = QuestionnaireFactory(status="draft"), ConsentDocumentFactory()
    paths = [f"/questionnaires/{questionnaire.pk}/", f"/consent/{document.pk}/read/"]
    client.force_login(AdminFactory())

    assert [client.get(path).status_code for path in paths] == [200, 200]
    client.force_login(PatientFactory().user)
    assert [client.get(path).status_code for path in paths] == [403, 403]


@pytest.mark.parametrize(
    "name", ["patient", "consentdocument", "consent", "questionnaire", "questionnaireresponse", "flagrule", "flag"]
)
def test_admin_shows_rows_and_changes_none(client, name):
    FlagFactory()
    ConsentFactory()
    client.force_login(AdminFactory())

    assert client.get(f"/admin/intake/{name}/").status_code == 200
    assert client.get(f"/admin/intake/{name}/add/").status_code == 403
