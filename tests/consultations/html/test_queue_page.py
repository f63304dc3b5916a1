"""The queue's page: the part that changes by itself, breaks, second names, cases given to somebody."""

from datetime import timedelta

import pytest
import time_machine

from consultations.flows import review
from consultations.models import ReviewNote, ReviewTask, Shift
from intake.models import QuestionnaireResponse
from tests.factories.clinic import accepted, claimed, waiting
from tests.factories.consultations import asking_service, clinician
from tests.factories.intake import QuestionnaireFactory
from tests.factories.providers import NOW, HealthcareServiceFactory

pytestmark = pytest.mark.django_db
QUEUE, LIVE = "/clinic/queue/", "/clinic/queue/live/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def open_as(client):
    """Return a function that signs a clinician in."""

    def sign_in(practitioner):
        client.force_login(practitioner.user)
        return client

    return sign_in


def text(answer):
    return answer.content.decode()


def step_url(task, step):
    return f"/clinic/cases/{task.pk}/{step}/"


def named(form, words):
    return {f"{form}-{name}": value for name, value in words.items()}


def test_live_part_is_the_queue_without_its_page(open_as):
    task = waiting(tier=0)
    page = text(open_as(clinician(task.service)).get(LIVE))

    assert "<html" not in page
    assert f'data-task="{task.pk}" data-kind="emergency"' in page


def test_live_part_keeps_the_filters_of_the_page(open_as):
    task = waiting()
    client = open_as(clinician(task.service))

    assert str(task.pk) not in text(client.get(f"{LIVE}?show=decided"))
    assert 'data-live="/clinic/queue/live/?show=decided"' in text(client.get(f"{QUEUE}?show=decided"))


def test_numbers_say_what_is_urgent_overdue_next_and_oldest(open_as, clock):
    service = HealthcareServiceFactory()
    waiting(service, tier=1, due_at=NOW + timedelta(hours=3))
    waiting(service, due_at=NOW - timedelta(hours=1))
    clock.shift(timedelta(hours=2))

    page = " ".join(text(open_as(clinician(service)).get(QUEUE)).split())

    assert "<dt>Urgent</dt> <dd>1</dd>" in page
    assert "<dt>Overdue</dt> <dd>1</dd>" in page
    assert '<dt>Next due in</dt> <dd class="stat__words">1 hour</dd>' in page
    assert '<dt>Longest wait</dt> <dd class="stat__words">2 hours</dd>' in page


def test_case_kept_for_a_colleague_says_so_and_is_among_theirs(open_as):
    task = waiting()
    colleague = clinician(task.service, family_name="Colleague")
    ReviewTask.objects.filter(pk=task.pk).update(reserved_for=colleague, reserved_until=NOW + timedelta(hours=1))

    assert "Kept for" in text(open_as(clinician(task.service)).get(QUEUE))
    assert "Kept for you until" in text(open_as(colleague).get(QUEUE))


def test_break_and_end_of_shift(open_as):
    _, practitioner = claimed(waiting(), now=NOW)
    client = open_as(practitioner)

    assert "You are on a break" in text(client.post(f"{QUEUE}shift/pause/", follow=True))
    assert "End your break" in text(client.post(f"{QUEUE}next/", follow=True))
    assert "You are back at work." in text(client.post(f"{QUEUE}shift/go-on/", follow=True))
    assert "1 of your cases went back" in text(client.post(f"{QUEUE}shift/end/", follow=True))
    assert client.post(f"{QUEUE}shift/sleep/").status_code == 404
    assert Shift.objects.get().ended_at == NOW


def test_second_name_is_asked_for_and_given(open_as):
    task, first = claimed(waiting(HealthcareServiceFactory(second_sign_off=True)), now=NOW)
    client = open_as(first)
    said = text(client.post(step_url(task, "decline"), {"decline-fence": 1, "decline-reason": "No."}, follow=True))
    assert "Your decision waits for a colleague" in said
    assert "A colleague puts the second name under it." in text(client.get(f"/clinic/cases/{task.pk}/"))

    second = clinician(task.service)
    fence = review.claim(task_id=task.pk, by=second.user, now=NOW).fence
    client = open_as(second)
    assert "Sign the decision" in text(client.get(f"/clinic/cases/{task.pk}/"))
    client.post(step_url(task, "sign-off"), {"sign-off-fence": fence})

    assert ReviewTask.objects.get(pk=task.pk).outcome == "declined"


def test_accepted_case_without_a_visit_is_handed_over_from_its_page(open_as):
    task, first = accepted()
    client = open_as(first)
    assert "Hand it over" in text(client.get(f"/clinic/cases/{task.pk}/"))

    words = {"hand-over-fence": task.fence, "hand-over-handover": "My shift ends."}
    said = text(client.post(step_url(task, "hand-over"), words, follow=True))

    assert "The case is back in the queue, for anybody." in said
    assert "My shift ends." in text(client.get(f"/clinic/cases/{task.pk}/"))


