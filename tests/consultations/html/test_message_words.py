"""Administrators see the words of messages as readers will, then keep them."""

import pytest

from consultations.models import MessageWords
from consultations.queries import wording
from tests.consultations.html.reading import text_of
from tests.factories.core import AdminFactory
from tests.factories.intake import PatientFactory
from tests.factories.providers import HealthcareServiceFactory, PractitionerFactory

pytestmark = pytest.mark.django_db
LIST = "/clinic/messages/words/"
BOOKED = f"{LIST}email/booking-confirmed/"
TEXT = f"{LIST}sms/booking-confirmed/"
WORDS = {
    "version": "0",
    "subject_en": "See you at {time}",
    "body_en": "Dear {name},\r\n\r\nwe meet on {day} at {time}:\r\n{link}",
    "subject_es": "Nos vemos a las {time}",
    "body_es": "Hola, {name}:\r\n\r\nnos vemos el {day} a las {time}:\r\n{link}",
}


@pytest.fixture
def admin(client):
    user = AdminFactory.create()
    client.force_login(user)
    return user


def test_every_message_is_listed_with_whose_words_it_has(client, admin, django_assert_num_queries):
    client.post(BOOKED, {**WORDS, "do": "keep"})

    with django_assert_num_queries(5):
        page = text_of(client.get(LIST))

    assert page.count("Shipped") > 30
    assert page.count("The clinic") == 1
    assert "Booking moved, to staff" in page


def test_every_message_stands_in_the_list_once(client, admin):
    page = client.get(LIST).text

    addresses = [f"{LIST}{key.channel}/{key.stem}/" for key in wording.all_keys()]
    assert {address: page.count(f'href="{address}"') for address in addresses} == dict.fromkeys(addresses, 1)


def test_each_part_of_the_list_says_how_many_messages_have_own_words(client, admin):
    client.post(BOOKED, {**WORDS, "do": "keep"})

    page = text_of(client.get(LIST))

    assert "Visits 21 messages, 1 with own words" in page
    assert "Care plans 3 messages Care plan is ready" in page


def test_the_present_words_are_shown_in_each_language_to_people_who_do_not_exist(client, admin):
    page = text_of(client.get(BOOKED))

    assert "Hello Maximiliana," in page
    assert "Hola, Maximiliana:" in page
    assert "In an emergency call 911" in page
    assert "{clinician}" in page
    assert "The shipped words are sent now." in page


def test_words_are_shown_before_they_are_kept(client, admin):
    answer = client.post(BOOKED, {**WORDS, "do": "show"})

    page = text_of(answer)
    assert answer.status_code == 200
    assert "See you at 6:30 PM EDT" in page
    assert "Nos vemos a las 6:30 PM EDT" in page
    assert "Keep these words" in page
    assert not MessageWords.objects.exists()


def test_words_are_kept_with_who_and_when(client, admin):
    answer = client.post(BOOKED, {**WORDS, "do": "keep"}, follow=True)

    page = text_of(answer)
    assert "The words are kept." in page
    assert admin.email in page
    assert "Look at version 1" in page
    assert set(MessageWords.objects.values_list("language", "version", "written_by")) == {
        ("en", 1, admin.pk),
        ("es", 1, admin.pk),
    }


def test_an_older_version_is_put_into_the_form_again(client, admin):
    client.post(BOOKED, {**WORDS, "do": "keep"})
    client.post(f"{BOOKED}restore/", {"version": "1"})

    answer = client.get(BOOKED, {"version": "1"})

    assert answer.context["form"]["subject_en"].value() == "See you at {time}"
    assert answer.context["form"]["version"].value() == 2


@pytest.mark.parametrize("version", ["²", "9" * 5000, "-1", "x"])
def test_a_version_that_is_no_number_is_none(client, admin, version):
    client.post(BOOKED, {**WORDS, "do": "keep"})

    assert client.get(BOOKED, {"version": version}).status_code == 200
    assert client.post(f"{BOOKED}restore/", {"version": version}).status_code == 302
    assert MessageWords.objects.filter(is_shipped=True).count() == 0


@pytest.mark.parametrize("do", ["show", "keep"])
def test_what_is_wrong_stands_beside_what_was_typed(client, admin, do):
    answer = client.post(BOOKED, {**WORDS, "subject_en": "{score} for you", "do": do})

    page = text_of(answer)
    assert answer.status_code == 422
    assert "{score} is personal and never leaves with a message." in page
    assert "{score} for you" in answer.text
    assert not MessageWords.objects.exists()


def test_a_language_that_is_left_out_is_asked_for(client, admin):
    answer = client.post(BOOKED, {**WORDS, "body_es": "", "do": "keep"})

    assert answer.status_code == 422
    assert "a message without a translation is not sent" in text_of(answer)
    assert not MessageWords.objects.exists()


def test_words_for_one_service_leave_those_of_the_clinic(client, admin):
    line = HealthcareServiceFactory.create(name="Calm Minds")

    client.post(f"{BOOKED}?service={line.slug}", {**WORDS, "do": "keep"})

    assert set(MessageWords.objects.values_list("service", flat=True)) == {line.pk}
    assert "The shipped words are sent now." in text_of(client.get(BOOKED))
    assert "Use the clinic's words again" in text_of(client.get(f"{BOOKED}?service={line.slug}"))


def test_of_two_administrators_the_second_loses_nothing_that_was_typed(client, admin):
    client.post(BOOKED, {**WORDS, "do": "keep"})

    late = client.post(BOOKED, {**WORDS, "subject_en": "Mine at {time}", "do": "keep"})
    again = client.post(BOOKED, {**WORDS, "subject_en": "Mine at {time}", "version": "1", "do": "keep"})

    assert late.status_code == 409
    assert "Mine at {time}" in late.text
    assert 'name="version" value="1"' in late.text
    assert again.status_code == 302


def test_a_text_shows_in_how_many_parts_it_goes(client, admin):
    page = text_of(client.get(TEXT))

    assert "parts of a text message (GSM-7" in page
    assert "Reply STOP to end texts." in page
    assert "Subject, English" not in page


def test_markup_that_was_typed_is_shown_and_not_run(client, admin):
    answer = client.post(BOOKED, {**WORDS, "body_en": "<script>alert(1)</script> {link} {time}", "do": "show"})

    assert "<script>alert(1)" not in answer.text
    assert answer.status_code == 422


@pytest.mark.parametrize("path", [LIST, BOOKED, f"{BOOKED}restore/"])
@pytest.mark.parametrize("factory", [PatientFactory, PractitionerFactory])
def test_only_administrators_come_in(client, path, factory):
    client.force_login(factory.create().user)

    assert (client.post if path.endswith("restore/") else client.get)(path).status_code == 403


@pytest.mark.parametrize("path", [f"{LIST}sms/safety-flag/", f"{LIST}fax/booking-moved/", f"{BOOKED}?service=none"])
def test_what_there_is_not_is_not_found(client, admin, path):
    assert client.get(path).status_code == 404


def test_the_board_says_that_words_are_not_sent(client, admin):
    MessageWords.objects.create(
        kind="booking-confirmed", channel="email", language="en", version=1, subject="x", body="y",
        written_at="2026-01-01T00:00Z", written_by=admin,
    )  # fmt: skip

    assert "Some of your words are not sent" in text_of(client.get("/clinic/messages/"))
    assert "Words that are not sent" in text_of(client.get(LIST))
