"""Every linter and contract, one on each core: `python3 run.py check`."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded import pair, paths

SHOWN_LINES = 100
PACKAGES = ("config", "providers", "intake", "consultations")
TEST = {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
# Made-up values: the check reads settings and connects to nothing.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "only-for-the-check-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "DATABASE_URL": "postgresql://anteroom@database.example/anteroom",
    "REDIS_URL": "rediss://redis.example/0",
    "ALLOWED_HOSTS": "anteroom.example",
    "SITE_URL": "https://anteroom.example",
    "EMAIL_HOST": "mail.example",
    "STAFF_MFA_REQUIRED": "true",
}


@dataclass(frozen=True)
class Check:
    """One command that must end with 0."""

    name: str
    module: str
    arguments: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)


def checks() -> Iterator[Check]:
    """Return the checks in the order of their start: the quick ones, then the two that take longest."""
    templates = _files("*.html")
    yield Check("format", "ruff", ("format", "--check", "--output-format", "concise", "."))
    yield Check("lint", "ruff", ("check", "."))
    yield Check("imports", "importlinter", ())
    yield Check("types", "mypy", PACKAGES)
    yield Check("contracts", "pytest", ("tests/contracts", "-q", "-m", "not django_db", "--show-capture=no"))
    if templates:
        yield Check("template indentation", "djhtml", ("--check", *templates))
        yield Check("template lint", "djlint", ("--lint", "--quiet", "--profile", "django", *templates))
    yield Check("old Django", "django_upgrade", ("--target-version", "5.2", "--check", *_own_python()))
    yield Check("migrations", "manage", ("makemigrations", "--check", "--dry-run"), TEST)
    yield Check("deployment", "manage", ("check", "--deploy", "--fail-level", "WARNING"), PRODUCTION)
    yield Check("lock files", "config.embedded.lock", ("--check",))


def _own_python() -> tuple[str, ...]:
    return tuple(name for name in _files("*.py") if "/migrations/" not in name)


def _files(pattern: str) -> tuple[str, ...]:
    folders = (*PACKAGES, "tests", "benchmarks") if pattern == "*.py" else PACKAGES
    found = (path for folder in folders for path in (paths.CHECKOUT / folder).rglob(pattern))
    return tuple(sorted(str(path.relative_to(paths.CHECKOUT)) for path in found))


@dataclass(frozen=True)
class Outcome:
    """How one check went: whether it passed, how long it took and what it wrote."""

    check: Check
    is_passed: bool
    seconds: float
    written: str

    def show(self) -> None:
        """Print the check's name, its fate and its seconds; what it wrote only when it failed."""
        fate = "ok" if self.is_passed else "FAILED"
        print(f"{self.check.name:<22}{fate:<7}{self.seconds:6.1f} s", flush=True)
        if not self.is_passed:
            lines = self.written.splitlines()
            print(*lines[:SHOWN_LINES], sep="\n")
            print(f"... and {len(lines) - SHOWN_LINES} lines more\n" if len(lines) > SHOWN_LINES else "", flush=True)


def run(check: Check) -> Outcome:
    """Run one check to its end."""
    began = time.monotonic()
    answer = subprocess.run(
        [*_program(check.module), *check.arguments],
        cwd=paths.CHECKOUT,
        env={**os.environ, **check.env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(check, answer.returncode == 0, time.monotonic() - began, answer.stdout)


def _program(module: str) -> list[str]:
    """Return how to start a tool; two of them are programs only, without a module to run."""
    if module == "manage":
        return [sys.executable, "manage.py"]
    if module == "importlinter":
        return [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return [sys.executable, "-m", module]


def _failed(pool: ThreadPoolExecutor) -> list[str]:
    """Run all checks and show each in turn; return the names of those that failed."""
    failed = []
    for outcome in pool.map(run, checks()):
        outcome.show()
        if not outcome.is_passed:
            failed.append(outcome.check.name)
    return failed


def main() -> int:
    """Run all checks, also after one has failed; return 1 when any did."""
    with ExitStack() as stack:
        given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
        if len(given) < 2:
            os.environ.update(stack.enter_context(pair.running()))
        failed = _failed(stack.enter_context(ThreadPoolExecutor(os.cpu_count())))
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
        return 1
    print("\nAll checks passed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
