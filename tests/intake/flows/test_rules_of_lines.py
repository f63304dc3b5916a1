"""Two lines that ask the same questionnaire: an answer raises each warning once, and no warning is lost."""

import pytest

from intake.flows import answer
from intake.models import Flag
from tests.factories.intake import FlagRuleFactory, QuestionnaireResponseFactory
from tests.factories.providers import NOW, HealthcareServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines():
    """Return a response, the line it is answered for, and another that asks the same."""
    own, other = HealthcareServiceFactory(), HealthcareServiceFactory()
    return QuestionnaireResponseFactory(service=own), own, other


def rule(service, code, response):
    return FlagRuleFactory(service=service, code=code, questionnaire_url=response.questionnaire.url)


def answered(response):
    """Answer with what the rules warn of, then complete; return whose rules are flagged after each."""
    words = {"response_id": response.pk, "by": response.patient.user, "now": NOW}
    told = [{"link_id": path, "value": value} for path, value in {"hours": 6, "snores": False, "harm": "yes"}.items()]
    answer.save(client_id="phone", sequence=1, base_revision=0, answers=told, **words)
    after_save = flagged()
    answer.complete(**words)
    return after_save, flagged()


def flagged():
    return set(Flag.objects.active().values_list("rule__code", "rule__service"))


def test_of_two_rules_with_one_code_that_of_the_case_counts(lines):
    response, own, other = lines
    for line in (own, other):
        rule(line, "thoughts", response)

    assert answered(response) == ({("thoughts", own.pk)},) * 2


def test_what_only_another_line_warns_of_is_raised_too(lines):
    response, own, other = lines
    rule(own, "sleep", response)
    rule(other, "thoughts", response)

    assert answered(response) == ({("sleep", own.pk), ("thoughts", other.pk)},) * 2


def test_without_a_case_every_rule_stands(lines):
    response, own, other = lines
    type(response).objects.filter(pk=response.pk).update(service=None)
    for line in (own, other):
        rule(line, "thoughts", response)

    assert answered(response) == ({("thoughts", own.pk), ("thoughts", other.pk)},) * 2
