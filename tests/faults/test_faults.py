"""Nothing is lost and nothing comes twice, whatever breaks; the long form is `python3 run.py faults`."""

import fcntl
import json
import subprocess
import sys

import pytest

from config.embedded import paths
from tests.faults import faults

pytestmark = [pytest.mark.slow(seconds=150), pytest.mark.worker]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory, worker_id):
    """Run every fault once, with few messages and short leases; where tests share the cores, one runs it for all."""
    own = tmp_path_factory.getbasetemp()
    kept = (own if worker_id == "master" else own.parent) / "faults.json"
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_text(json.dumps(_run()))
    found = json.loads(kept.read_text())
    assert isinstance(found, list), f"The stage did not stand:\n{found}"
    return {one["name"]: one for one in found}


def _run():
    """Return the outcomes, or the last words of a run that came to none."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--short", "--json"],
        cwd=paths.CHECKOUT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    return json.loads(run.stdout.splitlines()[-1]) if run.stdout.strip() else run.stderr[-6000:]


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
