"""The words of messages, by the API: the same flows and the same refusals as on the page."""

import pytest

from consultations.models import MessageWords
from tests.factories.core import AdminFactory
from tests.factories.intake import PatientFactory
from tests.factories.providers import NOW, HealthcareServiceFactory, PractitionerFactory

pytestmark = pytest.mark.django_db
LIST = "/api/v1/message-words/"
BOOKED, TEXT = f"{LIST}email/booking-confirmed/", f"{LIST}sms/booking-confirmed/"
WORDS = {
    "en": {"subject": "See you at {time}", "body": "Dear {name},\r\n\r\nwe meet on {day} at {time}:\r\n{link}"},
    "es": {"subject": "Nos vemos a las {time}", "body": "Hola, {name}:\n\nnos vemos el {day} a las {time}:\n{link}"},
}


@pytest.fixture
def admin():
    return AdminFactory(email="office@clinic.example")


@pytest.fixture
def me(sign_in, admin):
    return sign_in(admin)


def post(client, path, **words):
    return client.post(path, words, format="json")


def written(client, version=0, words=WORDS, **more):
    return post(client, f"{BOOKED}versions/", version=version, words=words, **more)


def with_(language, **words):
    return {**WORDS, language: {**WORDS[language], **words}}


def one_of(listed, channel="email", name="booking-confirmed"):
    return next(row for row in listed["results"] if (row["channel"], row["name"]) == (channel, name))


def test_every_message_is_listed_with_its_words_in_every_language_and_whose_they_are(me, django_assert_num_queries):
    line = HealthcareServiceFactory()
    written(me)

    with django_assert_num_queries(5):
        listed = me.get(LIST, {"service": line.slug}).json()

    booked, moved = one_of(listed), one_of(listed, name="booking-moved-staff")
    assert {(language, words["of"]) for language, words in booked["words"].items()} == {
        ("en", "clinic"),
        ("es", "clinic"),
    }
    assert booked["words"]["en"]["subject"] == "See you at {time}"
    assert (moved["kind"], moved["for_staff"], moved["words"]["es"]["of"]) == ("booking-moved", True, "shipped")
    assert (booked["version"], me.get(LIST).json()["results"][0]["channel"]) == (0, "email")
    assert (listed["next"], listed["previous"]) == (None, None)


def test_one_message_says_how_it_reads_and_what_can_be_filled_in(me):
    shown = me.get(TEXT).json()

    assert shown["previews"]["en"]["segments"]["alphabet"] == "GSM-7"
    assert "Reply STOP to end texts." in shown["previews"]["en"]["body"]
    assert {"name": "time", "meaning": "time of day with the zone"} in shown["placeholders"]
    assert "{clinician}" in me.get(BOOKED).json()["words"]["en"]["body"]


def test_words_are_looked_at_before_they_are_kept(me):
    looked = post(me, f"{BOOKED}check/", words=WORDS)

    assert looked.status_code == 200
    assert looked.json()["previews"]["es"] == {
        "subject": "Nos vemos a las 6:30 PM EDT", "body": looked.json()["previews"]["es"]["body"], "segments": None,
    }  # fmt: skip
    assert "Hola, Maximiliana:" in looked.json()["previews"]["es"]["body"]
    assert not MessageWords.objects.exists()


def test_words_are_kept_with_who_wrote_them_and_are_sent_from_then_on(me, admin):
    kept = written(me)

    assert (kept.status_code, kept.json()["version"]) == (201, 1)
    assert kept.json()["words"]["en"] == {
        "subject": "See you at {time}", "body": "Dear {name},\n\nwe meet on {day} at {time}:\n{link}", "of": "clinic",
        "is_faulty": False,
    }  # fmt: skip
    (version,) = me.get(f"{BOOKED}versions/").json()["results"]
    assert (version["version"], version["written_by"], version["is_shipped"]) == (1, admin.email, False)
    assert version["words"]["es"]["subject"] == "Nos vemos a las {time}"


