import signal
import subprocess
import sys

from config.embedded import paths, watchdog
from tests.embedded.demo import is_there, wait_until

# A parent without death signals: only the watchdog can end its child.
PARENT = """
import pathlib, signal, subprocess, sys, time
from config.embedded.watchdog import Watchdog
dog = Watchdog(pathlib.Path(sys.argv[1]))
child = subprocess.Popen([sys.executable, "-c", sys.argv[2]], start_new_session=True)
dog.began(child.pid, signal.SIGTERM)
print(child.pid, flush=True)
time.sleep(60)
"""
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"


def test_read_returns_the_groups_that_are_left():
    assert watchdog.read(["+10 15\n", "+11 2\n", "-10\n"]) == {11: signal.SIGINT}


def test_read_returns_none_after_an_orderly_end():
    assert watchdog.read(["+10 15\n", "bye\n"]) is None


def test_watchdog_ends_what_a_killed_parent_left(tmp_path):
    folder = tmp_path / "removed"
    folder.mkdir()
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, folder, STUBBORN], cwd=paths.CHECKOUT, stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())

    parent.kill()
    parent.communicate()

    assert wait_until(lambda: not is_there(child), 6)
    assert wait_until(lambda: not folder.exists(), 2)
