"""
The product behind the server that it ships with, and beside its addresses one that does nothing but insert a row.

With a pool of connections, as web processes have it: opening one for each request would be most of what is measured.
"""

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.embedded.process import wait_until
from config.embedded.programs import Addresses, web
from config.settings.environment import database

# Sixty-three refusals a round are what is looked for.
logging.getLogger("django_structlog").setLevel(logging.ERROR)
settings.ROOT_URLCONF = "benchmarks._bare_insert"
if os.environ.get("ANTEROOM_PROCESS") == "web":
    settings.DATABASES = {"default": database(os.environ["DATABASE_URL"], pooled=True)}
# Tests look for static files at each request; what is shipped knows them.
settings.WHITENOISE_AUTOREFRESH = False
application = get_wsgi_application()


@contextmanager
def served() -> Iterator[str]:
    """Serve both for the length of a `with` block as the product's own command does; gives the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = web(Addresses("127.0.0.1", port, None))
    argv = [sys.executable, *map(str, command.argv[1:-1]), "benchmarks._served:application"]
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, env={**os.environ, "ANTEROOM_PROCESS": "web"})
    try:
        if not wait_until(lambda: _answers(port), seconds=60, child=child):
            message = "the web server did not start"
            raise RuntimeError(message)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        child.wait(30)


def _answers(port: int) -> bool:
    with socket.socket() as wanted:
        return wanted.connect_ex(("127.0.0.1", port)) == 0
