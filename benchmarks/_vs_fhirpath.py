"""fhirpath.js beside our engine, on the same answers."""

import shutil
import subprocess
from collections.abc import Iterable
from typing import Any

from benchmarks import _node
from benchmarks._node import FOLDER, Missing

PACKAGE = "fhirpath@5.2.2"


def ready(*, install: bool) -> None:
    """Make sure that fhirpath.js can be run, fetching it when `install` says so; Missing when it cannot."""
    if not _node.lacks(PACKAGE):
        return
    if not install or shutil.which("npm") is None:
        raise Missing(f"Run: npm install --prefix {FOLDER.name} {PACKAGE}")
    FOLDER.mkdir(exist_ok=True)
    words = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(FOLDER), PACKAGE]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode:
        raise Missing(f"{PACKAGE} cannot be fetched: {done.stderr.strip()[-200:]}")


def ask(jobs: Iterable[dict[str, Any]], *, seconds: int = 600) -> list[dict[str, Any]]:
    """Return what fhirpath.js says of each job; see `_vs_fhirpath.cjs` for what a job is."""
    return _node.ask("_vs_fhirpath.cjs", jobs, seconds=seconds)
