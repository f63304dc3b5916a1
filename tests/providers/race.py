"""Running one step in many threads that start together."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection


def race(*steps):
    """Return each step's result or exception, in order, and the seconds that all of them took."""
    barrier = threading.Barrier(len(steps) + 1)

    def run(step):
        connection.ensure_connection()
        barrier.wait()
        try:
            return step()
        except Exception as error:  # noqa: BLE001  a refusal is a result of the race
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        futures = [pool.submit(run, step) for step in steps]
        barrier.wait()
        started = time.monotonic()
        results = [future.result() for future in futures]
    return results, time.monotonic() - started
