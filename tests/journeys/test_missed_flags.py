"""
No flag is missed: every rule of the shipped line, at every boundary of its answers, through the API.

What is expected stands in the two tables here, written from the published scoring, and in
tests.intake.catalogue.boundaries, written from the instruments and labels that flags.json names; none of it is worked
out from the rules' expressions.
"""

from collections import defaultdict
from datetime import date, timedelta
from io import StringIO
from itertools import combinations_with_replacement

import pytest
import time_machine
from django.core.management import call_command
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from config.core.clock import database_now
from consultations.models import Communication, Escalation
from consultations.tasks import escalate_flags
from intake.models import Flag, Questionnaire
from providers.models import HealthcareService
from tests.factories.intake import NOW, PatientFactory, QuestionnaireResponseFactory
from tests.factories.safety import on_call
from tests.intake.catalogue.boundaries import BOUNDARIES
from tests.intake.catalogue.shipped import BASE, LINE, by_link, options, questionnaires, read
from tests.intake.domain.test_shipped_flags import open_up, plan_of, written

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
RULES = {rule["code"]: rule for rule in read(LINE / "flags.json")["rules"]}
# LOINC's answers of both instruments: not at all, several days, more than half the days, nearly every day.
POINTS = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")
# Kroenke, Spitzer and Williams 2001: 10 to 19 moderate to moderately severe, 20 to 27 severe.
PHQ_9 = {
    0: "", 1: "", 2: "", 3: "", 4: "", 5: "", 6: "", 7: "", 8: "", 9: "",
    10: "depression-positive", 11: "depression-positive", 12: "depression-positive", 13: "depression-positive",
    14: "depression-positive", 15: "depression-positive", 16: "depression-positive", 17: "depression-positive",
    18: "depression-positive", 19: "depression-positive", 20: "depression-severe", 21: "depression-severe",
    22: "depression-severe", 23: "depression-severe", 24: "depression-severe", 25: "depression-severe",
    26: "depression-severe", 27: "depression-severe",
}  # fmt: skip
# The same: item 9 asks for thoughts of death or self-harm, whatever the total.
PHQ_9_ITEM_9 = {0: "", 1: "suicidal-thoughts", 2: "suicidal-thoughts", 3: "suicidal-thoughts"}
# Spitzer, Kroenke, Williams and Löwe 2006: 15 to 21 severe.
GAD_7 = {
    0: "", 1: "", 2: "", 3: "", 4: "", 5: "", 6: "", 7: "", 8: "", 9: "", 10: "", 11: "", 12: "", 13: "", 14: "",
    15: "anxiety-severe", 16: "anxiety-severe", 17: "anxiety-severe", 18: "anxiety-severe", 19: "anxiety-severe",
    20: "anxiety-severe", 21: "anxiety-severe",
}  # fmt: skip


@pytest.fixture(autouse=True)
def shipped_line():
    call_command("load_catalogue", stdout=StringIO())
    with time_machine.travel(NOW, tick=False):
        yield


class Draft:
    """A patient who answers one questionnaire, save after save, and has sent nothing."""

    def __init__(self, url, **patient):
        questionnaire = Questionnaire.objects.published().get(url=url)
        self.response = QuestionnaireResponseFactory(questionnaire=questionnaire, patient=PatientFactory(**patient))
        self.client = APIClient()
        self.client.force_authenticate(self.response.patient.user)
        self.saves = 0

    def save(self, answers):
        """Send some answers; return what the server said on that very response."""
        self.saves += 1
        body = {
            "client_id": "phone", "sequence": self.saves, "base_revision": self.saves - 1,
            "answers": [{"link_id": link, "value": value} for link, value in answers.items()],
        }  # fmt: skip
        answer = self.client.post(f"/api/v1/questionnaire-responses/{self.response.pk}/answers/", body, format="json")
        assert answer.status_code == 200, (answers, answer.json())
        return answer.json()

    def page(self):
        """Return the questions' first page as the patient sees it then."""
        browser = Client()
        browser.force_login(self.response.patient.user)
        address = reverse("intake:questions", kwargs={"response_id": self.response.pk, "number": 1})
        return browser.get(address).content.decode()

    def raised(self):
        return set(Flag.objects.active().filter(response=self.response).values_list("rule__code", flat=True))


