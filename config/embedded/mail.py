"""The demo's SMTP receiver: takes every mail, delivers none, writes each as one .eml file."""

import asyncio
import os
import secrets
import signal
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from config.embedded import paths

LARGEST_BYTES = 10 * 1024 * 1024
KEPT = 1000


class Folder:
    """Writes mails into a folder; a file appears under its name only when it is whole."""

    def __init__(self, folder: Path) -> None:
        """Create the folder, closed to other users."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep one mail with its real recipients, who may differ from those in the header."""
        name = f"{time.time_ns()}-{secrets.token_hex(4)}"
        draft = self._folder / f".{name}"
        draft.touch(mode=0o600)
        draft.write_bytes(_with_recipients(envelope))
        draft.rename(self._folder / f"{name}.eml")
        self._forget_oldest()
        return "250 Kept"

    def _forget_oldest(self) -> None:
        for old in sorted(self._folder.glob("*.eml"))[:-KEPT]:
            old.unlink(missing_ok=True)


def _with_recipients(envelope: Envelope) -> bytes:
    content = envelope.content or b""
    body = content if isinstance(content, bytes) else content.encode()
    recipients = ", ".join(envelope.rcpt_tos)
    return f"X-Envelope-To: {recipients}\r\n".encode() + body


async def serve(port: int, folder: Path) -> None:
    """Receive on this machine's own address until asked to end."""
    handler = Folder(folder)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(
        lambda: SMTP(handler, data_size_limit=LARGEST_BYTES, enable_SMTPUTF8=True, ident="Anteroom demo"),
        host="127.0.0.1",
        port=port,
    )
    async with server:
        await ended.wait()


if __name__ == "__main__":
    os.umask(0o077)
    asyncio.run(serve(int(sys.argv[1]), paths.mail_dir()))
