"""Finds a Chromium that the tests can drive, and says what is missing when there is none."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "msedge")
ON_MACOS = ("Google Chrome", "Chromium", "Microsoft Edge")
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
)


@dataclass(frozen=True)
class Problem:
    """Why no browser test can run, and the command that helps."""

    reason: str
    remedy: str


def executable() -> Path | None:
    """Return the browser to drive: the one named by CHROMIUM, one on PATH, a macOS application, Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        return Path(named) if Path(named).is_file() else None
    on_path = next((found for name in ON_PATH if (found := shutil.which(name))), None)
    if on_path:
        return Path(on_path)
    return next((path for path in (*_applications(), *_own()) if path.is_file()), None)


def _applications() -> list[Path]:
    return [Path(f"/Applications/{name}.app/Contents/MacOS/{name}") for name in ON_MACOS]


def _own() -> list[Path]:
    cache_dir = "Library/Caches" if sys.platform == "darwin" else ".cache"
    home = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / cache_dir / "ms-playwright")
    patterns = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
    return sorted((path for pattern in patterns for path in home.glob(pattern)), reverse=True)


def launch_options() -> dict[str, object]:
    """Return the arguments for Playwright's `chromium.launch`; root needs the sandbox off."""
    sandbox = ("--no-sandbox",) if os.getuid() == 0 else ()
    return {"executable_path": str(executable() or ""), "headless": True, "args": [*QUIET, *sandbox]}


@cache
def problem() -> Problem | None:
    """Return what keeps the browser tests from running, None when nothing does."""
    if not find_spec("playwright"):
        return Problem("Playwright is not installed.", "python3 run.py test")
    complaint = _driver_complaint()
    if complaint:
        return Problem(f"Playwright's driver does not start: {complaint}", _install("libatomic1"))
    if not executable():
        return Problem("No Chromium, Chrome or Edge was found.", _install("chromium"))
    return None


def _driver_complaint() -> str:
    """Return why Playwright's own Node.js does not start; on a minimal Debian a library is missing."""
    spec = find_spec("playwright")
    node = os.environ.get("PLAYWRIGHT_NODEJS_PATH") or (
        Path(spec.origin).parent / "driver" / "node" if spec and spec.origin else "node"
    )
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as failure:
        return str(failure)
    return "" if answer.returncode == 0 else answer.stderr.strip().splitlines()[-1]


def _install(package: str) -> str:
    if shutil.which("apt-get"):
        return f"{'' if os.getuid() == 0 else 'sudo '}apt-get install --yes {package}"
    if package == "chromium":
        return "install Chrome or Chromium, or name one: CHROMIUM=/path/to/chrome"
    return f"install {package} with the system's package manager"
