"""Two devices over a bad network against the ledger: nothing acknowledged is lost, nothing is replaced unseen."""

from dataclasses import asdict, dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from intake.domain import merge
from intake.domain.merge import Change
from intake.flows import answer
from intake.models import Answer, QuestionnaireResponse
from intake.queries.judgement import judge
from intake.queries.ledger import answers_at
from tests.consultations.racing import at_once
from tests.factories.intake import NOW, QuestionnaireResponseFactory

DEVICES = ("phone", "laptop")
ANSWERS = st.one_of(
    st.tuples(st.just("hours"), st.sampled_from([None, 5, 6, 7])),
    st.tuples(st.just("snores"), st.sampled_from([None, True, False])),
    st.tuples(st.just("snores-since"), st.sampled_from([None, "2019", "always"])),
    st.tuples(
        st.sampled_from(["medicine[0]/medicine-name", "medicine[1]/medicine-name"]), st.sampled_from([None, "A"])
    ),
)


def send(response, message):
    return answer.save(response_id=response.pk, by=response.patient.user, now=NOW, **message)


def replay(response):
    rows = Answer.objects.filter(response=response).order_by("revision").values_list("changes", flat=True)
    return merge.fold([Change(**change) for change in changes] for changes in rows)


@dataclass
class Device:
    """One device: what it has sent, what it was answered, and what it shows: {path: (revision, value)}."""

    base: int = 0
    sent: list = field(default_factory=list)
    replies: list = field(default_factory=list)
    shown: dict = field(default_factory=dict)
    unanswered: set = field(default_factory=set)

    def learn(self, path, revision, value):
        if revision >= self.shown.get(path, (0, None))[0]:
            self.shown[path] = (revision, value)


class Ledger(RuleBasedStateMachine):
    """What devices do, what the network does, and what must hold after each step."""

    def __init__(self):
        super().__init__()
        self.response = QuestionnaireResponseFactory()
        self.devices = {name: Device() for name in DEVICES}
        self.first_replies, self.acknowledged, self.writers = {}, {}, {}

    @rule(name=st.sampled_from(DEVICES), given=ANSWERS)
    def give(self, name, given):
        device, (path, value) = self.devices[name], given
        message = {
            "client_id": name, "sequence": len(device.sent) + 1, "base_revision": device.base,
            "answers": [{"link_id": path, "value": value}],
        }  # fmt: skip
        device.sent.append((message, dict(device.shown)))
        device.unanswered.add(message["sequence"])

    @rule(name=st.sampled_from(DEVICES), given=ANSWERS)
    def give_send_and_hear(self, name, given):
        """Let the network work for once."""
        self.give(name, given)
        self.bring(name, *self.devices[name].sent[-1], is_lost=False)
        self.read(name, *self.devices[name].replies.pop())

    @precondition(lambda self: any(device.sent for device in self.devices.values()))
    @rule(data=st.data(), is_lost=st.booleans())
    def deliver(self, data, is_lost):
        """Bring any message that was ever sent, in any order, as often as the network likes; its answer may be lost."""
        name = data.draw(st.sampled_from([name for name in DEVICES if self.devices[name].sent]))
        self.bring(name, *data.draw(st.sampled_from(self.devices[name].sent)), is_lost=is_lost)

    def bring(self, name, message, shown, *, is_lost):
        before = QuestionnaireResponse.objects.get(pk=self.response.pk)
        reply = send(self.response, message)
        key = (name, message["sequence"])
        if key in self.first_replies:
            assert asdict(reply) == self.first_replies[key]
        else:
            self.first_replies[key] = asdict(reply)
            self.look_at(name, message, shown, before, reply)
        if not is_lost:
            self.devices[name].replies.append((message, reply))

    def look_at(self, name, message, shown, before, reply):
        """Check one save that the server took: what it replaced was its own, or had been seen by who replaced it."""
        (given,) = message["answers"]
        path, value = given["link_id"], given["value"]
        writer, revision, sequence = self.writers.get(path, (name, 0, 0))
        if path in reply.stored:
            if before.answers.get(path) != value:
                own_and_older = writer == name and sequence < message["sequence"]
                assert own_and_older or shown.get(path, (0, None))[0] >= revision, "replaced without having been seen"
            self.writers[path] = (name, reply.revision, message["sequence"])
            self.acknowledged[reply.revision] = (path, value)
        elif reply.conflicts:
            (conflict,) = reply.conflicts
            assert (conflict["yours"], conflict["theirs"]) == (value, before.answers.get(path))
            assert conflict["revision"] == revision
            assert conflict["changed_by"] == str(self.response.patient.user_id)
            assert conflict["changed_at"] == "2026-06-01T15:00:00Z"
        else:
            assert writer == name
            assert sequence > message["sequence"], "an answer vanished"

    @precondition(lambda self: any(device.replies for device in self.devices.values()))
    @rule(data=st.data())
    def hear(self, data):
        """Let a device read any answer that reached it."""
        name = data.draw(st.sampled_from([name for name in DEVICES if self.devices[name].replies]))
        device = self.devices[name]
        self.read(name, *device.replies.pop(data.draw(st.integers(0, len(device.replies) - 1))))

    def read(self, name, message, reply):
        device = self.devices[name]
        for path in reply.stored:
            device.learn(path, reply.revision, message["answers"][0]["value"])
        for one in reply.conflicts:
            device.learn(one["link_id"], one["revision"], one["theirs"])
        for one in reply.elsewhere:
            device.learn(one["link_id"], one["revision"], one["value"])
        device.base = max(device.base, reply.revision)
        device.unanswered.discard(message["sequence"])

    @rule(name=st.sampled_from(DEVICES))
    def reload(self, name):
        device, now = self.devices[name], QuestionnaireResponse.objects.get(pk=self.response.pk)
        device.base = now.revision
        device.shown = {path: (now.revision, now.answers.get(path)) for path in {*now.touched, *now.answers}}

    @invariant()
    def projection_is_the_replay(self):
        now = QuestionnaireResponse.objects.get(pk=self.response.pk)
        assert now.answers == replay(now)
        assert now.revision == Answer.objects.filter(response=now).count() == len(self.first_replies)

    @invariant()
    def acknowledged_answers_stand_in_the_ledger(self):
        for row in Answer.objects.filter(response=self.response):
            told = [(change["link_id"], change["value"]) for change in row.changes]
            assert told == ([self.acknowledged[row.revision]] if row.revision in self.acknowledged else [])

    @invariant()
    def a_device_without_open_questions_shows_the_truth_of_its_base(self):
        for device in self.devices.values():
            if not device.unanswered:
                truth = answers_at(self.response_now(), device.base)
                shown = {path: value for path, (_, value) in device.shown.items() if value is not None}
                assert shown == truth

    @invariant()
    def hidden_answers_are_kept_and_do_not_count(self):
        now = self.response_now()
        judged = judge(now.questionnaire_id, now.answers, now=NOW)
        since = now.answers.get("snores-since")
        assert judged.answers.get("snores-since") == (since if now.answers.get("snores") is True else None)

    def response_now(self):
        return QuestionnaireResponse.objects.get(pk=self.response.pk)


