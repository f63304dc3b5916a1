"""The promises of `python3 run.py`, kept by real processes."""

import signal
import socket
import subprocess
import sys

import psycopg
import pytest

from config.embedded import paths
from tests.embedded.demo import Demo, free_port, wait_until

pytestmark = pytest.mark.slow(seconds=45)


@pytest.fixture
def demo():
    demo = Demo()
    yield demo
    demo.remove()


def pid_of(demo, words):
    """Return the first process of the demo whose command line has these words."""
    for pid in demo.processes():
        with open(f"/proc/{pid}/cmdline", "rb") as line:
            if words in line.read().replace(b"\0", b" "):
                return pid
    raise AssertionError(words)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_demo_starts_refuses_a_second_copy_restarts_what_dies_and_keeps_its_data(demo):
    # It starts from nothing and answers.
    demo.start().runs()
    assert demo.answers()
    assert f"http://localhost:{demo.port}/account/signup/" in demo.said()

    # A second copy from the same folder is refused, and says where the first is.
    second = subprocess.run(
        [sys.executable, "-m", "config.embedded.supervisor"],
        cwd=paths.CHECKOUT,
        env=demo.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert "Another copy is running" in second.stderr
    assert f"localhost:{demo.port}" in second.stderr

    # The web server is started again after a kill -9, although its workers would keep the port.
    web = pid_of(demo, b"granian")
    subprocess.run(["kill", "-9", str(web)], check=True)
    assert wait_until(lambda: "web ended with -9; starting it again" in demo.said(), 10)
    assert wait_until(demo.answers, 30)

    # It ends in order, with exit code 0, and leaves nothing.
    with psycopg.connect(demo.database()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    demo.send(signal.SIGTERM)
    assert demo.process.wait(30) == 0
    assert demo.processes() == []

    # A second start finds the same data.
    demo.forget_output()
    demo.start().runs()
    with psycopg.connect(demo.database()) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)

    # kill -9 of the parent leaves nothing either, not even when the watchdog dies with it.
    subprocess.run(["kill", "-9", str(pid_of(demo, b"config.embedded.watchdog")), str(demo.process.pid)], check=True)
    demo.process.wait()
    assert wait_until(lambda: demo.processes() == [], 8), demo.processes()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_demo_ends_with_1_when_postgresql_dies(demo):
    demo.start().runs()

    subprocess.run(["kill", "-9", str(pid_of(demo, b"bin/postgres -D"))], check=True)

    assert demo.process.wait(30) == 1
    assert "PostgreSQL ended by itself" in demo.said()
    assert wait_until(lambda: demo.processes() == [], 8), demo.processes()


@pytest.mark.parametrize("variable", ["ANTEROOM_PORT", "ANTEROOM_SMTP_PORT"])
def test_demo_says_that_a_port_is_taken(demo, variable):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        demo.start(**{variable: str(port)})
        code = demo.process.wait(30)

    assert code == 1
    assert f"Port {port} is taken by another program." in demo.said()
    assert f"{variable}=" in demo.said()
    assert demo.processes() == []


def test_demo_says_that_a_port_is_no_port(demo):
    demo.start(ANTEROOM_PORT="http")

    assert demo.process.wait(30) == 1
    assert "ANTEROOM_PORT must be a number" in demo.said()


def test_demo_ends_at_once_when_stopped_while_it_starts(demo):
    demo.start()
    assert wait_until(lambda: "Bringing the database up to date" in demo.said(), 60), demo.said()

    demo.send(signal.SIGINT)

    assert demo.process.wait(30) == 0
    assert wait_until(lambda: demo.processes() == [], 5), demo.processes()


def test_demo_starts_nothing_embedded_for_servers_that_are_given(demo):
    given = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}

    demo.start(**given)

    assert demo.process.wait(60) == 1
    assert "Starting Postgres" not in demo.said()
    assert not (demo.state / "data" / "postgres-18").exists()
    assert "could not be prepared" in demo.said()
