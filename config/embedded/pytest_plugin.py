"""
Servers for the tests, and a loud word when browser tests could not run.

Named with `-p` in pyproject.toml, because a hook in conftest.py comes after Django's settings are read. The addresses
are set when this module is imported; the servers start with the session and end with it, or with its process.
"""

import os

import pytest

from config.embedded import browser
from config.embedded.pair import Pair

BANNER = "no browser: "


def _pair() -> Pair | None:
    """Name the servers of this run; an xdist worker and a run with given servers find both already named."""
    wanted = {name: not os.environ.get(name) for name in ("DATABASE_URL", "REDIS_URL")}
    if not any(wanted.values()):
        return None
    pair = Pair(postgres=wanted["DATABASE_URL"], valkey=wanted["REDIS_URL"])
    os.environ.update(pair.urls)
    return pair


PAIR = _pair()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the servers, unless the tests are only listed."""
    if PAIR and not session.config.option.collectonly:
        PAIR.start()


def pytest_unconfigure() -> None:
    """End the servers."""
    if PAIR:
        PAIR.stop()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a browser test that cannot run; with REQUIRE_BROWSER=1 fail it."""
    problem = browser.problem() if item.get_closest_marker("browser") else None
    if problem and os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(f"{BANNER}{problem.reason} {problem.remedy}", pytrace=False)
    if problem:
        pytest.skip(f"{BANNER}{problem.reason}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many browser tests did not run, why, and what helps."""
    reports = [*terminalreporter.getreports("skipped"), *terminalreporter.getreports("error")]
    missed = sum(BANNER in str(report.longrepr) for report in reports)
    problem = browser.problem() if missed else None
    if problem:
        terminalreporter.line(f"\n!!!! {missed} browser tests did NOT run !!!!", red=True, bold=True)
        terminalreporter.line(f"Why:  {problem.reason}")
        terminalreporter.line(f"Help: {problem.remedy}")
