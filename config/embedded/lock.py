"""Makes the lock files, and checks without a network that they are in step with pyproject.toml."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from config.embedded.paths import CHECKOUT

RUNTIME = CHECKOUT / "requirements.lock"
DEVELOPMENT = CHECKOUT / "requirements-dev.lock"
OPTIONS = (
    "--universal",
    "--python-version=3.11",
    "--fork-strategy=fewest",
    "--generate-hashes",
    "--no-emit-index-url",
    "--quiet",
    "--custom-compile-command=python3 run.py lock",
)
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)


def pins(lock: str) -> dict[str, Version]:
    """Return each pinned package with its version."""
    return {canonicalize_name(name): Version(version) for name, version in PIN.findall(lock)}


def direct(lock: str) -> set[str]:
    """Return the packages that a lock says were asked for by pyproject.toml itself."""
    found: set[str] = set()
    for block in re.split(r"\n(?=\S)", lock):
        name = PIN.match(block)
        if name and re.search(r"#\s+(via )?anteroom \(pyproject\.toml(:dev)?\)", block):
            found.add(canonicalize_name(name[1]))
    return found


def faults() -> list[str]:
    """Return every way in which the locks differ from pyproject.toml, in words; [] when they are in step."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    runtime = [Requirement(text) for text in project["project"]["dependencies"]]
    tools = [Requirement(text) for text in project["dependency-groups"]["dev"]]
    return [
        *_unmet(runtime, RUNTIME),
        *_unmet([*runtime, *tools], DEVELOPMENT),
        *_apart(pins(RUNTIME.read_text()), pins(DEVELOPMENT.read_text())),
        *_unsafe(RUNTIME),
        *_unsafe(DEVELOPMENT),
    ]


def _unmet(wanted: list[Requirement], file: Path) -> list[str]:
    lock = file.read_text()
    pinned = pins(lock)
    names = {canonicalize_name(requirement.name): requirement for requirement in wanted}
    missing = [f"{file.name} lacks {name}" for name in names if name not in pinned]
    wrong = [
        f"{file.name} has {name} {pinned[name]}, pyproject.toml wants {requirement.specifier}"
        for name, requirement in names.items()
        if name in pinned and not requirement.specifier.contains(pinned[name], prereleases=True)
    ]
    return [*missing, *wrong, *(f"{file.name} still asks for {name}" for name in sorted(direct(lock) - set(names)))]


def _apart(runtime: dict[str, Version], development: dict[str, Version]) -> list[str]:
    return [
        f"{DEVELOPMENT.name} has {name} {development.get(name)}, {RUNTIME.name} has {version}"
        for name, version in runtime.items()
        if development.get(name) != version
    ]


def _unsafe(file: Path) -> list[str]:
    lock = file.read_text()
    blocks = [block for block in re.split(r"\n(?=\S)", lock) if PIN.match(block)]
    unhashed = [f"{file.name} has no hash for {block.split()[0]}" for block in blocks if "--hash=sha256:" not in block]
    return [*unhashed, *([f"{file.name} names a host"] if "://" in lock else [])]


def make() -> int:
    """Resolve anew with uv; the development lock starts from the runtime lock, so both have the same versions."""
    uv = shutil.which("uv")
    if not uv:
        print("uv is needed to make the locks; it is not needed to use them.")
        return 2
    compile_lock = [uv, "pip", "compile", *OPTIONS, "pyproject.toml"]
    subprocess.run([*compile_lock, "-o", RUNTIME.name], cwd=CHECKOUT, check=True)
    tools = ["--group", "dev", "-c", RUNTIME.name, "-o", DEVELOPMENT.name]
    subprocess.run([*compile_lock, *tools], cwd=CHECKOUT, check=True)
    return 0


def main(arguments: list[str]) -> int:
    """Check with `--check`, else make."""
    if arguments != ["--check"]:
        return make()
    found = faults()
    for fault in found:
        print(fault)
    if found:
        print("Make them again: python3 run.py lock")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