def grid(code):
    """Yield (answers, whether the rule must be raised): its table, and each option that the table does not name."""
    boundary, alone = BOUNDARIES[code], defaultdict(set)
    for answers in boundary.raising:
        yield answers, True
        if len(answers) == 1:
            (link, value), *_ = answers.items()
            alone[link] |= {value} if isinstance(value, str) else set(value) if isinstance(value, list) else set()
    for answers in boundary.silent:
        yield answers, False
    asked = by_link(questionnaires()[RULES[code]["questionnaire"]])
    for link, codes in alone.items():
        for option in sorted(options(asked[link]) - codes) if link in asked and codes else ():
            yield {link: [option] if asked[link].get("repeats") else option}, False


def born(age):
    return date(NOW.year - age, NOW.month, NOW.day)


@pytest.mark.parametrize("code", RULES)
def test_a_rule_is_raised_by_its_answers_and_by_no_others(code):
    rule, missed = RULES[code], []
    for answers, expected in grid(code):
        draft = Draft(rule["questionnaire"], birth_date=born(answers.get("age", 40)))
        given = open_up(plan_of(rule["questionnaire"]), written(answers)) or {first_question(rule): None}

        told = draft.save(given)

        if (code in draft.raised()) is not expected:
            missed.append((answers, expected))
        if expected and rule["severity"] == "emergency":
            assert told["crisis"]["ways"][0]["href"] == "tel:911"
            assert 'class="crisis"' in draft.page()
    assert missed == []


def first_question(rule):
    asked = by_link(questionnaires()[rule["questionnaire"]])
    return next(link for link, item in asked.items() if item["type"] not in {"group", "display"})


def classes(items):
    """Yield one answer sheet for each way to spread points over the items, each time with another item first."""
    for number, points in enumerate(combinations_with_replacement(range(4), items)):
        turned = number % items
        yield points[turned:] + points[:turned]


def test_phq_9_every_combination_of_points_with_each_answer_to_item_9():
    draft, missed, totals = Draft(BASE + "phq-9"), [], set()
    links = [f"phq-9-item-{number}" for number in range(1, 10)]
    for eight in classes(8):
        for last in range(4):
            points = (*eight, last)
            expected = {PHQ_9[sum(points)], PHQ_9_ITEM_9[last]} - {""}

            told = draft.save({link: POINTS[one] for link, one in zip(links, points, strict=True)})

            totals.add(sum(points))
            if draft.raised() != expected or (told["crisis"] is not None) != (last > 0):
                missed.append((points, draft.raised()))
    assert missed == []
    assert totals == set(range(28))
    assert draft.saves == 165 * 4


def test_gad_7_every_combination_of_points():
    draft, missed, totals = Draft(BASE + "gad-7"), [], set()
    links = [f"gad-7-item-{number}" for number in range(1, 8)]
    for points in classes(7):
        told = draft.save({link: POINTS[one] for link, one in zip(links, points, strict=True)})

        totals.add(sum(points))
        if draft.raised() != {GAD_7[sum(points)]} - {""} or told["crisis"] is not None:
            missed.append((points, draft.raised()))
    assert missed == []
    assert totals == set(range(22))
    assert draft.saves == 120


@pytest.mark.parametrize("points", [1, 2, 3])
@pytest.mark.parametrize("language", ["en", "es"])
def test_one_answer_to_item_9_of_a_draft_shows_whom_to_call_and_calls_the_clinician_on_call(points, language):
    today = DateTimeTZRange(database_now() - timedelta(hours=1), database_now() + timedelta(hours=1))
    clinician = on_call(HealthcareService.objects.get(slug="stress-and-anxiety"), during=today)
    draft = Draft(BASE + "phq-9", preferred_language=language)

    told = draft.save({"phq-9-item-9": POINTS[points]})
    escalate_flags()

    assert told["crisis"]["title"] == {"en": "Help is here, now", "es": "La ayuda está aquí, ahora"}[language]
    assert Escalation.objects.get().flag.response == draft.response
    message = Communication.objects.get()
    assert (message.recipient, message.kind) == (clinician.user, "safety-flag")


def test_taking_the_answer_back_leaves_the_flag_with_its_history_and_its_alert():
    draft = Draft(BASE + "phq-9")
    draft.save({"phq-9-item-9": POINTS[2]})

    told = draft.save({"phq-9-item-9": POINTS[0]})
    escalate_flags()

    flag = Flag.objects.get(response=draft.response)
    assert (told["crisis"], flag.status, flag.superseded_at) == (None, "inactive", NOW)
    assert [one["value"]["code"] for one in flag.evidence] == [POINTS[2]]
    assert flag.rule.version == RULES["suicidal-thoughts"]["version"]
    assert Escalation.objects.open().get().flag == flag
