"""
A mail server that counts what it accepts, and fails as it is told; run as `python -m tests.faults.sink FOLDER`.

FOLDER/accepted gets one Message-ID a line, at the moment of acceptance; FOLDER/mode says how to behave:
    take            accept, after a little while
    hang            accept the connection and answer nothing
    drop NUMBER     of so many messages, accept one and close the connection without an answer
    refuse          close every connection at once
"""

import asyncio
import itertools
import os
import re
import sys
from email.parser import BytesHeaderParser
from pathlib import Path

from aiosmtpd.smtp import SMTP

HEADERS = BytesHeaderParser()


class Counter:
    """Takes mails and writes down their names."""

    def __init__(self, folder, *, delay):
        self.mode_file, self.delay = folder / "mode", delay
        self.accepted = os.open(folder / "accepted", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.dropped = os.open(folder / "dropped", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.numbers = itertools.count(1)

    @property
    def mode(self):
        return self.mode_file.read_text()

    async def handle_MAIL(self, server, _session, envelope, address, _options):  # noqa: N802
        await self._behave(server)
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        await self._behave(server)
        if server.transport.is_closing():
            # Whoever hangs up before has accepted nothing.
            return "421 Closed"
        if self.delay:
            await asyncio.sleep(self.delay)
        name = HEADERS.parsebytes(envelope.content)["Message-ID"]
        os.write(self.accepted, f"{name}\n".encode())
        dropped = re.fullmatch(r"drop (\d+)", self.mode)
        if dropped and next(self.numbers) % int(dropped[1]) == 0:
            os.write(self.dropped, f"{name}\n".encode())
            server.transport.abort()
        return "250 Counted"

    async def _behave(self, server):
        while self.mode == "hang":
            await asyncio.sleep(0.2)
            if server.transport.is_closing():
                return
        if self.mode == "refuse":
            server.transport.abort()


async def serve(folder, *, delay):
    """Listen until killed; the port stands in FOLDER/port."""
    counter = Counter(folder, delay=delay)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(counter, ident="Counting"), host="127.0.0.1", port=0)
    (folder / "port").write_text(str(server.sockets[0].getsockname()[1]))
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    (Path(sys.argv[1]) / "mode").write_text("take")
    asyncio.run(serve(Path(sys.argv[1]), delay=float(sys.argv[2])))
