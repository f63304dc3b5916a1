import pytest
from django.urls import reverse

from intake.flows import answer
from intake.models import Answer
from tests.factories.core import UserFactory
from tests.factories.intake import FlagRuleFactory, PatientFactory, QuestionnaireResponseFactory

pytestmark = pytest.mark.django_db
NAME, DOSE = "medicine_5b_{}_5d__2f_medicine-name", "medicine_5b_{}_5d__2f_medicine-dose"


@pytest.fixture
def response(client):
    made = QuestionnaireResponseFactory()
    client.force_login(made.patient.user)
    return made


def address(response, number=1):
    return reverse("intake:questions", kwargs={"response_id": response.pk, "number": number})


def review(response):
    return reverse("intake:review-answers", kwargs={"response_id": response.pk})


def post(client, response, number=1, *, go="next", base=0, **values):
    buttons = {} if go is None else {"go": go}
    return client.post(address(response, number), {"base_revision": base, **buttons, **values})


def test_a_questionnaire_is_answered_page_by_page_without_javascript(client, response):
    start = client.get(reverse("intake:start-questions", kwargs={"response_id": response.pk}))
    assert start.headers["Location"] == address(response, 1)
    assert "Step" in client.get(address(response)).content.decode()

    first = post(client, response, hours="7", snores="no")
    second = post(client, response, 2, base=1, harm="no", born_0="2", born_1="3", born_2="2020")
    overview = client.get(review(response)).content.decode()
    done = client.post(review(response))

    assert (first.headers["Location"], second.headers["Location"]) == (address(response, 2), review(response))
    assert "February 3, 2020" in overview
    assert "From" not in overview
    assert done.headers["Location"] == "/home/"
    response.refresh_from_db()
    assert response.status == "completed"
    assert response.answers["hours"] == 7
    assert response.answers["born"] == "2020-02-03"
    assert client.get(address(response)).headers["Location"] == review(response)
    assert "These answers are right" not in client.get(review(response)).content.decode()


def test_next_that_opens_a_question_shows_it_on_the_same_page(client, response):
    told = post(client, response, hours="7", snores="yes")

    page = told.content.decode()
    assert told.status_code == 200
    assert "a little more to ask" in page
    assert "error-summary" not in page
    assert '<div class="field" data-path="snores-since" data-type="string" data-asked="snores-since">' in page
    again = post(client, response, base=1, **{"hours": "7", "snores": "yes", "snores-since": ""})
    assert "error-summary" in again.content.decode()


def test_next_names_what_is_open_and_keeps_what_was_typed(client, response):
    told = post(client, response, hours="seven", snores="no")

    page = told.content.decode()
    assert "Enter a whole number." in page
    assert 'value="seven"' in page
    assert "Error:" in page
    response.refresh_from_db()
    assert response.answers == {"snores": False}


def test_later_saves_what_is_there_and_leaves(client, response):
    told = post(client, response, go="later", hours="7")

    assert told.headers["Location"] == "/home/"
    response.refresh_from_db()
    assert response.answers == {"hours": 7}


def test_back_saves_and_goes_back(client, response):
    told = post(client, response, 2, go="back", harm="no")

    assert told.headers["Location"] == address(response, 1)
    response.refresh_from_db()
    assert response.answers["harm"]["code"] == "no"


def test_an_alarming_answer_shows_whom_to_call_on_that_very_page(client, response):
    FlagRuleFactory(questionnaire_url=response.questionnaire.url)

    alarmed = post(client, response, 2, harm="yes")
    on = post(client, response, 2, base=1, harm="yes")

    page = alarmed.content.decode()
    assert alarmed.status_code == 200
    assert 'href="tel:988"' in page
    assert page.index('class="crisis"') < page.index("<h1>")
    response.refresh_from_db()
    assert response.answers["harm"]["code"] == "yes"
    assert on.headers["Location"] == review(response)
    assert 'class="crisis"' in client.get(address(response, 1)).content.decode()


def test_a_warning_for_the_patient_is_shown_before_going_on(client, response):
    FlagRuleFactory(
        questionnaire_url=response.questionnaire.url, severity="urgent", is_crisis=False, patient_text="Rest a little."
    )

    assert "Rest a little." in post(client, response, 2, harm="yes").content.decode()


