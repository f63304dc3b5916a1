"""Every type of question on a page, without JavaScript."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from intake.models import Attachment
from tests.factories.intake import PatientFactory, QuestionnaireResponseFactory
from tests.factories.questions import EVERY_TYPE
from tests.intake.flows.test_attach import PDF, PNG

pytestmark = pytest.mark.django_db


@pytest.fixture
def response(client):
    made = QuestionnaireResponseFactory(questionnaire__definition=EVERY_TYPE)
    client.force_login(made.patient.user)
    return made


def post(client, response, number, *, base=0, **values):
    address = reverse("intake:questions", kwargs={"response_id": response.pk, "number": number})
    return client.post(address, {"base_revision": base, "go": "next", **values})


def answers(response):
    response.refresh_from_db()
    return response.answers


def test_every_type_of_question_is_answered_without_javascript(client, response):
    post(
        client, response, 1, note="It hurt.", medicine="sertraline", pain="3", height_0="5", height_1="7",
        born_0="3", born_1="8", born_2="1985", at="10:42", since="2026-01-01T10:00", page="https://example.com/me",
        dose="2.5",
    )  # fmt: skip
    post(
        client, response, 2, base=1, tired="some", tense="never", smokes="no", helps="_other",
        which=["some", "most"], list="most", helps_other="Tea",
    )  # fmt: skip
    told = post(client, response, 3, base=2, card=SimpleUploadedFile("card.png", PNG))

    kept = answers(response)
    assert told.status_code == 302
    assert kept["height"] == {
        "value": 67, "unit": "inches", "system": "http://unitsofmeasure.org", "code": "[in_i]",
    }  # fmt: skip
    assert (kept["pain"], kept["dose"], kept["born"], kept["helps"]) == (3, 2.5, "1985-03-08", "Tea")
    assert (kept["tired"]["code"], [one["code"] for one in kept["which"]]) == ("some", ["some", "most"])
    assert kept["card"] == Attachment.objects.get().as_answer()


def test_a_table_names_its_rows_and_columns(client, response):
    page = client.get(reverse("intake:questions", args=[response.pk, 2])).content.decode()

    assert '<th scope="col" role="columnheader">Some days</th>' in page
    assert '<tr role="row" data-path="tired" data-type="choice">' in page


def test_a_question_named_like_the_other_of_its_neighbor_stands_once_with_its_own_answer(client):
    helps = next(one for one in EVERY_TYPE["item"][1]["item"] if one["linkId"] == "helps")
    other = {"linkId": "helps-other", "type": "string", "text": "Who else helps?"}
    response = QuestionnaireResponseFactory(questionnaire__definition={**EVERY_TYPE, "item": [helps, other]})
    client.force_login(response.patient.user)

    page = client.get(reverse("intake:questions", args=[response.pk, 1])).content.decode()
    post(client, response, 1, helps="_other", helps_other="Tea", **{"helps-other": "My sister"})

    assert page.count("Who else helps?") == 1
    assert answers(response) == {"helps": "Tea", "helps-other": "My sister"}


def test_a_list_to_search_is_on_the_page(client, response):
    page = client.get(reverse("intake:questions", args=[response.pk, 1])).content.decode()

    assert 'list="list_medicines"' in page
    assert '<option value="sertraline">Zoloft</option>' in page


def test_words_of_a_questionnaire_are_never_markup(client):
    bad = "<img src=x onerror=alert(1)>"
    definition = {
        **EVERY_TYPE,
        "item": [{"linkId": "a", "type": "string", "text": bad, "item": [
            {"linkId": "a-help", "type": "display", "text": bad, "extension": [
                {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl",
                 "valueCodeableConcept": {"coding": [{"code": "help"}]}}]}]}],
    }  # fmt: skip
    made = QuestionnaireResponseFactory(questionnaire__definition=definition)
    client.force_login(made.patient.user)

    page = client.get(reverse("intake:questions", args=[made.pk, 1])).content.decode()

    assert page.count("&lt;img src=x") == 2
    assert "<img src=x" not in page


def test_files_stay_until_they_are_taken_out(client, response):
    post(client, response, 3, card=SimpleUploadedFile("card.png", PNG), letters=SimpleUploadedFile("a.pdf", PDF))
    post(client, response, 3, base=1, letters=SimpleUploadedFile("b.pdf", PDF + b"more"))
    both = answers(response)
    post(client, response, 3, base=2, **{"letters-remove": [both["letters"][0]["id"]]})

    assert both["card"]["title"] == "card.png"
    assert [one["title"] for one in both["letters"]] == ["a.pdf", "b.pdf"]
    assert [one["title"] for one in answers(response)["letters"]] == ["b.pdf"]


def test_a_file_of_another_kind_is_refused_in_words_and_the_rest_is_kept(client, response):
    told = post(client, response, 3, card=SimpleUploadedFile("card.png", PDF), letters=SimpleUploadedFile("a.pdf", PDF))

    assert "Choose one of these: PNG image." in told.content.decode()
    assert list(answers(response)) == ["letters"]


def test_a_file_is_handed_to_its_own_person_only_and_never_run(client, response, django_assert_num_queries):
    post(client, response, 3, letters=SimpleUploadedFile("läb.pdf", PDF))
    address = reverse("intake:file", args=[Attachment.objects.get().pk])

    own = client.get(address)
    client.force_login(PatientFactory().user)

    assert (own.content, own.headers["Content-Type"]) == (PDF, "application/pdf")
    assert own.headers["Content-Disposition"].startswith("attachment;")
    assert (own.headers["X-Content-Type-Options"], own.headers["Cache-Control"]) == ("nosniff", "no-store")
    assert "sandbox" in own.headers["Content-Security-Policy"]
    assert client.get(address).status_code == 404


def medicines(client, response):
    post(client, response, 2, **{f"{NAME.format(number)}": name for number, name in enumerate("AB")}, harm="no")


NAME = "medicine_5b_{}_5d__2f_medicine-name"


def test_a_row_that_was_taken_out_comes_back_with_undo(client):
    sleep = QuestionnaireResponseFactory()
    client.force_login(sleep.patient.user)
    medicines(client, sleep)
    address = reverse("intake:questions", args=[sleep.pk, 2])

    gone = client.post(address, {"base_revision": 1, "harm": "no", "remove": "medicine[0]",
                                 NAME.format(0): "A", NAME.format(1): "B"})  # fmt: skip
    after = answers(sleep)
    page = client.get(gone.headers["Location"]).content.decode()
    client.post(address, {"base_revision": 2, "harm": "no", "undo": "2", NAME.format(0): "B"})

    assert gone.headers["Location"] == f"{address}?undo=2"
    assert 'name="undo" value="2"' in page
    assert {key: value for key, value in after.items() if "medicine" in key} == {"medicine[0]/medicine-name": "B"}
    assert answers(sleep)["medicine[0]/medicine-name"] == "A"
    assert answers(sleep)["medicine[1]/medicine-name"] == "B"
