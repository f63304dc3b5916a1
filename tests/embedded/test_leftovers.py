import json
import signal
import subprocess
import sys

from config.embedded.leftovers import Register, birth


def sleeper():
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)


def test_end_leftovers_ends_what_the_run_before_had_begun(tmp_path):
    child = sleeper()
    Register(tmp_path / "processes.json").began(child.pid, signal.SIGTERM)

    ended = Register(tmp_path / "processes.json").end_leftovers()

    assert ended == 1
    assert child.wait(5) == -signal.SIGTERM


def test_end_leftovers_leaves_a_process_alone_that_only_has_the_number(tmp_path):
    child = sleeper()
    file = tmp_path / "processes.json"
    file.write_text(json.dumps([[child.pid, "another birth", 15]]))

    ended = Register(file).end_leftovers()

    assert ended == 0
    assert child.poll() is None
    child.kill()
    child.wait()


def test_end_leftovers_forgets_what_ended_in_order(tmp_path):
    child = sleeper()
    register = Register(tmp_path / "processes.json")
    register.began(child.pid, signal.SIGTERM)
    register.ended(child.pid)

    assert Register(tmp_path / "processes.json").end_leftovers() == 0
    child.kill()
    child.wait()


def test_end_leftovers_survives_a_file_that_was_cut_short(tmp_path):
    file = tmp_path / "processes.json"
    file.write_text("[[12")

    assert Register(file).end_leftovers() == 0


def test_birth_of_an_unreaped_process_is_empty():
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.stdout = None
    while birth(child.pid):
        pass

    assert birth(child.pid) == ""
    child.wait()
