"""
LHC-Forms beside our engine, on the same answers; only where Node is there and the npm packages can be had.

The packages go into `.peers`, beside `.venv`, and are no part of the product.
"""

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PACKAGES = ("lforms@40.1.3", "jsdom@26.1.0")
HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent / ".peers"


class Missing(RuntimeError):
    """There is no Node, or no package; the text says which."""


def ready() -> None:
    """Make sure that LHC-Forms can be run; Missing when it cannot."""
    if shutil.which("node") is None:
        raise Missing("Node is not installed.")
    if not all((FOLDER / "node_modules" / name.partition("@")[0]).is_dir() for name in PACKAGES):
        # Its own peers are for building it; what it ships is built already.
        raise Missing(
            f"Run: npm install --legacy-peer-deps --ignore-scripts --prefix {FOLDER.name} {' '.join(PACKAGES)}"
        )


def ask(jobs: Iterable[dict[str, Any]], *, seconds: int = 600) -> list[dict[str, Any]]:
    """
    Return what LHC-Forms says of each {questionnaire, response, calculated}.

    calculated  linkIds whose values are wanted
    Returns     {known, enabled, calculated} by path, or {refused: why} where it does not load the questionnaire
    """
    lines = "\n".join(json.dumps(job) for job in jobs)
    done = subprocess.run(
        ["node", str(HERE / "_vs_lforms.cjs")],
        input=lines, capture_output=True, text=True, check=False, timeout=seconds,
        env={"NODE_PATH": str(FOLDER / "node_modules"), "PATH": "/usr/local/bin:/usr/bin:/bin"},
    )  # fmt: skip
    if done.returncode:
        raise Missing(f"Node ended with {done.returncode}: {done.stderr.strip()[-400:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]