@pytest.mark.slow
@pytest.mark.django_db
def test_two_devices_over_a_bad_network_lose_nothing():
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def message(client, sequence, base=0, **values):
    answers = [{"link_id": path, "value": value} for path, value in values.items()]
    return {"client_id": client, "sequence": sequence, "base_revision": base, "answers": answers}


@pytest.mark.django_db
def test_a_late_save_does_not_undo_a_newer_one_that_gave_the_same_answer_again():
    response = QuestionnaireResponseFactory()
    send(response, message("phone", 1, hours=6))
    send(response, message("phone", 3, hours=6))

    late = send(response, message("phone", 2, hours=7))

    response.refresh_from_db()
    assert (late.stored, response.answers) == ([], {"hours": 6})


@pytest.mark.django_db
def test_an_answer_that_two_devices_gave_is_not_replaced_unseen():
    response = QuestionnaireResponseFactory()
    send(response, message("phone", 1, hours=6))
    send(response, message("laptop", 1, hours=6))

    changed = send(response, message("phone", 2, base=1, hours=7))

    assert [one["link_id"] for one in changed.conflicts] == ["hours"]


@pytest.mark.django_db
def test_a_save_tells_what_others_changed_elsewhere():
    response = QuestionnaireResponseFactory()
    send(response, message("phone", 1, hours=6, snores=True))

    told = send(response, message("laptop", 1, harm="no"))

    assert [(one["link_id"], one["value"], one["revision"]) for one in told.elsewhere] == [
        ("hours", 6, 1), ("snores", True, 1),
    ]  # fmt: skip
    assert send(response, message("laptop", 2, base=2, harm="yes")).elsewhere == []


@pytest.mark.django_db
def test_complete_refuses_answers_that_the_person_has_not_seen():
    response = QuestionnaireResponseFactory()
    send(response, message("phone", 1, hours=6, snores=False, harm="no"))
    send(response, message("laptop", 1, base=1, hours=7))

    with pytest.raises(answer.AnswersMoved):
        answer.complete(response_id=response.pk, by=response.patient.user, now=NOW, seen_revision=1)

    assert answer.complete(response_id=response.pk, by=response.patient.user, now=NOW, seen_revision=2).completed_at


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_saves_of_two_devices_each_sent_twice_at_once_are_each_stored_once():
    response = QuestionnaireResponseFactory()
    messages = [message(name, number, hours=number, harm="no") for name in DEVICES for number in (1, 2, 3)]

    outcomes = at_once(*[lambda one=one: send(response, one) for one in [*messages, *messages]])

    assert outcomes[: len(messages)] == outcomes[len(messages) :]
    response.refresh_from_db()
    assert response.revision == Answer.objects.count() == len(messages)
    assert response.answers == replay(response)
    assert sorted(reply.revision for reply in outcomes[: len(messages)]) == [1, 2, 3, 4, 5, 6]
