"""Every linter and contract, one after the other: `python3 run.py check`."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
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
    """Return the checks in their order, the quick ones first."""
    templates = _files("*.html")
    yield Check("format", "ruff", ("format", "--check", "--output-format", "concise", "."))
    yield Check("lint", "ruff", ("check", "."))
    yield Check("imports", "importlinter", ())
    yield Check("types", "mypy", PACKAGES)
    if templates:
        yield Check("template indentation", "djhtml", ("--check", *templates))
        yield Check("template lint", "djlint", ("--lint", "--quiet", "--profile", "django", *templates))
    yield Check("old Django", "django_upgrade", ("--target-version", "5.2", "--check", *_own_python()))
    yield Check("migrations", "manage", ("makemigrations", "--check", "--dry-run"), TEST)
    yield Check("deployment", "manage", ("check", "--deploy", "--fail-level", "WARNING"), PRODUCTION)
    yield Check("contracts", "pytest", ("tests/contracts", "-q", "-m", "not django_db", "--show-capture=no"))
    yield Check("lock files", "config.embedded.lock", ("--check",))


def _own_python() -> tuple[str, ...]:
    return tuple(name for name in _files("*.py") if "/migrations/" not in name)


def _files(pattern: str) -> tuple[str, ...]:
    folders = (*PACKAGES, "tests", "benchmarks") if pattern == "*.py" else PACKAGES
    found = (path for folder in folders for path in (paths.CHECKOUT / folder).rglob(pattern))
    return tuple(sorted(str(path.relative_to(paths.CHECKOUT)) for path in found))


def run(check: Check) -> bool:
    """Run one check and print its name, its fate and its seconds; what it wrote only when it failed."""
    print(f"{check.name:<22}", end="", flush=True)
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
    fate = "ok" if answer.returncode == 0 else "FAILED"
    print(f"{fate:<7}{time.monotonic() - began:6.1f} s", flush=True)
    if answer.returncode != 0:
        lines = answer.stdout.splitlines()
        print(*lines[:SHOWN_LINES], sep="\n")
        print(f"... and {len(lines) - SHOWN_LINES} lines more\n" if len(lines) > SHOWN_LINES else "", flush=True)
    return answer.returncode == 0


def _program(module: str) -> list[str]:
    """Return how to start a tool; two of them are programs only, without a module to run."""
    if module == "manage":
        return [sys.executable, "manage.py"]
    if module == "importlinter":
        return [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return [sys.executable, "-m", module]


def main() -> int:
    """Run all checks, also after one has failed; return 1 when any did."""
    with ExitStack() as stack:
        given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
        if len(given) < 2:
            os.environ.update(stack.enter_context(pair.running()))
        failed = [check.name for check in checks() if not run(check)]
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
        return 1
    print("\nAll checks passed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
