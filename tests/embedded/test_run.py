import hashlib
import importlib.util
import json
import sys

import pytest

from config.embedded import paths


@pytest.fixture
def run(tmp_path, monkeypatch):
    """run.py as a module that works on an empty folder."""
    spec = importlib.util.spec_from_file_location("run_for_test", paths.CHECKOUT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / name).write_text(name)
    python = tmp_path / ".venv" / "bin" / "python"
    monkeypatch.setattr(module, "HERE", str(tmp_path))
    monkeypatch.setattr(module, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(module, "PYTHON", str(python))
    monkeypatch.setattr(module, "STAMP", str(tmp_path / ".venv" / "anteroom.json"))
    module.steps = []

    def step(title, command):
        module.steps.append(title)
        python.parent.mkdir(parents=True, exist_ok=True)
        if not python.exists():
            python.symlink_to(sys.executable)
        return 0

    monkeypatch.setattr(module, "try_step", step)
    monkeypatch.setattr(module, "uv", lambda: "uv")
    return module


def test_set_up_makes_the_environment_once(run):
    run.set_up("run")
    run.set_up("run")

    assert run.steps == ["Making .venv", "Installing requirements.lock"]


def test_set_up_adds_the_tools_to_an_environment_that_was_made_to_run(run):
    run.set_up("run")
    run.set_up("dev")
    run.set_up("run")

    assert run.steps == ["Making .venv", "Installing requirements.lock", "Installing requirements-dev.lock"]


def test_set_up_keeps_the_tools_when_only_the_runtime_lock_is_asked_for(run, tmp_path):
    run.set_up("dev")
    (tmp_path / "requirements.lock").write_text("changed")

    run.set_up("run")

    assert run.steps[-1] == "Installing requirements-dev.lock"
    digest = hashlib.sha256(b"changed").hexdigest()
    assert json.loads((tmp_path / ".venv" / "anteroom.json").read_text())["run"] == digest


def test_set_up_replaces_an_environment_whose_python_is_gone(run, tmp_path):
    run.set_up("run")
    (tmp_path / ".venv" / "bin" / "python").unlink()

    run.set_up("run")

    assert run.steps.count("Making .venv") == 2


def test_set_up_stops_without_a_stamp_when_a_step_fails(run, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "try_step", lambda title, command: 1)

    with pytest.raises(SystemExit) as stopped:
        run.set_up("run")

    assert stopped.value.code == 1
    assert run.stamps() == {}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run"], ["-m", "config.embedded.supervisor"]),
        (["test", "-x", "tests/core"], ["-m", "pytest", "-x", "tests/core"]),
        (["check"], ["-m", "config.embedded.checks"]),
        (["bench", "queue", "--quick"], ["-m", "benchmarks.queue", "--quick"]),
        (["shell"], ["manage.py", "shell"]),
    ],
    ids=["run", "test", "check", "bench", "anything else"],
)
def test_target_is_what_the_command_says(run, monkeypatch, words, expected):
    monkeypatch.setattr(run, "benchmarks", lambda: ["queue"])

    assert run.target(words[0], words[1:]) == expected


def test_target_names_the_benchmarks_when_there_is_none_of_that_name(run, monkeypatch, capsys):
    monkeypatch.setattr(run, "benchmarks", lambda: ["booking", "queue"])

    with pytest.raises(SystemExit):
        run.target("bench", ["speed"])

    assert "booking, queue" in capsys.readouterr().err


def test_become_newer_python_passes_over_a_name_that_does_not_run(run, monkeypatch, tmp_path):
    broken = tmp_path / "python3.13"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    (tmp_path / "python3.12").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))
    started = []
    monkeypatch.setattr("os.execv", lambda program, words: started.append(program) or sys.exit(0))

    with pytest.raises(SystemExit):
        run.become_newer_python()

    assert started == [str(tmp_path / "python3.12")]


def test_become_newer_python_says_what_is_needed_when_there_is_none(run, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SystemExit) as stopped:
        run.become_newer_python()

    assert stopped.value.code == 2
    assert "Python 3.11 or newer is needed" in capsys.readouterr().err


def test_get_ensurepip_prints_the_one_command_for_a_plain_user(run, monkeypatch, capsys):
    monkeypatch.setattr("os.getuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/apt-get")
    monkeypatch.setattr("sys.executable", "/usr/bin/python3")

    with pytest.raises(SystemExit) as stopped:
        run.get_ensurepip()

    assert stopped.value.code == 2
    assert "sudo apt-get install --yes python3-venv" in capsys.readouterr().err


def test_get_ensurepip_installs_it_as_root(run, monkeypatch):
    monkeypatch.setattr("os.getuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/apt-get")
    monkeypatch.setattr("sys.executable", "/usr/bin/python3.11")

    run.get_ensurepip()

    assert run.steps == ["Updating the package list", "Installing python3.11-venv"]
