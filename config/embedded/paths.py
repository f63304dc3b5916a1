"""Where the embedded servers keep things. Free of Django, so that settings may import it."""

import contextlib
import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import quote

CHECKOUT = Path(__file__).resolve().parents[2]
DATABASE = "anteroom"
OUTSIDE = Path("/var/tmp")  # noqa: S108


def state_dir() -> Path:
    """Return the one folder that holds all state; deleting it is a fresh start."""
    named = os.environ.get("ANTEROOM_STATE")
    return Path(named).resolve() if named else CHECKOUT / ".anteroom"


def socket_dir() -> Path:
    """
    Return the folder of the unix sockets; the supervisor creates it with mode 0700.

    It is in the system's temporary folder because a socket's path may have only 103 bytes on macOS.
    """
    return Path(tempfile.gettempdir()) / f"anteroom-{os.getuid()}-{_fingerprint()}"


def data_dir() -> Path:
    """
    Return the folder of the servers' files.

    Root's servers run as `nobody`, who may not reach the checkout; then the files are in /var/tmp, and no permission
    of a parent folder is changed. The name depends on the secret key, so that a deleted state folder is a fresh start
    there too; what it leaves is removed by the next start.
    """
    if os.getuid() != 0 or open_to_others(state_dir().parent):
        return state_dir() / "data"
    return OUTSIDE / f"anteroom-0-{_fingerprint()}-{hashlib.sha256(secret_key().encode()).hexdigest()[:6]}"


def forsaken_data_dirs() -> list[Path]:
    """Return the folders outside the state folder whose state folder was deleted."""
    return [folder for folder in OUTSIDE.glob(f"anteroom-0-{_fingerprint()}-*") if folder != data_dir()]


def open_to_others(path: Path) -> bool:
    """Tell whether every user of the machine may pass through this folder."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents) if folder.exists())


def _fingerprint() -> str:
    return hashlib.sha256(os.fsencode(state_dir())).hexdigest()[:10]


def database_url(sockets: Path | None = None) -> str:
    """Return the libpq URL of the embedded PostgreSQL."""
    return f"postgresql://{DATABASE}@{quote(str(sockets or socket_dir()), safe='')}/{DATABASE}"


def redis_url(sockets: Path | None = None) -> str:
    """Return the redis-py URL of the embedded Valkey."""
    return f"unix://{(sockets or socket_dir()) / 'valkey.sock'}?db=0"


def broker_url(sockets: Path | None = None) -> str:
    """Return the kombu URL of the embedded Valkey."""
    return f"redis+socket://{(sockets or socket_dir()) / 'valkey.sock'}?virtual_host=0"


def logs_dir() -> Path:
    """Return the folder with one log file per process."""
    return state_dir() / "logs"


def mail_dir() -> Path:
    """Return the folder where the demo's SMTP receiver writes one .eml file per mail."""
    return state_dir() / "mail"


def media_dir() -> Path:
    """Return the folder of uploaded files."""
    return state_dir() / "media"


def demo_logins() -> Path:
    """Return the file of the demo log-ins: a line each, role, e-mail and password separated by tabs."""
    return state_dir() / "demo-logins.txt"


def make_state_dir() -> Path:
    """Create the state folder, closed to other users; root's is open for passing through to the servers' files."""
    folder = state_dir()
    folder.mkdir(mode=0o711 if os.getuid() == 0 else 0o700, parents=True, exist_ok=True)
    return folder


def secret_key() -> str:
    """Return the secret key of this state folder, generated once, readable only by its owner."""
    file = make_state_dir() / "secret-key"
    if not file.exists():
        draft = file.with_name(f".secret-key-{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        # A hard link never replaces, so of two processes that start at once both use the first one's key.
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text()
