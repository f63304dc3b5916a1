import pytest

from intake.html.markdown import markdown
from intake.models import Consent
from tests.factories.core import UserFactory
from tests.factories.intake import ConsentDocumentFactory, ConsentFactory, PatientFactory

pytestmark = pytest.mark.django_db


def test_sign_shows_the_text_and_keeps_the_signature(client):
    patient, document = PatientFactory(), ConsentDocumentFactory(body="# Heading\n\nYou agree **so**.")
    client.force_login(patient.user)

    page = client.get(f"/consent/{document.pk}/").content.decode()
    answer = client.post(f"/consent/{document.pk}/", {"signed_name": "Grace Sample", "agreed": "on"})

    assert "<h2>Heading</h2>" in page
    assert "<strong>so</strong>" in page
    assert answer.headers["Location"] == "/home/"
    assert Consent.objects.get().signed_name == "Grace Sample"
    assert "You signed this as Grace Sample" in client.get(f"/consent/{document.pk}/").content.decode()


def test_sign_wants_the_name_and_the_tick(client):
    document = ConsentDocumentFactory()
    client.force_login(PatientFactory().user)

    page = client.post(f"/consent/{document.pk}/", {"signed_name": "Grace"}).content.decode()

    assert "Tick the box to agree." in page
    assert 'value="Grace"' in page
    assert not Consent.objects.exists()


def test_sign_asks_who_one_is_first(client):
    document = ConsentDocumentFactory()
    client.force_login(UserFactory())

    answer = client.get(f"/consent/{document.pk}/")

    assert answer.headers["Location"] == f"/register/?next=/consent/{document.pk}/"


def test_consents_are_listed_and_withdrawn(client, django_assert_max_num_queries):
    mine = ConsentFactory()
    ConsentFactory(patient=mine.patient)
    other = ConsentFactory()
    client.force_login(mine.patient.user)

    with django_assert_max_num_queries(6):
        page = client.get("/consent/").content.decode()
    client.post(f"/consent/{mine.pk}/withdraw/")
    client.post(f"/consent/{other.pk}/withdraw/")

    assert str(mine.pk) in page
    assert str(other.pk) not in page
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.status, other.status) == ("inactive", "active")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# One\nTwo", "<h2>One</h2>\n<p>Two</p>"),
        ("- a\n- b\n  more", "<ul><li>a</li><li>b more</li></ul>"),
        ("Intro:\n- a", "<p>Intro:</p>\n<ul><li>a</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("*so* and **so**", "<p><em>so</em> and <strong>so</strong></p>"),
        ("<script>x</script> & y", "<p>&lt;script&gt;x&lt;/script&gt; &amp; y</p>"),
        ("[a](https://example.org/b)", '<p><a href="https://example.org/b" rel="noopener noreferrer">a</a></p>'),
        ("[a](javascript:alert)", "<p>[a](javascript:alert)</p>"),
        ("two * three * four", "<p>two * three * four</p>"),
        ("> Template. Fill\n> it in.", "<blockquote><p>Template. Fill it in.</p></blockquote>"),
    ],
)
def test_markdown_is_little_and_safe(text, html):
    assert markdown(text) == html