def test_a_repeating_group_grows_and_shrinks(client, response):
    added = post(client, response, 2, go=None, add="medicine", **{NAME.format(0): "A"})
    assert added.headers["Location"] == address(response, 2) + "?add=medicine"
    assert NAME.format(1) in client.get(added.headers["Location"]).content.decode()

    post(client, response, 2, go="later", base=1, **{NAME.format(0): "A", NAME.format(1): "B", DOSE.format(1): "2 mg"})
    post(
        client, response, 2, go=None, base=2, remove="medicine[0]",
        **{NAME.format(0): "A", NAME.format(1): "B", DOSE.format(1): "3 mg"},
    )  # fmt: skip

    response.refresh_from_db()
    assert response.answers == {"medicine[0]/medicine-name": "B", "medicine[0]/medicine-dose": "3 mg"}


def test_an_empty_instance_is_no_instance(client, response):
    told = post(client, response, 2, harm="no", **{NAME.format(0): "", DOSE.format(0): ""})

    assert told.headers["Location"] == review(response)


def test_a_stale_page_does_not_undo_what_it_did_not_touch(client, response):
    post(client, response, go="later", hours="7", snores="no")
    post(client, response, go="later", base=1, hours="8", snores="no")

    stale = post(client, response, base=1, hours="7", snores="yes")

    assert stale.status_code == 200
    response.refresh_from_db()
    assert response.answers["hours"] == 8


def test_a_page_that_comes_back_shows_what_another_device_changed_meanwhile(client, response):
    post(client, response, go="later", hours="7", snores="no")
    post(client, response, go="later", base=1, hours="8", snores="no")

    told = post(client, response, base=1, hours="7", snores="yes").content.decode()
    post(client, response, base=3, **{"hours": "8", "snores": "yes", "snores-since": "2019"})

    assert 'name="hours" value="8"' in told
    response.refresh_from_db()
    assert response.answers == {"hours": 8, "snores": True, "snores-since": "2019"}


def test_answers_that_changed_since_the_overview_are_shown_before_they_are_sent(client, response):
    post(client, response, go="later", hours="7", snores="no")
    post(client, response, 2, base=1, harm="no")

    told = client.post(review(response), {"revision": 1}, follow=True)

    assert "changed on another device since you looked" in told.content.decode()
    response.refresh_from_db()
    assert response.status == "in-progress"


def test_a_stale_page_that_changes_the_same_answer_is_told(client, response):
    post(client, response, go="later", hours="7", snores="no")
    post(client, response, go="later", base=1, hours="8", snores="no")

    told = post(client, response, base=1, hours="9", snores="no")
    kept = post(client, response, base=3, hours="9", snores="no")

    assert "On another device you answered “8” at " in told.content.decode()
    assert kept.headers["Location"] == address(response, 2)
    response.refresh_from_db()
    assert response.answers["hours"] == 9


def test_the_overview_names_what_is_open(client, response):
    told = client.post(review(response))

    page = told.content.decode()
    assert "How many hours do you sleep?" in page
    assert f"{address(response, 1)}?from=review#id_hours" in page
    changed = client.post(f"{address(response, 1)}?from=review", {"go": "next", "hours": "7", "snores": "no"})
    assert changed.headers["Location"] == review(response)


def test_questions_of_others_do_not_exist(client, response):
    for user in (PatientFactory().user, UserFactory()):
        client.force_login(user)
        for path in (address(response), review(response), f"/questions/{response.pk}/"):
            assert client.get(path).status_code == 404
        assert post(client, response, hours="7").status_code == 404
    assert not Answer.objects.exists()


def test_a_page_costs_few_queries(client, response, django_assert_max_num_queries):
    client.get(address(response))

    with django_assert_max_num_queries(6):
        client.get(address(response))
    with django_assert_max_num_queries(30):
        post(client, response, hours="7", snores="no")


def test_a_page_posted_after_the_answers_were_sent_says_so(client, response, monkeypatch):
    def closed(**_given):
        raise answer.ResponseClosed("These answers were sent.")

    monkeypatch.setattr(answer, "save", closed)

    told = post(client, response, hours="7")

    assert told.headers["Location"] == review(response)


@pytest.mark.parametrize(
    "posted",
    [
        {"snores": "maybe", "snores-since": "a\x00b"},
        {"client_id": "<b>\x00", "sequence": "x", "base_revision": "-1"},
        {"base_revision": "99999"},
        {"remove": "medicine[99]"},
        {"remove": "nothing[x"},
        {"add": "nothing[x"},
        {"go": "sideways"},
    ],
)
def test_a_page_posted_by_a_hand_writes_nothing_wrong(client, response, posted):
    told = client.post(address(response), {"hours": "7", **posted})

    assert told.status_code in {200, 302}
    response.refresh_from_db()
    assert response.answers == {"hours": 7}
