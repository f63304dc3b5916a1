"""LHC-Forms beside our engine, on the same answers."""

from collections.abc import Iterable
from typing import Any

from benchmarks import _node
from benchmarks._node import FOLDER, Missing

PACKAGES = ("lforms@40.1.3", "jsdom@26.1.0")


def ready() -> None:
    """Make sure that LHC-Forms can be run; Missing when it cannot."""
    if _node.lacks(*PACKAGES):
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
    return _node.ask("_vs_lforms.cjs", jobs, seconds=seconds)
