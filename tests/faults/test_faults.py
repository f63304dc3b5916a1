"""Nothing is lost and nothing comes twice, whatever breaks; the long form is `python3 run.py faults`."""

import json
import subprocess
import sys

import pytest

from config.embedded import paths
from tests.faults import faults

pytestmark = [pytest.mark.slow, pytest.mark.worker]


@pytest.fixture(scope="module")
def outcomes():
    """Run every fault once, with few messages and short leases."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--short", "--json"],
        cwd=paths.CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        timeout=900,
        check=False,
    )
    assert run.stdout.strip(), "The stage did not stand; its words are above."
    return {one["name"]: one for one in json.loads(run.stdout.splitlines()[-1])}


@pytest.mark.parametrize("fault", faults.FAULTS)
def test_every_message_arrives_once_or_is_excused(outcomes, fault):
    outcome = outcomes[fault]

    assert outcome["planned"] > 0
    assert (outcome["lost"], outcome["unsettled"], outcome["wrong"]) == (0, 0, 0)
    assert outcome["duplicates"] <= outcome["bound"]


def test_a_mail_server_that_hangs_up_is_where_the_promise_ends(outcomes):
    """The run counts what it cannot prevent: otherwise nobody could believe its zeros."""
    outcome = outcomes["mail server hangs up unanswered"]

    assert outcome["duplicates"] == outcome["bound"] > 0
