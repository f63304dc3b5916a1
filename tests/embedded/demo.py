"""A real demo with a state folder of its own, started and killed by the tests."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from psycopg.conninfo import conninfo_to_dict

from config.embedded import paths

NOT_INHERITED = ("DATABASE_URL", "REDIS_URL", "EMAIL_HOST", "DJANGO_SETTINGS_MODULE", "SITE_URL", "SECRET_KEY")


def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def is_there(pid):
    """Tell whether a process runs; one that nobody has reaped yet does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return sys.platform != "linux"


def wait_until(true, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.1)
    return bool(true())


class Demo:
    """One checkout's demo, with other ports and another state folder than a demo that may be running."""

    def __init__(self):
        self.state = Path(tempfile.mkdtemp(prefix="anteroom-demo-"))
        self.state.chmod(0o711)
        self.port = free_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in NOT_INHERITED},
            "ANTEROOM_STATE": str(self.state),
            "ANTEROOM_PORT": str(self.port),
            "ANTEROOM_SMTP_PORT": str(free_port()),
            "ANTEROOM_DEMO_DATA": "0",
        }
        self.process = None

    def start(self, **environment):
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.embedded.supervisor"],
                cwd=paths.CHECKOUT,
                env={**self.environment, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return self

    @property
    def output(self):
        return self.state / "output"

    def said(self):
        return self.output.read_text(errors="replace")

    def runs(self, seconds=90):
        """Wait until the start is over; show what was printed when it does not come to that."""
        done = wait_until(lambda: "Anteroom runs" in self.said() or self.process.poll() is not None, seconds)
        assert done, self.said()
        assert self.process.poll() is None, self.said()
        return True

    def answers(self):
        try:
            build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{self.port}/healthz/live", timeout=5).close()
        except HTTPError as answer:
            answer.close()
        except OSError:
            return False
        return True

    def forget_output(self):
        self.output.write_text("")

    def groups(self):
        """Return the process groups by the supervisor's own book."""
        return [group for group, _, _ in json.loads((self.state / "run" / "processes.json").read_text())]

    def processes(self):
        """Return every process that has to do with this state folder, found without the supervisor's book."""
        mark = os.fsencode(self.state)
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
                is_ours = mark in words or os.fsencode(os.readlink(folder / "cwd")).startswith(mark)
            except OSError:
                continue
            if is_ours and is_there(int(folder.name)) and int(folder.name) != os.getpid():
                found.append(int(folder.name))
        return found

    def send(self, number):
        self.process.send_signal(number)

    def database(self):
        """Return the address of this demo's PostgreSQL."""
        return self.ask("print(paths.database_url())")

    def ask(self, code, *before):
        """Run some lines of Python in this demo's environment, by manage.py if named; return what they print."""
        words = [*before, code] if before else ["-c", f"from config.embedded import paths; {code}"]
        answer = subprocess.run(
            [sys.executable, *words], cwd=paths.CHECKOUT, env=self.environment, capture_output=True, check=False
        )
        assert answer.returncode == 0, answer.stderr.decode()
        return answer.stdout.decode().strip()

    def remove(self):
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if self.process:
            self.process.kill()
            self.process.wait()
        sockets = conninfo_to_dict(self.database())["host"]
        for folder in (sockets, self.state):
            shutil.rmtree(folder, ignore_errors=True)
