"""Doing one thing many times at once, on real connections."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection


def at_once(*acts):
    """Run each act in its own thread, all at one moment; return what each returned or raised, in order."""
    start = Barrier(len(acts))

    def run(act):
        try:
            start.wait(timeout=20)
            return act()
        except Exception as error:  # noqa: BLE001  the outcome of a thread is what the test looks at
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def names(outcomes):
    """Return the sorted class names of what threads returned or raised."""
    return sorted(type(one).__name__ for one in outcomes)
