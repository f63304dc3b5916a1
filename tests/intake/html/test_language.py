import pytest

from tests.factories.core import AdminFactory, UserFactory
from tests.factories.intake import PatientFactory
from tests.intake.html.test_person import GRACE

pytestmark = pytest.mark.django_db
SKIP = {"en": "Skip to the content", "es": "Ir al contenido"}


def spoken(client, address, **headers):
    """Return the language that a page says it is in, once its words agree."""
    page = client.get(address, headers=headers).content.decode()
    language = page.split('<html lang="')[1][:2]
    assert SKIP[language] in page
    return language


def test_page_is_in_the_language_of_the_record_whatever_the_browser_says(client):
    client.force_login(PatientFactory(preferred_language="es").user)

    assert spoken(client, "/details/", accept_language="en") == "es"


def test_page_of_somebody_unknown_is_in_the_language_of_their_browser(client):
    assert spoken(client, "/", accept_language="es-MX,es;q=0.9") == "es"
    assert spoken(client, "/", accept_language="fr") == "en"


def test_language_picked_below_a_page_stays(client):
    answer = client.post("/language/", {"language": "es", "next": "/services/"})

    assert answer.headers["Location"] == "/services/"
    assert spoken(client, "/", accept_language="en") == "es"


def test_language_is_asked_first_in_the_one_that_is_read(client):
    client.force_login(UserFactory())

    page = client.get("/register/", headers={"accept-language": "es"}).content.decode()

    assert '<option value="es" selected>' in page


def test_changing_the_record_changes_the_very_next_page(client):
    client.force_login(PatientFactory(preferred_language="en").user)
    assert spoken(client, "/details/") == "en"

    client.post("/details/", {**GRACE, "preferred_language": "es"})

    assert spoken(client, "/details/") == "es"


def test_staff_read_english(client):
    client.force_login(AdminFactory())

    assert spoken(client, "/account/", accept_language="es") == "en"


def test_signing_out_ends_the_language_of_the_record(client):
    client.force_login(PatientFactory(preferred_language="es").user)
    client.logout()

    assert spoken(client, "/", accept_language="en") == "en"
