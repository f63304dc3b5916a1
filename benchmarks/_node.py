"""
Peers that run in Node, on the same answers as our engine; only where Node is there and their packages can be had.

The packages go into `.peers`, beside `.venv`, and are no part of the product.
"""

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent / ".peers"


class Missing(RuntimeError):
    """There is no Node, or no package; the text says which."""


def lacks(*packages: str) -> bool:
    """Tell whether a package, named with its version, is not here; Missing when there is no Node at all."""
    if shutil.which("node") is None:
        raise Missing("Node is not installed.")
    return not all((FOLDER / "node_modules" / name.partition("@")[0]).is_dir() for name in packages)


def ask(script: str, jobs: Iterable[dict[str, Any]], *, seconds: int) -> list[dict[str, Any]]:
    """Return what a script of this folder answers to each job, a line each."""
    lines = "\n".join(json.dumps(job) for job in jobs)
    done = subprocess.run(
        ["node", str(HERE / script)],
        input=lines, capture_output=True, text=True, check=False, timeout=seconds,
        env={"NODE_PATH": str(FOLDER / "node_modules"), "PATH": "/usr/local/bin:/usr/bin:/bin"},
    )  # fmt: skip
    if done.returncode:
        raise Missing(f"Node ended with {done.returncode}: {done.stderr.strip()[-400:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]
