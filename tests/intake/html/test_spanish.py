"""Somebody whose record says Spanish reads nothing else on the pages of intake."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from intake.domain.outline import TRANSLATION, UNIT
from tests.factories.core import UserFactory
from tests.factories.intake import (
    NOW,
    SLEEP,
    ConsentDocumentFactory,
    ConsentFactory,
    PatientFactory,
    QuestionnaireFactory,
    QuestionnaireResponseFactory,
)
from tests.factories.questions import EVERY_TYPE
from tests.intake.flows.test_attach import PDF, PNG
from tests.intake.html.test_person import GRACE
from tests.visible import english_in

pytestmark = pytest.mark.django_db
NAMES = ("District of Columbia",)
NAME = "medicine_5b_{}_5d__2f_medicine-name"


def without_words(definition):
    """Return a questionnaire whose own words are no English, so that only those of the pages are left."""

    def said(one):
        if isinstance(one, list):
            return [said(inner) for inner in one]
        if not isinstance(one, dict):
            return one
        return {key: "Palabras" if key in {"text", "display", "title"} else said(value) for key, value in one.items()}

    return said(definition)


@pytest.fixture
def patient(client):
    made = PatientFactory(preferred_language="es")
    client.force_login(made.user)
    return made


def asked(patient, definition, **more):
    questionnaire = QuestionnaireFactory(definition=without_words(definition), title="Palabras")
    return QuestionnaireResponseFactory(patient=patient, questionnaire=questionnaire, **more)


def address(response, number):
    return reverse("intake:questions", kwargs={"response_id": response.pk, "number": number})


def post(client, response, number, *, base=0, **values):
    return client.post(address(response, number), {"base_revision": base, "go": "next", **values})


def page_of(answer):
    assert answer.status_code == 200, answer.headers.get("Location")
    return answer.content.decode()


def english(answer):
    return english_in(page_of(answer), data=NAMES)


def test_english_on_a_spanish_page_is_noticed():
    page = '<html lang="es"><p title="Read the text">Hola <b lang="en">with you</b> and me</p><p>Hola</p></html>'

    assert english_in(page) == ["Read the text", "and me"]


def test_who_one_is_is_asked_in_spanish(client):
    client.force_login(UserFactory())
    spanish = {"headers": {"accept-language": "es"}}
    wrong = {**GRACE, "given_name": "", "birth_date_2": "2015", "phone": "12", "sex_at_birth": ""}

    assert english(client.get("/register/", **spanish)) == []
    assert english(client.post("/register/", wrong, **spanish)) == []
    refused = page_of(client.post("/register/", {**GRACE, "birth_date_2": "2015"}, **spanish))
    assert "Debe tener 18 años o más para registrarse." in refused
    assert english_in(refused, data=NAMES) == []


def test_details_are_shown_and_kept_in_spanish(client, patient):
    kept = client.post("/details/", {**GRACE, "preferred_language": "es", "next": "/details/"}, follow=True)

    assert "Sus datos están guardados." in page_of(kept)
    assert english(kept) == []


def test_consents_are_signed_listed_and_withdrawn_in_spanish(client, patient):
    document = ConsentDocumentFactory(title="Texto", body="Texto.", language="es")
    sign = reverse("intake:sign-consent", args=[document.pk])

    assert english(client.get("/consent/")) == []
    assert english(client.get(sign)) == []
    assert english(client.post(sign, {"signed_name": ""})) == []
    signed = client.post(sign, {"signed_name": "Grace Sample", "agreed": "on", "next": "/consent/"}, follow=True)
    assert "Usted firmó “Texto”." in page_of(signed)
    assert english(signed) == []
    assert english(client.get(sign)) == []
    withdraw = reverse("intake:withdraw-consent", args=[patient.consents.get().pk])
    assert english(client.post(withdraw, follow=True)) == []
    assert english(client.post(withdraw, follow=True)) == []


def test_a_text_in_another_language_says_so(client, patient):
    consent = ConsentFactory(patient=patient, document__title="Consent of the clinic")

    assert english(client.get("/consent/")) == []
    assert '<h1 lang="en">Consent of the clinic</h1>' in page_of(
        client.get(reverse("intake:sign-consent", args=[consent.document_id]))
    )


def test_questions_of_every_type_are_in_spanish(client, patient):
    response = asked(patient, EVERY_TYPE)

    for number in (1, 2, 3):
        assert english(client.get(address(response, number))) == []
    told = post(
        client, response, 1, note="x" * 61, pain="x", height_0="5", height_2="170", born_0="3", dose="x",
        at="99", page="?",
    )  # fmt: skip
    assert english(told) == []
    assert english(post(client, response, 3, card=SimpleUploadedFile("card.pdf", PDF))) == []
    post(client, response, 3, card=SimpleUploadedFile("card.png", PNG))
    assert english(client.get(address(response, 3))) == []


def test_lists_another_device_and_the_overview_are_in_spanish(client, patient):
    response = asked(patient, SLEEP)
    assert english(post(client, response, 1)) == []

    post(client, response, 1, hours="7", snores="no")
    post(client, response, 1, base=1, hours="8", snores="no")
    told = post(client, response, 1, base=1, hours="9", snores="yes")
    assert "En otro dispositivo usted respondió “8”" in page_of(told)
    assert english(told) == []
    assert english(client.post(reverse("intake:review-answers", args=[response.pk]))) == []
    post(client, response, 2, base=2, harm="no", born_0="3", born_1="8", born_2="2020", **{NAME.format(0): "A"})
    removed = client.post(address(response, 2), {"base_revision": 3, "remove": "medicine[0]"}, follow=True)
    assert english(removed) == []
    overview = client.get(reverse("intake:review-answers", args=[response.pk]))
    assert "8 de marzo de 2020" in page_of(overview)
    assert english(overview) == []


def test_what_was_told_before_is_offered_in_spanish(client, patient):
    before = asked(
        patient, SLEEP, status="completed", completed_at=NOW, completed_by=patient.user, answers={"hours": 6}
    )
    response = QuestionnaireResponseFactory(patient=patient, questionnaire=before.questionnaire)

    offered = client.get(address(response, 1))

    assert "De sus respuestas del" in page_of(offered)
    assert english(offered) == []
    assert english(client.get(reverse("intake:review-answers", args=[before.pk]))) == []


def test_the_api_refuses_in_the_language_of_who_asks_under_the_same_code(client, patient):
    response = asked(patient, SLEEP)
    sent = {"client_id": "tab", "sequence": 1, "base_revision": 0, "answers": [{"link_id": "hours", "value": "many"}]}

    refused = client.post(
        reverse("intake-api:answers", args=[response.pk]), json.dumps(sent), content_type="application/json"
    ).json()

    assert (refused["code"], refused["errors"][0]["code"]) == ("invalid", "wrong-type")
    assert refused["title"] == "Algunas respuestas no corresponden a sus preguntas"
    assert refused["detail"] == "Escriba un número entero."


def test_a_unit_is_read_in_spanish_and_stored_as_the_questionnaire_has_it(client, patient):
    spanish = [{"url": "lang", "valueCode": "es"}, {"url": "content", "valueString": "libras"}]
    pounds = {
        "system": "http://unitsofmeasure.org", "code": "[lb_av]", "display": "pounds",
        "_display": {"extension": [{"url": TRANSLATION, "extension": spanish}]},
    }  # fmt: skip
    weight = {
        "linkId": "weight",
        "type": "quantity",
        "text": "Peso",
        "extension": [{"url": UNIT, "valueCoding": pounds}],
    }
    response = QuestionnaireResponseFactory(patient=patient, questionnaire__definition={**SLEEP, "item": [weight]})

    shown = page_of(client.get(address(response, 1)))
    post(client, response, 1, weight_0="150,5", weight_1="[lb_av]")
    post(client, response, 1, base=1, weight_0="150.5", weight_1="[lb_av]")

    response.refresh_from_db()
    assert "libras" in shown
    assert (response.answers["weight"]["value"], response.answers["weight"]["unit"]) == (150.5, "pounds")
    assert response.revision == 1
    assert "150.5 libras" in page_of(client.get(reverse("intake:review-answers", args=[response.pk])))


def test_what_is_stored_stays_as_the_questionnaire_has_it(client, patient):
    spanish = [{"url": "lang", "valueCode": "es"}, {"url": "content", "valueString": "Nunca"}]
    definition = json.loads(json.dumps(SLEEP))
    never = definition["item"][1]["item"][0]["answerOption"][0]["valueCoding"]
    never["_display"] = {"extension": [{"url": TRANSLATION, "extension": spanish}]}
    response = QuestionnaireResponseFactory(patient=patient, questionnaire__definition=definition)

    shown = page_of(client.get(address(response, 2)))
    post(client, response, 2, harm="no")

    response.refresh_from_db()
    assert "Nunca" in shown
    assert response.answers["harm"]["display"] == "No"
