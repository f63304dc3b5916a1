"""
fhirpath.js beside our engine, on the same answers; only where Node is there and the npm package can be had.

The package goes into `.peers`, beside `.venv`, and is no part of the product.
"""

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PACKAGE = "fhirpath@5.2.2"
HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent / ".peers"


class Missing(RuntimeError):
    """There is no Node, or no package; the text says which."""


def ready(*, install: bool) -> None:
    """Make sure that fhirpath.js can be run, fetching it when `install` says so; Missing when it cannot."""
    if shutil.which("node") is None:
        raise Missing("Node is not installed.")
    if (FOLDER / "node_modules" / "fhirpath").is_dir():
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
    lines = "\n".join(json.dumps(job) for job in jobs)
    done = subprocess.run(
        ["node", str(HERE / "_vs_fhirpath.cjs")],
        input=lines, capture_output=True, text=True, check=False, timeout=seconds,
        env={"NODE_PATH": str(FOLDER / "node_modules"), "PATH": "/usr/local/bin:/usr/bin:/bin"},
    )  # fmt: skip
    if done.returncode:
        raise Missing(f"Node ended with {done.returncode}: {done.stderr.strip()[-400:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]