def test_case_is_referred_to_a_colleague_from_its_page(open_as):
    task, holder = claimed(waiting(), now=NOW)
    colleague = clinician(task.service)
    client = open_as(holder)
    assert colleague.display_name in text(client.get(f"/clinic/cases/{task.pk}/"))

    words = {"fence": 1, "to": colleague.pk, "reason": "You know hearts."}
    said = text(client.post(step_url(task, "refer-colleague"), named("refer-colleague", words), follow=True))

    assert "Referred. Your colleague is told." in said
    page = text(open_as(colleague).get(f"/clinic/cases/{task.pk}/"))
    assert f"To {colleague.display_name}: You know hearts." in page
    patient = open_as(task.service_request.patient)
    assert "asked a colleague to look at your answers too" in text(patient.get(f"/cases/{task.service_request_id}/"))


def test_patient_is_referred_to_another_service_and_goes_on_there(open_as):
    task, holder = claimed(waiting(), now=NOW)
    service = asking_service(name="Calmer days")
    client = open_as(holder)
    assert "Calmer days" in text(client.get(f"/clinic/cases/{task.pk}/"))

    words = named("refer-service", {"fence": 1, "to": service.pk, "reason": "It fits you better."})
    said = text(client.post(step_url(task, "refer-service"), words, follow=True))

    assert "A case of the other service waits for their answers." in said
    patient = open_as(task.service_request.patient)
    first = text(patient.get(f"/cases/{task.service_request_id}/"))
    assert "Go on with: Calmer days" in first
    assert "It fits you better." in first
    new = service.service_requests.get()
    page = text(patient.get(f"/cases/{new.pk}/"))
    assert "suggests this for you" in page
    assert "It fits you better." in page
    assert "Next:" in page


def test_what_was_typed_in_a_referral_stays_when_it_is_refused(open_as):
    task, holder = claimed(waiting(), now=NOW)
    service = asking_service()
    service.service_requests.create(patient=task.service_request.patient, state="NY", authored_at=NOW)

    words = named("refer-service", {"fence": 1, "to": service.pk, "reason": "It fits you better."})
    answer = open_as(holder).post(step_url(task, "refer-service"), words)

    assert answer.status_code == 422
    assert "It fits you better." in text(answer)


def test_supervisor_gives_a_case_to_a_clinician(open_as):
    task = waiting()
    boss, chosen = clinician(task.service, is_supervisor=True), clinician(task.service)
    client = open_as(boss)

    assert "Give it to another clinician" in text(client.get(f"/clinic/cases/{task.pk}/"))
    answer = client.post(step_url(task, "reassign"), {"reassign-to": chosen.pk, "reassign-handover": "Please."})

    assert answer.status_code == 302
    assert ReviewTask.objects.get(pk=task.pk).reserved_for == chosen
    assert client.post(step_url(task, "reassign"), {}).status_code == 422


def test_who_is_no_supervisor_gives_no_case(open_as):
    task = waiting()
    one, chosen = clinician(task.service), clinician(task.service)
    client = open_as(one)

    assert "Give it to another clinician" not in text(client.get(f"/clinic/cases/{task.pk}/"))
    assert client.post(step_url(task, "reassign"), {"reassign-to": chosen.pk}).status_code == 409


def test_patient_is_asked_with_further_questions(open_as):
    questionnaire = QuestionnaireFactory(title="Sleep in detail")
    task, practitioner = claimed(waiting(), now=NOW)
    client = open_as(practitioner)

    assert "Sleep in detail" in text(client.get(f"/clinic/cases/{task.pk}/"))
    sent = {"ask-fence": 1, "ask-message": "Please fill this in.", "ask-questionnaires": [str(questionnaire.pk)]}
    client.post(step_url(task, "ask"), sent)

    assert QuestionnaireResponse.objects.filter(
        questionnaire=questionnaire, supporting_info__ask__isnull=False
    ).exists()
    client.force_login(task.service_request.patient.user)
    assert "Sleep in detail" in text(client.get(f"/cases/{task.service_request_id}/"))


def test_words_for_the_next_clinician_are_shown(open_as):
    task, practitioner = claimed(waiting(), now=NOW)
    open_as(practitioner).post(step_url(task, "release"), {"release-fence": 1, "release-handover": "Call after five."})

    assert "Call after five." in text(open_as(clinician(task.service)).get(f"/clinic/cases/{task.pk}/"))


def test_what_is_typed_after_the_lease_is_kept_as_ones_own_note(open_as, clock):
    task, practitioner = claimed(waiting(), now=NOW)
    clock.shift(timedelta(minutes=16))
    claimed(task, now=NOW + timedelta(minutes=16))

    open_as(practitioner).post(step_url(task, "note"), {"note-fence": 1, "note-note": "Typed for an hour."})

    assert ReviewNote.objects.get(author=practitioner.user).text == "Typed for an hour."
