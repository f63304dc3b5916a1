"""Who the servers run as: the person who started them, or `nobody` when that person is root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Owner:
    """The account of the servers; `uid` is None when they run as whoever starts them."""

    uid: int | None
    gid: int | None

    def arguments(self) -> dict[str, Any]:
        """Return what subprocess needs to start something as this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Hand a file or folder to this account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


STARTER = Owner(None, None)


def of_servers() -> Owner:
    """
    Return the account for PostgreSQL, which refuses to run as root, and for Valkey beside it.

    No account is created and no group is kept.
    """
    if os.getuid() != 0:
        return STARTER
    nobody = pwd.getpwnam("nobody")
    return Owner(nobody.pw_uid, nobody.pw_gid)


class UnsafeFolder(RuntimeError):
    """Remove the folder named in the message: somebody else made it."""


def private_folder(folder: Path, owner: Owner) -> Path:
    """
    Make a folder that only this account may enter, or check that it already is one.

    Raises  UnsafeFolder when it is a link or belongs to another account, as a trap in a shared place would
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid not in {os.getuid(), owner.uid}:
        message = f"{folder} belongs to another user of this machine."
        raise UnsafeFolder(message)
    folder.chmod(0o700)
    owner.give(folder)
    return folder
