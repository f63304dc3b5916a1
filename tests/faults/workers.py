"""Real Celery workers on the servers and the database of the tests, to be killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import redis
from celery import current_app
from django.conf import settings
from django.db import connection
from kombu.exceptions import OperationalError

from config.embedded import paths


def database_of_tests():
    """Return the address of the database that the tests write to."""
    whole = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(whole._replace(path=f"/{connection.settings_dict['NAME']}"))


def start():
    """Start a worker of two processes in a group of its own."""
    options = ["--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    return subprocess.Popen(
        [sys.executable, "-m", "celery", "-q", "-A", "config", "worker", "--loglevel", "ERROR", *options],
        cwd=paths.CHECKOUT,
        env={**os.environ, "DATABASE_URL": database_of_tests(), "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kill(worker):
    """End a worker and its processes as a crash of the machine would."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def forget_everything():
    """Empty Redis: every message that was under way is gone."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushall()


@contextmanager
def woken(task, *, every=0.1):
    """Wake the workers again and again, as beat does; a message that is lost is nobody's loss."""
    stop = threading.Event()

    def beat():
        while not stop.wait(every):
            try:
                current_app.send_task(task, ignore_result=True)
            except OperationalError:
                continue

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def wait_until(true, *, seconds=60):
    """Wait for something that workers bring about; fail when they do not."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "the workers did not come to it"
        time.sleep(0.05)
