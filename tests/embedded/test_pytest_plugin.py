"""The plugin, in a pytest of its own: servers that come and go with the run, and the word about browser tests."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.embedded import paths
from tests.embedded.demo import is_there, wait_until

TESTS = """
import os, pathlib, psycopg, pytest, redis

def test_servers():
    psycopg.connect(os.environ["DATABASE_URL"]).close()
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        assert client.ping()
    pathlib.Path(os.environ["TOLD"]).write_text(os.environ["DATABASE_URL"] + " " + str(os.getpid()))
    import time; time.sleep(float(os.environ.get("LINGER", "0")))

@pytest.mark.browser
def test_page():
    pass
"""


@pytest.fixture
def inner(tmp_path):
    """Return a function that starts an inner pytest which knows nothing of the servers of this one."""
    (tmp_path / "test_inner.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = browser: drives a browser\n")
    told = tmp_path / "told"

    def start(*arguments, **environment):
        inherited = {
            name: value for name, value in os.environ.items() if not name.endswith(("DATABASE_URL", "REDIS_URL"))
        }
        for name in ("CHROMIUM", "REQUIRE_BROWSER", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"):
            inherited.pop(name, None)
        options = [
            "-p",
            "config.embedded.pytest_plugin",
            "-p",
            "no:django",
            "-p",
            "no:randomly",
            "-p",
            "no:cacheprovider",
        ]
        return subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", *options, "-c", tmp_path / "pytest.ini", tmp_path, *arguments],
            cwd=paths.CHECKOUT,
            env={**inherited, "TOLD": str(told), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    start.told = told
    return start


def folder_of(told):
    """Return the folder of the run's servers by the address that the inner test wrote down."""
    address = told.read_text().split()[0]
    return Path("/" + address.split("@%2F")[1].split("/")[0].replace("%2F", "/")).parent


def test_servers_come_with_the_run_and_go_with_it(inner):
    run = inner("-k", "servers")
    output, _ = run.communicate(timeout=60)

    assert run.returncode == 0, output
    assert not folder_of(inner.told).exists()


def test_servers_go_when_the_run_is_killed(inner):
    run = inner("-k", "servers", LINGER="60")
    assert wait_until(inner.told.exists, 60)
    time.sleep(0.2)
    folder = folder_of(inner.told)
    postmaster = int(next(folder.glob("postgres-*/postmaster.pid")).read_text().splitlines()[0])

    run.kill()
    run.communicate()

    assert wait_until(lambda: not is_there(postmaster), 8)
    assert wait_until(lambda: not folder.exists(), 8)


def test_browser_tests_that_cannot_run_are_skipped_with_a_loud_word(inner):
    run = inner("-k", "page", CHROMIUM="/nowhere")
    output, _ = run.communicate(timeout=60)

    assert run.returncode == 0, output
    assert "!!!! 1 browser tests did NOT run !!!!" in output
    assert "Help:" in output


def test_browser_tests_that_cannot_run_fail_where_a_browser_is_required(inner):
    run = inner("-k", "page", CHROMIUM="/nowhere", REQUIRE_BROWSER="1")
    output, _ = run.communicate(timeout=60)

    assert run.returncode == 1
    assert "!!!! 1 browser tests did NOT run !!!!" in output