@pytest.mark.parametrize(
    ("words", "field", "code"),
    [
        (with_("en", subject="{score} for you"), "words.en.subject", "personal"),
        (with_("en", body="Come at {time} {link} {moon}"), "words.en.body", "unknown-placeholder"),
        (with_("es", body=""), "words.es.body", "missing"),
        ({"en": WORDS["en"]}, "words.es.body", "missing"),
        (with_("es", body=WORDS["en"]["body"]), "words.es.body", "not-translated"),
        (with_("en", body="Your anxiety at {time}: {link}"), "words.en.body", "health"),
        (with_("en", body="<b>{time}</b> {link}"), "words.en.body", "html"),
        (with_("en", body="{time} {link}" + "<a" * 100_000), "words.en.body", "too-long"),
        (with_("en", body="At {time}."), "words.en.body", "placeholder-missing"),
    ],
)
@pytest.mark.parametrize("door", ["check/", "versions/"])
def test_what_is_wrong_is_told_by_the_field_of_the_body_and_nothing_is_kept(me, door, words, field, code):
    more = {"version": 0} if door == "versions/" else {}

    refused = post(me, f"{BOOKED}{door}", words=words, **more)

    assert (refused.status_code, refused.json()["code"]) == (422, "bad-words")
    assert (field, code) in {(error["field"], error["code"]) for error in refused.json()["errors"]}
    assert not MessageWords.objects.exists()


def test_a_language_that_the_product_does_not_speak_is_refused(me):
    refused = written(me, words={**WORDS, "de": WORDS["en"]})

    assert refused.status_code == 422
    assert [(error["field"], error["code"]) for error in refused.json()["errors"]] == [("words.de", "unknown-field")]


def test_of_two_administrators_the_second_learns_of_the_first(me):
    written(me)

    late = written(me, words=with_("en", subject="Mine at {time}"))
    again = written(me, version=1, words=with_("en", subject="Mine at {time}"))

    assert (late.status_code, late.json()["code"]) == (412, "words-changed")
    assert (again.status_code, again.json()["version"]) == (201, 2)


def test_the_shipped_words_are_taken_back_and_the_versions_stay(me, django_assert_num_queries):
    written(me)

    back = post(me, f"{BOOKED}restore/", version=1)

    assert (back.status_code, back.json()["version"]) == (200, 2)
    assert back.json()["words"]["en"]["of"] == "shipped"
    with django_assert_num_queries(2):
        versions = me.get(f"{BOOKED}versions/").json()["results"]
    assert [(one["version"], one["is_shipped"], set(one["words"])) for one in versions] == [
        (2, True, set()),
        (1, False, {"en", "es"}),
    ]
    assert post(me, f"{BOOKED}restore/", version=1).json()["code"] == "words-changed"


def test_versions_come_in_pages(me):
    for version in range(3):
        written(me, version=version)

    first = me.get(f"{BOOKED}versions/", {"limit": 2}).json()
    rest = me.get(first["next"]).json()

    assert [one["version"] for one in (*first["results"], *rest["results"])] == [3, 2, 1]
    assert rest["next"] is None


def test_a_service_line_has_words_of_its_own_and_never_its_name(me):
    line = HealthcareServiceFactory(name="Calm Minds")

    kept = written(me, service=line.slug)
    named = written(me, version=1, service=line.slug, words=with_("en", body="Calm Minds at {time}: {link}"))

    assert kept.json()["words"]["en"]["of"] == "service"
    assert one_of(me.get(LIST).json())["words"]["en"]["of"] == "shipped"
    assert [error["code"] for error in named.json()["errors"]] == ["health"]


def test_words_in_force_that_are_not_sent_are_named(me, admin):
    MessageWords.objects.create(
        kind="booking-confirmed", channel="email", language="en", version=1, subject="x", body="y", written_at=NOW,
        written_by=admin,
    )  # fmt: skip

    words = one_of(me.get(LIST).json())["words"]

    assert {language: one["is_faulty"] for language, one in words.items()} == {"en": True, "es": False}


@pytest.mark.parametrize("path", [f"{LIST}sms/safety-flag/", f"{LIST}fax/booking-moved/", f"{BOOKED}?service=none"])
def test_what_there_is_not_is_not_found(me, path):
    assert me.get(path).status_code == 404


@pytest.mark.parametrize("factory", [PatientFactory, PractitionerFactory])
def test_only_administrators_come_in(sign_in, factory):
    client = sign_in(factory().user)

    read = [client.get(path) for path in (LIST, BOOKED, f"{BOOKED}versions/")]
    wrote = [
        post(client, f"{BOOKED}check/", words=WORDS),
        written(client),
        post(client, f"{BOOKED}restore/", version=0),
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in read + wrote} == {(403, "not-an-administrator")}
    assert not MessageWords.objects.exists()
